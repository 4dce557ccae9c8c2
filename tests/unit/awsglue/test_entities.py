"""Sensitive data: what is found where, and what is done about it.

https://docs.aws.amazon.com/glue/latest/dg/sensitive-data-fine-grained-actions.html
"""

import hashlib
from typing import Any

import pytest

from awsglueml import detection, entities


@pytest.mark.parametrize(
    ("kind", "found", "not_found"),
    [
        ("EMAIL", ["a.b+c@ex-ample.co.uk", "Kitty46@gmail.com"], ["a@b", "@x.org"]),
        ("CREDIT_CARD", ["4111 1111 1111 1111", "5500-0055-5555-5559"], ["4111 1111 1111 1112", "69741187"]),
        ("IP_ADDRESS", ["10.0.0.255", "2001:db8::1", "::1"], ["10.0.0.256", "10:30:00", "1.2.3"]),
        ("MAC_ADDRESS", ["00:1B:44:11:3a:B7", "00-1B-44-11-3A-B7"], ["00:1B-44:11:3A:B7", "10:30:00"]),
        ("PHONE_NUMBER", ["1-206-555-1718", "(206) 555-1718", "+12065551718"], ["2020-08-27", "69741187"]),
        ("USA_SSN", ["123-45-6789"], ["000-45-6789", "914-22-2906", "123-45 6789"]),
        ("USA_ITIN", ["991-70-2906"], ["891-70-2906", "991-22-2906"]),
        ("USA_DEA_NUMBER", ["AB1234563"], ["AB1234564"]),
        ("USA_NATIONAL_PROVIDER_IDENTIFIER", ["1234567893"], ["1234567890"]),
        ("USA_MEDICARE_BENEFICIARY_IDENTIFIER", ["1EG4-TE5-MK73"], ["1SG4-TE5-MK73"]),
    ],
)
def test_forms(kind: str, found: list[str], not_found: list[str]) -> None:
    (entity,) = entities.of([kind])
    for text in found:
        assert list(entity.found("c", f"see {text}, please")) == [(4, 4 + len(text))], text
    for text in not_found:
        assert not list(entity.found("c", text)), text


class _Glue:
    def batch_get_custom_entity_types(self, Names: list[str]) -> dict[str, Any]:
        badge = {"Name": "BADGE", "RegexString": r"B-\d+", "ContextWords": ["staff"]}
        return {"CustomEntityTypes": [badge] if "BADGE" in Names else []}


def test_a_custom_kind_needs_its_context(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boto3.client", lambda _service: _Glue())
    (badge,) = entities.of(["BADGE"])
    assert list(badge.found("note", "Staff B-12")) == [(6, 10)]
    assert list(badge.found("staff_badge", "B-12")) == [(0, 4)]
    assert not list(badge.found("note", "B-12"))
    with pytest.raises(NotImplementedError, match="The entity type PERSON_NAME is not supported"):
        entities.of(["EMAIL", "PERSON_NAME"])


def test_actions() -> None:
    """The page's own: 3 characters kept on the left, 4 on the right, # between."""
    partial = {"numLeftCharsToExclude": "3", "numRightCharsToExclude": "4", "redactChar": "#"}
    rules = detection.rules(
        {
            "PHONE_NUMBER": [{"action": "PARTIAL_REDACT", "actionOptions": partial, "sourceColumnsToExclude": ["id"]}],
            "EMAIL": [{"action": "SHA256_HASH", "sourceColumns": ["mail"]}, {"action": "DETECT"}],
            "USA_SSN": [{"action": "REDACT", "actionOptions": {"redactText": "SSN"}}],
            "IP_ADDRESS": [{"action": "PARTIAL_REDACT", "actionOptions": {"matchPattern": "[0-9]"}}],
        }
    )
    text, log = detection.inspect(rules, "phone", "1-206-555-1718")
    assert text == "1-2#######1718"
    assert log == [{"entityType": "PHONE_NUMBER", "actionUsed": "PARTIAL_REDACT", "start": 0, "end": 14}]
    assert detection.inspect(rules, "id", "1-206-555-1718") == ("1-206-555-1718", [])
    assert detection.inspect(rules, "mail", "<a@b.org>")[0] == f"<{hashlib.sha256(b'a@b.org').hexdigest()}>"
    assert [one["actionUsed"] for one in detection.inspect(rules, "mail", "a@b.org")[1]] == ["SHA256_HASH", "DETECT"]
    assert detection.inspect(rules, "x", "a@b.org 123-45-6789, 10.0.0.25")[0] == "a@b.org SSN, **.*.*.**"
    for bad in ({"action": "DROP"}, {"action": "REDACT"}):
        with pytest.raises(ValueError, match="REDACT"):
            detection.rules({"EMAIL": [bad]})


def test_a_frame_with_what_was_found_in_it(glue: Any, spark: Any) -> None:
    from awsglue import DynamicFrame
    from awsglueml.transforms import EntityDetector

    rows = "(1, 'a@b.org', 'call 206-555-1718'), (2, null, 'nothing'), (3, 'c@d.org', '')"
    df = spark.sql(f"select * from values {rows} t(id, `e.mail`, note)")
    frame = DynamicFrame.fromDF(df, glue, "people")
    audited = EntityDetector().detect(frame, ["EMAIL", "PHONE_NUMBER"], "Found").toDF().orderBy("id").collect()
    assert audited[0].Found.keys() == {"e.mail", "note"}  # a map, as Glue Studio's scripts take it
    assert audited[0].Found["note"][0].asDict() == {
        "entityType": "PHONE_NUMBER",
        "actionUsed": "DETECT",
        "start": 5,
        "end": 17,
    }
    assert (audited[1].Found, audited[1]["e.mail"], audited[2].note) == ({}, None, "")
    hashed = EntityDetector().detect(frame, {"EMAIL": [{"action": "SHA256_HASH"}]}, "DetectedEntities", "HIGH").toDF()
    assert hashed.columns == ["id", "e.mail", "note", "DetectedEntities"]
    assert hashed.where("id = 1").first()["e.mail"] == hashlib.sha256(b"a@b.org").hexdigest()
    detector = EntityDetector()
    assert detector.classify_columns(frame, ["EMAIL", "PHONE_NUMBER"], 1.0, 0.5) == {"e.mail": ["EMAIL"]}
