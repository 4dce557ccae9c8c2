"""What was sent and what must come out of it, exactly. Kept as truth.json beside the data."""

import json
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Via = Literal["api", "file"]
Kind = Literal["valid", "duplicate", "malformed", "quality"]


@dataclass
class Counts:
    """Records of one dataset. sent = valid + duplicates + malformed + quality.

    malformed: breaks the schema (not JSON, a field missing or of the wrong type, a torn row);
    quality: fits the schema and breaks a quality rule; late: valid, but of a day long past.
    """

    sent: int = 0
    valid: int = 0
    duplicates: int = 0
    malformed: int = 0
    quality: int = 0
    late: int = 0

    @property
    def bad(self) -> int:
        return self.malformed + self.quality

    def add(self, kind: Kind, late: bool = False) -> None:
        self.sent += 1
        name = "duplicates" if kind == "duplicate" else kind
        setattr(self, name, getattr(self, name) + 1)
        self.late += late and kind == "valid"

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(a + b for a, b in zip(asdict(self).values(), asdict(other).values(), strict=True)))


@dataclass(frozen=True)
class Delivery:
    """One thing to send: a request body (`api`) or a file to drop (`file`). `path` is relative to the folder."""

    via: Via
    dataset: str
    path: str
    content_type: str
    records: int


@dataclass
class Truth:
    """Everything that is known about a generated folder.

    Attributes:
        api, file: counts per dataset and way of sending; `datasets` is their sum.
        marts: expected totals per mart, see `totals.py`.
        deliveries: what to send, in the order in which to send it.
    """

    seed: int
    scale: int
    api: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    file: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    marts: dict[str, Any] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)

    @property
    def datasets(self) -> dict[str, Counts]:
        names = sorted({*self.api, *self.file})
        return {name: self.api.get(name, Counts()) + self.file.get(name, Counts()) for name in names}

    def add(self, via: Via, dataset: str, kind: Kind, late: bool) -> None:
        (self.api if via == "api" else self.file)[dataset].add(kind, late)

    def save(self, path: Path) -> None:
        document = {
            "seed": self.seed,
            "scale": self.scale,
            "datasets": {name: asdict(counts) for name, counts in self.datasets.items()},
            "api": {name: asdict(counts) for name, counts in sorted(self.api.items())},
            "file": {name: asdict(counts) for name, counts in sorted(self.file.items())},
            "marts": self.marts,
            "deliveries": [asdict(each) for each in self.deliveries],
        }
        path.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")

    @classmethod
    def load(cls, path: Path) -> "Truth":
        document = json.loads(path.read_text())
        return cls(
            seed=document["seed"],
            scale=document["scale"],
            api={name: Counts(**counts) for name, counts in document["api"].items()},
            file={name: Counts(**counts) for name, counts in document["file"].items()},
            marts=document["marts"],
            deliveries=[Delivery(**each) for each in document["deliveries"]],
        )
