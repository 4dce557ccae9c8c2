"""Balances what was sent against what became of it: sent = accepted + rejected,
accepted = curated + duplicates + quarantined. The left sides come from the sender, the right ones from the manifests.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from rapid.demo.sending import SEED, Sent

SENT_KEY = "demo/sent.json"
"""Object in the data bucket that adds up what all runs of the demo had accepted, per dataset."""


@dataclass(frozen=True)
class Row:
    """The balance of one dataset, in records."""

    dataset: str
    sent: int
    accepted: int
    rejected: int
    curated: int
    duplicates: int
    quarantined: int

    @property
    def balanced(self) -> bool:
        return (
            self.sent == self.accepted + self.rejected
            and self.accepted == self.curated + self.duplicates + self.quarantined
        )

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "balanced": self.balanced}


def balance(sent: Sent, manifests: Iterable[dict[str, Any]]) -> list[Row]:
    """One row per dataset; `manifests` are those of the objects that this run created."""
    became: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for manifest in manifests:
        dataset = manifest["object"].split("/")[1]
        for name in ("curated", "duplicates", "quarantined"):
            became[dataset][name] += manifest[name]
    return [
        Row(
            dataset,
            sent.sent[dataset],
            sent.accepted[dataset],
            sent.rejected[dataset],
            *(became[dataset][name] for name in ("curated", "duplicates", "quarantined")),
        )
        for dataset in sorted(sent.sent)
    ]


def remember(s3: Any, bucket: str, scale: int, sent: Sent) -> None:
    """Adds this run's accepted records to `SENT_KEY`."""
    before = _remembered(s3, bucket)
    accepted = {name: before["accepted"].get(name, 0) + count for name, count in sent.accepted.items()}
    scales = sorted({*before["scales"], scale})
    body = json.dumps({"seed": SEED, "scales": scales, "accepted": {**before["accepted"], **accepted}})
    s3.put_object(Bucket=bucket, Key=SENT_KEY, Body=body.encode(), ContentType="application/json")


def only_this(s3: Any, bucket: str, scale: int, manifests: Iterable[dict[str, Any]]) -> bool:
    """Whether the demo's datasets hold nothing but the demo's data of this scale, so that its truth must hold."""
    known = _remembered(s3, bucket)
    total: dict[str, int] = defaultdict(int)
    for manifest in manifests:
        total[manifest["object"].split("/")[1]] += manifest["records_in"]
    return known["scales"] == [scale] and all(total[name] == count for name, count in known["accepted"].items())


def _remembered(s3: Any, bucket: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.load(s3.get_object(Bucket=bucket, Key=SENT_KEY)["Body"])
    except s3.exceptions.NoSuchKey:
        return {"seed": SEED, "scales": [], "accepted": {}}
    return found
