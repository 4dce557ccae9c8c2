from typing import Any

from localstack.services.stores import AccountRegionBundle, BaseStore, LocalAttribute

from rapid.emulator.state import containers


class Store(BaseStore):
    things: dict[str, str] = LocalAttribute(default=dict)


class Service:
    """As much of a LocalStack service as is asked of it here."""

    def __init__(self) -> None:
        self.stores = AccountRegionBundle("sqs", Store)

    def accept_state_visitor(self, visitor: Any) -> None:
        visitor.visit(self.stores)


def test_state_of_another_version_is_loaded_as_far_as_it_is_known() -> None:
    before, after = Service(), Service()
    before.stores["000000000000"]["us-east-1"].things["a"] = "b"
    saved = containers.extract(before)  # type: ignore[arg-type]
    unknown = containers.inject(after, {**saved, "moto.gone.Backend": {}})  # type: ignore[arg-type]
    assert unknown == ["moto.gone.Backend"]
    assert after.stores["000000000000"]["us-east-1"].things == {"a": "b"}
