"""What DQDL has gained since the parser that AWS published: labels, constants in any place, and `filterOrder`.

https://docs.aws.amazon.com/glue/latest/dg/dqdl.html (read 2026-11). They are taken out of a ruleset before the parser
of `software.amazon.glue:dqdl:1.0.0` reads it, and handed on beside it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

MOST_LABELS, LONGEST_KEY, LONGEST_VALUE = 10, 128, 256
_TOKEN = re.compile(r'#[^\n]*|"(?:[^"\\]|\\.)*"|\s+|\$?\w+|.', re.S)
_STRING = r'"(?:[^"\\]|\\.)*"'
_PAIRS = rf"\[\s*(?:{_STRING}\s*=\s*{_STRING}\s*,?\s*)*\]"
_PAIR = re.compile(rf"({_STRING})\s*=\s*({_STRING})")
_LABELS = re.compile(rf"\s+labels\s*=\s*({_PAIRS})\s*$")
_DEFAULTS = re.compile(rf"\bDefaultLabels\s*=\s*({_PAIRS})")
_ORDER = re.compile(rf"\s+with\s+filterOrder\s*=\s*(\[\s*(?:{_STRING}\s*,?\s*)*\])")
_CONSTANT = re.compile(rf"^[ \t]*(\w+)\s*=\s*({_STRING}|\[[^\[\]]*\])", re.M)
_SECTION = re.compile(r"\b(Rules|Analyzers)\s*=\s*\[")


class RulesetError(ValueError):
    """Labels that break the rules for labels, or a constant that is not defined."""


@dataclass(frozen=True)
class Ruleset:
    """A ruleset for the published parser, and what was taken out of it.

    Attributes:
        text: the ruleset with constants in their places, without labels and `filterOrder`.
        labels: each rule's labels, the default ones among them, in the order of the rules.
        orders: each rule's `filterOrder`; () where none is given.
    """

    text: str
    labels: tuple[Mapping[str, str], ...] = ()
    orders: tuple[tuple[str, ...], ...] = ()


def read(ruleset: str) -> Ruleset:
    """Takes the newer parts out of a ruleset.

    Raises:
        RulesetError: see there.
    """
    plain = "".join(token for token in _TOKEN.findall(ruleset) if not token.startswith("#"))
    found = _SECTION.search(plain)
    head, body = (plain, "") if found is None else (plain[: found.start()], plain[found.start() :])
    given = _DEFAULTS.search(head)
    defaults = _pairs(given[1]) if given else {}
    head = _DEFAULTS.sub("", head)
    constants = dict(_CONSTANT.findall(head))
    body = "".join(_resolved(token, constants) for token in _TOKEN.findall(body))
    text, labels, orders = head, [], []
    while match := _SECTION.search(body):
        items, rest = _items(body[match.end() :])
        kept = []
        for item in items:
            rule, own = _without(_LABELS, item)
            rule, order = _without(_ORDER, rule)
            kept.append(rule)
            if match[1] == "Rules":
                labels.append(_checked({**defaults, **(_pairs(own) if own else {})}, rule))
                orders.append(tuple(json.loads(order)) if order else ())
        text += f"{body[: match.start()]}{match[1]} = [" + ",".join(kept) + "]"
        body = rest
    return Ruleset(text + body, tuple(labels), tuple(orders))


def _resolved(token: str, constants: Mapping[str, str]) -> str:
    if not re.fullmatch(r"\$\w+", token):
        return token
    if token[1:] not in constants:
        raise RulesetError(f"Parsing Error: the constant {token} is not defined.")
    return constants[token[1:]]


def _without(pattern: "re.Pattern[str]", rule: str) -> tuple[str, str]:
    """A rule without a part, and that part's list."""
    match = pattern.search(rule)
    return (rule[: match.start()] + rule[match.end() :], match[1]) if match else (rule, "")


def _pairs(text: str) -> dict[str, str]:
    return {json.loads(key): json.loads(value) for key, value in _PAIR.findall(text)}


def _checked(labels: dict[str, str], rule: str) -> dict[str, str]:
    if len(labels) > MOST_LABELS:
        raise RulesetError(f"Parsing Error: {rule} has {len(labels)} labels; a rule may have {MOST_LABELS}.")
    for key, value in labels.items():
        if not 0 < len(key) <= LONGEST_KEY or len(value) > LONGEST_VALUE:
            raise RulesetError(
                f"Parsing Error: the label {key!r} of {rule} is too long or empty; a key has 1 to {LONGEST_KEY} "
                f"characters, a value up to {LONGEST_VALUE}."
            )
    return labels


def _items(body: str) -> tuple[list[str], str]:
    """The items of a list that has begun, and what comes after it."""
    items: list[str] = []
    item, depth, read = "", 0, 0
    for token in _TOKEN.findall(body):
        read += len(token)
        depth += (token in {"[", "("}) - (token in {"]", ")"})
        if depth < 0:
            items = [*items, item.strip()]
            return ([] if items == [""] else items), body[read:]
        if token == "," and depth == 0:
            items.append(item.strip())
            item = ""
        else:
            item += token
    raise RulesetError("Parsing Error: missing ']'.")
