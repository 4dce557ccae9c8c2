"""The order of a HashMap of Java: what awswrangler's test of `generate_create_query` has from AWS, what Java prints."""

from rapid.emulator.glue.maps import as_hash_map


def test_entries_come_as_from_a_hash_map_of_java() -> None:
    given = {"classification": "parquet", "compressionType": "none", "typeOfData": "file", "projection.enabled": "no"}
    assert list(as_hash_map(given)) == ["compressionType", "classification", "projection.enabled", "typeOfData"]
    assert as_hash_map(given) == given


def test_more_entries_have_more_buckets_and_those_of_one_bucket_keep_their_order() -> None:
    many = {f"key{number}": number for number in range(14, 0, -1)}
    assert list(as_hash_map(many)) == JAVA
    letters = ["é", "日本", "😀", "classification", "areColumnsQuoted"]
    assert list(as_hash_map(dict.fromkeys(letters, 1))) == ["areColumnsQuoted", "😀", "é", "日本", "classification"]
    assert list(as_hash_map({"BB": 1, "Aa": 2})) == ["BB", "Aa"]
    assert list(as_hash_map({"Aa": 1, "BB": 2})) == ["Aa", "BB"]


JAVA = [f"key{number}" for number in (1, 2, 5, 6, 3, 4, 9, 7, 8, 11, 10, 14, 13, 12)]
"""What Java 17 prints of a HashMap of these, put in from 14 down."""
