"""String functions: https://trino.io/docs/current/functions/string.html and .../teradata.html (read 2026-11)."""

import unicodedata
from functools import lru_cache

from rapid.emulator.athena.sql.computed.registry import computed, helper, refuse


@computed("luhn_check(varchar) -> boolean")
def luhn_check(text: str) -> bool:
    if not text:
        return False
    if not (text.isascii() and text.isdigit()):
        raise refuse("Input contains non-digit character")
    total = 0
    for index, char in enumerate(reversed(text)):
        doubled = int(char) * (1 + index % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


_SOUNDEX = {c: d for d, letters in {"1": "BFPV", "2": "CGJKQSXZ", "3": "DT", "4": "L", "5": "MN", "6": "R"}.items() for c in letters}  # fmt: skip  # noqa: E501


@computed("soundex(varchar) -> varchar")
def soundex(text: str) -> str:
    letters = [c for c in text.upper() if "A" <= c <= "Z"]
    if not letters:
        return ""
    code, last = letters[0], _SOUNDEX.get(letters[0], "")
    for letter in letters[1:]:
        digit = _SOUNDEX.get(letter, "")
        if digit and digit != last:
            code += digit
        if letter not in "HW":
            last = digit
    return f"{code[:4]:0<4}"


_STEMMERS = {
    "ca": "catalan", "da": "danish", "de": "german", "en": "english", "es": "spanish", "eu": "basque", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "hy": "armenian", "ir": "irish", "it": "italian", "lt": "lithuanian",
    "nl": "dutch", "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish",
    "tr": "turkish",
}  # fmt: skip


@computed("word_stem(varchar, varchar) -> varchar")
def word_stem(word: str, language: str) -> str:
    if language not in _STEMMERS:
        raise refuse(f"Unknown stemmer language: {language}")
    return _stem(word, language)


@computed("word_stem(varchar) -> varchar")
def english_stem(word: str) -> str:
    return _stem(word, "en")


@lru_cache(maxsize=10_000)
def _stem(word: str, language: str) -> str:
    """A stemmer keeps the word that it works on, so each call has its own: queries run in several threads."""
    import snowballstemmer

    return str(snowballstemmer.stemmer(_STEMMERS[language]).stemWord(word))


@helper("p_normalize", "VARCHAR; VARCHAR", "VARCHAR")
def normalize(text: str, form: str) -> str:
    return unicodedata.normalize(form, text)  # type: ignore[arg-type]


@computed("from_utf8(varbinary, varchar) -> varchar")
def from_utf8(data: bytes, replacement: str) -> str:
    if len(replacement) > 1:
        raise refuse("Replacement character string must empty or a single character")
    return data.decode("utf-8", "replace").replace("\ufffd", replacement)


@helper("p_from_utf8", "BLOB", "VARCHAR")
def from_utf8_lenient(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _entries(text: str, entries: str, pair: str) -> list[tuple[str, str]]:
    if not entries or not pair or entries == pair:
        raise refuse(
            "entryDelimiter and keyValueDelimiter must not be the same" if entries else "entryDelimiter is empty"
        )
    found: list[tuple[str, str]] = []
    for entry in text.split(entries) if text else []:
        key, sign, value = entry.partition(pair)
        if not entry and not found:
            continue
        if not sign or pair in value:
            raise refuse(f"Key-value delimiter must appear exactly once in each entry. Bad input: '{entry}'")
        found.append((key, value))
    return found


@helper("p_split_to_map", "VARCHAR; VARCHAR; VARCHAR", "MAP(VARCHAR, VARCHAR)")
def split_to_map(text: str, entries: str, pair: str) -> dict[str, str]:
    made: dict[str, str] = {}
    for key, value in _entries(text, entries, pair):
        if key in made:
            raise refuse(f"Duplicate keys ({key}) are not allowed")
        made[key] = value
    return made


@helper("p_split_to_multimap", "VARCHAR; VARCHAR; VARCHAR", "MAP(VARCHAR, VARCHAR[])")
def split_to_multimap(text: str, entries: str, pair: str) -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for key, value in _entries(text, entries, pair):
        made.setdefault(key, []).append(value)
    return made


@computed("char2hexint(varchar) -> varchar")
def char2hexint(text: str) -> str:
    return text.encode("utf-16-be").hex().upper()


@helper("p_combinations", "BIGINT; BIGINT", "BIGINT[][]")
def combinations(count: int, size: int) -> list[list[int]]:
    """Positions, from 1, of every combination of so many elements."""
    from itertools import combinations as choose

    if not 0 <= size <= 5:
        what = f"not be negative: {size}" if size < 0 else f"not exceed 5: {size}"
        raise refuse(f"combination size must {what}")
    return sorted((list(c) for c in choose(range(1, count + 1), size)), key=lambda c: c[::-1])


@computed("levenshtein_distance(varchar, varchar) -> bigint")
def levenshtein_distance(one: str, two: str) -> int:
    """In characters, where DuckDB counts bytes."""
    if len(one) * (len(two) - 1) > 1_000_000:
        raise refuse("The combined inputs for Levenshtein distance are too large")
    row = list(range(len(two) + 1))
    for at, char in enumerate(one, 1):
        before, row[0] = row[0], at
        for index, other in enumerate(two, 1):
            before, row[index] = row[index], min(row[index] + 1, row[index - 1] + 1, before + (char != other))
    return row[-1]


@computed("hamming_distance(varchar, varchar) -> bigint")
def hamming_distance(one: str, two: str) -> int:
    """In characters, where DuckDB counts bytes."""
    if len(one) != len(two):
        raise refuse("The input strings to hamming_distance function must have the same length")
    return sum(a != b for a, b in zip(one, two, strict=True))


@computed("from_base(varchar, bigint) -> bigint")
def from_base(text: str, radix: int) -> int:
    if not 2 <= radix <= 36:
        raise refuse("Radix must be between 2 and 36")
    try:
        value = int("" if text.strip() != text or "_" in text else text, radix)
    except ValueError as error:
        raise refuse(f"Not a valid base-{radix} number: {text}") from error
    if not -(2**63) <= value < 2**63:
        raise refuse(f"Not a valid base-{radix} number: {text}")
    return value


@computed("strpos(varchar, varchar, bigint) -> bigint")
def strpos(text: str, sought: str, instance: int) -> int:
    """The place of the n-th occurrence, from the end if n is negative; occurrences may overlap."""
    if not instance:
        raise refuse("'instance' must be a positive or negative number.")
    if not sought:
        return 1
    at = -1 if instance > 0 else len(text)
    for _ in range(abs(instance)):
        at = text.find(sought, at + 1) if instance > 0 else text.rfind(sought, 0, max(at + len(sought) - 1, 0))
        if at < 0:
            return 0
    return at + 1
