"""Queries as Trino 435's SqlFormatter prints them: the expectations are its own output."""

import pytest

from rapid.emulator.athena.sql.formatting import formatted

GROUPED = (
    "SELECT item, sum(price) AS total, count(*) c FROM sales WHERE dt >= '2024-01-01' AND item IN ('a','b') "
    "GROUP BY item HAVING count(*) > 0 ORDER BY 2 DESC LIMIT 10",
    """SELECT
  item
, sum(price) total
, count(*) c
FROM
  sales
WHERE ((dt >= '2024-01-01') AND (item IN ('a', 'b')))
GROUP BY item
HAVING (count(*) > 0)
ORDER BY 2 DESC
LIMIT 10""",
)
NESTED = (
    "WITH x AS (SELECT id, CASE WHEN p > 2 THEN 'hi' ELSE 'lo' END k FROM s), y (a, b) AS (SELECT 1, 2) SELECT x.k, "
    "row_number() OVER (PARTITION BY x.k ORDER BY x.id DESC) rn FROM x JOIN s a ON x.id = a.id "
    "LEFT JOIN UNNEST(a.tags) AS t(tag) ON true",
    """WITH
  x AS (
   SELECT
     id
   , (CASE WHEN (p > 2) THEN 'hi' ELSE 'lo' END) k
   FROM
     s
)
, y (a, b) AS (
   SELECT
     1
   , 2

)
SELECT
  x.k
, row_number() OVER (PARTITION BY x.k ORDER BY x.id DESC) rn
FROM
  ((x
INNER JOIN s a ON (x.id = a.id))
LEFT JOIN UNNEST(a.tags) t (tag) ON true)""",
)
UNION = (
    "SELECT a FROM (SELECT b a FROM c WHERE d) x UNION ALL SELECT e FROM f WHERE g IS NOT NULL AND NOT h LIKE 'i%'",
    """SELECT a
FROM
  (
   SELECT b a
   FROM
     c
   WHERE d
)  x
UNION ALL SELECT e
FROM
  f
WHERE ((g IS NOT NULL) AND (NOT (h LIKE 'i%')))""",
)


@pytest.mark.parametrize(("query", "shown"), [GROUPED, NESTED, UNION], ids=["grouped", "nested", "union"])
def test_a_query_is_shown_as_trino_shows_it(query: str, shown: str) -> None:
    assert _bare(formatted(query)) == shown
    assert _bare(formatted(shown)) == shown


def _bare(text: str) -> str:
    """Without the spaces that Trino leaves at the ends of lines."""
    return "\n".join(line.rstrip() for line in text.rstrip().split("\n"))


def test_what_has_no_rule_stays_as_it_was_written() -> None:
    query = "select  a from t tablesample bernoulli (10)"
    assert formatted(query) == query
