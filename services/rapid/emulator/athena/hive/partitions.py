"""PARTITION (…) of ALTER TABLE."""

from rapid.emulator.athena.hive.words import Words


def partition(words: Words) -> list[tuple[str, str, str]]:
    """`PARTITION (dt = '2020', region < 'x')` as column, operator, value."""
    words.expect("PARTITION", "(")
    found = []
    while True:
        name = words.identifier()
        operator = words.one_of("=", "<=", ">=", "<>", "!=", "<", ">")
        if words.peek() in ("DATE", "TIMESTAMP") and words.tokens[words.at + 1].kind == "string":
            words.at += 1
        found.append((name, operator, words.value()))
        if not words.accept(","):
            break
    words.expect(")")
    return found
