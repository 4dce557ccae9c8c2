import pytest

from rapid.emulator.athena.sql.dialect import parse_change, parse_query, position


def test_a_tree_is_the_callers_own() -> None:
    parse_query("SELECT 1 AS a").set("expressions", [])
    assert parse_query("SELECT 1 AS a").named_selects == ["a"]


def test_a_remembered_tree_knows_its_positions() -> None:
    places = {str(position(parse_query("SELECT a,\n missing FROM t").selects[1])) for _ in range(2)}
    assert len(places) == 1


@pytest.mark.parametrize("call", ["ARRAY[", "ROW(", "MAP(ARRAY['k'], ARRAY["])
def test_constructors_are_read_once_each(call: str) -> None:
    """Each level was once read twice, and then twenty levels a million times."""
    close = "".join({"[": "]", "(": ")"}[c] for c in reversed(call.replace("['k']", "")) if c in "[(")
    parse_query("SELECT " + call * 20 + "1" + close * 20)


def test_a_merge_has_every_branch() -> None:
    branches = "WHEN MATCHED AND s.x = 1 THEN DELETE WHEN MATCHED THEN UPDATE SET a = s.a WHEN NOT MATCHED THEN INSERT (a) VALUES (s.a)"  # noqa: E501
    assert parse_change(f"MERGE INTO t USING s ON t.id = s.id {branches}").args["whens"]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT extract(year FROM d), trim(BOTH 'x' FROM n), position('a' IN n), CAST(a AS date) FROM t",
        "SELECT * FROM a JOIN b ON a.x = b.x CROSS JOIN c LEFT JOIN d USING (y), e, UNNEST(z) AS u(w)",
        "SELECT * FROM a JOIN (b JOIN c ON b.x = c.x) ON a.x = b.x WHERE a.y NOT IN (1) AND b.z IS NOT NULL",
        "SELECT count(DISTINCT x) FILTER (WHERE y) OVER (PARTITION BY z ORDER BY w) FROM t ORDER BY 1 OFFSET 1 LIMIT 2",
        "SELECT * FROM t FOR TIMESTAMP AS OF DATE '2024-01-01' UNION ALL (SELECT * FROM u) EXCEPT SELECT 1",
        'SELECT a AS table_name, "select" FROM (VALUES (1, 2)) AS v(a, "select") GROUP BY ALL a, 2 HAVING NOT a = ANY (SELECT 1)',  # noqa: E501
    ],
)
def test_what_athena_knows_is_not_refused(query: str) -> None:
    parse_query(query)
