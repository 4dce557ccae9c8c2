"""`python -m seed_data OUT_DIR [--scale N] [--seed N]`."""

import argparse
from pathlib import Path

from seed_data import generate


def main() -> None:
    parser = argparse.ArgumentParser(prog="seed_data", description="Writes seed data and truth.json.")
    parser.add_argument("out_dir", type=Path)
    parser.add_argument("--scale", type=int, default=1, help="1 is about 20,000 records; sizes grow with it")
    parser.add_argument("--seed", type=int, default=42)
    options = parser.parse_args()
    truth = generate(options.out_dir, scale=options.scale, seed=options.seed)
    for name, counts in truth.datasets.items():
        print(
            f"{name:16} sent {counts.sent:7} valid {counts.valid:7} duplicates {counts.duplicates:5} bad {counts.bad:5}"
        )


if __name__ == "__main__":
    main()
