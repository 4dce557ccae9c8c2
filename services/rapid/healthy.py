"""`python -m rapid.healthy NAME`: exits 0 if that service answers on this machine. The containers' health check."""

import sys
import urllib.error
import urllib.request

from rapid.core.config import load


def main(name: str) -> int:
    config = load()
    url = {
        "emulator": f"http://127.0.0.1:{config.emulator_port}/_localstack/health",
        "glue": f"http://127.0.0.1:{config.runner_port}/health",
        "superset": f"http://127.0.0.1:{config.superset_port}/health",
    }[name]
    try:
        with urllib.request.urlopen(url, timeout=4) as reply:  # noqa: S310 - loopback
            return 0 if reply.status < 400 else 1
    except (urllib.error.URLError, OSError):
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
