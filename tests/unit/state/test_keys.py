"""Keys of a bucket are listed in order, whatever came and went since the last listing."""

from hypothesis import given
from hypothesis import strategies as st
from localstack.services.s3.models import KeyStore, S3DeleteMarker, S3Object, VersionedKeyStore

from rapid.emulator.state.s3 import keys

KEYS = st.text(alphabet="ab/é", min_size=1, max_size=4)


@given(st.lists(st.tuples(st.sampled_from(("set", "pop", "list")), KEYS)), st.text(alphabet="ab/", max_size=2))
def test_a_listing_is_what_the_store_holds(steps: list[tuple[str, str]], prefix: str) -> None:
    keys.install()
    for store in (KeyStore(), VersionedKeyStore()):
        for step, key in steps:
            if step == "set":
                store.set(key, S3Object(key, version_id="1"))
            elif step == "pop":
                store.pop(key, "1") if isinstance(store, VersionedKeyStore) else store.pop(key)
            else:
                keys.starting(store, "")
        expected = sorted(o.key for o in store.values() if o.key.startswith(prefix))
        assert [o.key for o in keys.starting(store, prefix)] == expected


def test_a_bucket_that_becomes_versioned_is_listed_on() -> None:
    keys.install()
    plain = KeyStore()
    plain.set("a", S3Object("a"))
    assert [o.key for o in keys.starting(plain, "")] == ["a"]
    versioned = VersionedKeyStore.from_key_store(plain)
    versioned.set("b", S3Object("b", version_id="2"))
    versioned.set("b", S3DeleteMarker("b", "3"))
    found = keys.starting(versioned, "")
    assert [(o.key, isinstance(o, S3DeleteMarker)) for o in found] == [("a", False), ("b", True)]
