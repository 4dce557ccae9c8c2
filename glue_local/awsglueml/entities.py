"""Kinds of sensitive data that can be told by their form, and kinds of one's own.

https://docs.aws.amazon.com/glue/latest/dg/sensitive-data-managed-data-types.html (read 2026-11). AWS publishes the
names of its managed kinds, not the patterns: those here follow the public definition of each, so that AWS may find more
or less in a doubtful text. Kinds that have no form of their own, such as names of people, need AWS's models.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from awsglue.errors import NotSupportedError

_MBI = "[AC-HJKMNP-RT-Y]"
"""A letter of a Medicare number: none that looks like a digit."""


def _digits(text: str) -> list[int]:
    return [int(char) for char in text if char.isdigit()]


def luhn(digits: Sequence[int]) -> bool:
    """The check of credit cards and of health care providers: ISO/IEC 7812-1, annex B."""
    doubled = [sum(divmod(2 * digit, 10)) if i % 2 else digit for i, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _card(text: str) -> bool:
    digits = _digits(text)
    return 13 <= len(digits) <= 19 and luhn(digits)


def _provider(text: str) -> bool:
    return luhn([8, 0, 8, 4, 0, *_digits(text)])


def _dea(text: str) -> bool:
    first, second, third, fourth, fifth, sixth, check = _digits(text)
    return (first + third + fifth + 2 * (second + fourth + sixth)) % 10 == check


def _address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Entity:
    """A kind of sensitive data.

    `check` says whether a text of the right form is one; with `context`, one of those words must be near: in the same
    cell, or in the column's name.
    """

    name: str
    pattern: str
    check: Callable[[str], bool] | None = None
    context: tuple[str, ...] = ()

    def found(self, column: str, text: str) -> Iterator[tuple[int, int]]:
        """Where it is in a column's text, as (start, end)."""
        near = f"{column} {text}".lower()
        if self.context and not any(word.lower() in near for word in self.context):
            return
        for match in re.finditer(self.pattern, text):
            if match.group() and (self.check is None or self.check(match.group())):
                yield match.span()


_MANAGED = {
    entity.name: entity
    for entity in (
        Entity("EMAIL", r"\b[A-Za-z0-9._%+'-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}\b"),
        Entity("CREDIT_CARD", r"(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])", _card),
        Entity("IP_ADDRESS", r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+)(?![\w:])", _address),
        Entity("MAC_ADDRESS", r"\b[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}\b"),
        Entity("PHONE_NUMBER", r"(?<![\w.-])(?:\+?\d{1,3}[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-]?)\d{3}[ .-]?\d{4}(?![\w-])"),
        Entity("USA_SSN", r"(?<![\d-])(?!000|666|9)\d{3}([ -])(?!00)\d{2}\1(?!0000)\d{4}(?![\d-])"),
        Entity("USA_ITIN", r"(?<![\d-])9\d{2}([ -])(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\1\d{4}(?![\d-])"),
        Entity("USA_DEA_NUMBER", r"\b[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}\b", _dea),
        Entity("USA_NATIONAL_PROVIDER_IDENTIFIER", r"\b[12]\d{9}\b", _provider),
        Entity(
            "USA_MEDICARE_BENEFICIARY_IDENTIFIER",
            rf"\b[1-9]{_MBI}(?:{_MBI}|\d)\d-?{_MBI}(?:{_MBI}|\d)\d-?{_MBI}{{2}}\d{{2}}\b",
        ),
    )
}


def of(names: Sequence[str]) -> list[Entity]:
    """The kinds of these names: managed ones, and custom entity types of the Data Catalog.

    Raises:
        NotSupportedError: there is no such kind, or AWS manages it and nothing public says what it looks like.
    """
    custom = _custom([name for name in names if name not in _MANAGED])
    for name in names:
        if name not in _MANAGED and name not in custom:
            known = ", ".join(sorted(_MANAGED))
            advice = f"It is no custom entity type of the Data Catalog, nor one of those known by their form: {known}."
            raise NotSupportedError(f"The entity type {name}", advice)
    return [_MANAGED.get(name) or custom[name] for name in names]


def _custom(names: Sequence[str]) -> dict[str, Entity]:
    if not names:
        return {}
    import boto3

    glue: Any = boto3.client("glue")
    found = glue.batch_get_custom_entity_types(Names=list(names))["CustomEntityTypes"]
    return {
        kind["Name"]: Entity(kind["Name"], kind["RegexString"], context=tuple(kind.get("ContextWords") or ()))
        for kind in found
    }
