from rapid.emulator.athena.sql.dialect import parse_query, position


def test_a_tree_is_the_callers_own() -> None:
    parse_query("SELECT 1 AS a").set("expressions", [])
    assert parse_query("SELECT 1 AS a").named_selects == ["a"]


def test_a_remembered_tree_knows_its_positions() -> None:
    places = {str(position(parse_query("SELECT a,\n missing FROM t").selects[1])) for _ in range(2)}
    assert len(places) == 1
