"""The generator is deterministic, and its truth says what is in its files."""

import csv
import gzip
import hashlib
import json
from pathlib import Path

import pytest

from seed_data import Truth, generate


def digest(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    folder = tmp_path_factory.mktemp("seed")
    return folder, generate(folder)


def test_same_seed_and_scale_give_the_same_bytes(made: tuple[Path, Truth], tmp_path: Path) -> None:
    generate(tmp_path)
    assert digest(tmp_path) == digest(made[0])


def test_another_seed_gives_other_data(made: tuple[Path, Truth], tmp_path: Path) -> None:
    generate(tmp_path, seed=7)
    assert digest(tmp_path)["truth.json"] != digest(made[0])["truth.json"]


def test_generating_again_leaves_nothing_of_before(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "old.json").write_text("[]")
    generate(tmp_path)
    assert not (tmp_path / "api" / "old.json").exists()


def test_counts_add_up(made: tuple[Path, Truth]) -> None:
    for counts in made[1].datasets.values():
        assert counts.sent == counts.valid + counts.duplicates + counts.malformed + counts.quality
        assert counts.valid > counts.duplicates > 0
        assert counts.bad > 0


def test_deliveries_hold_what_the_truth_says(made: tuple[Path, Truth]) -> None:
    folder, truth = made
    for via, expected in (("api", truth.api), ("file", truth.file)):
        sent: dict[str, int] = {}
        for delivery in truth.deliveries:
            if delivery.via == via:
                assert records_in(folder / delivery.path) == delivery.records
                sent[delivery.dataset] = sent.get(delivery.dataset, 0) + delivery.records
        assert sent == {name: counts.sent for name, counts in expected.items()}


def records_in(path: Path) -> int:
    body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    text = body.decode("utf-8-sig")
    name = path.name.removesuffix(".gz")
    if name.endswith((".ndjson", ".jsonl")):
        return len(text.splitlines())
    if name.endswith(".json"):
        return len(json.loads(text))
    return len(list(csv.reader(text.splitlines(), delimiter="\t" if name.endswith("tsv") else ","))) - 1


def test_requests_are_small_enough(made: tuple[Path, Truth]) -> None:
    assert max(each.records for each in made[1].deliveries if each.via == "api") <= 500


def test_truth_survives_its_file(made: tuple[Path, Truth]) -> None:
    folder, truth = made
    loaded = Truth.load(folder / "truth.json")
    assert (loaded.datasets, loaded.marts, loaded.deliveries) == (truth.datasets, truth.marts, truth.deliveries)


def test_size_grows_with_the_scale(made: tuple[Path, Truth], tmp_path: Path) -> None:
    twice = generate(tmp_path, scale=2)
    for name, counts in made[1].datasets.items():
        assert twice.datasets[name].valid == pytest.approx(2 * counts.valid, rel=0.1)


def test_a_scale_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="whole number from 1"):
        generate(tmp_path, scale=0)


def test_campaigns_differ_in_what_they_bring(made: tuple[Path, Truth]) -> None:
    by_campaign = made[1].marts["campaign_performance"]["by_campaign"]
    returns = {name: cell["revenue"] / cell["cost"] for name, cell in by_campaign.items() if cell["cost"]}
    assert max(returns.values()) > 5 * min(returns.values())
