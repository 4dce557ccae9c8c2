"""Colour functions, which print for a terminal: https://trino.io/docs/current/functions/color.html (read 2026-11).

A colour is a number: 0xRRGGBB, or below zero one of the terminal's own. What the page does not say, that shades are
mixed by hue, saturation and brightness and that terminals get 6 levels of each primary, is as Trino 435 prints it.
"""

import colorsys
import math

from rapid.emulator.athena.sql.computed.registry import computed, helper, refuse
from rapid.emulator.athena.sql.computed.written import java_double

_SYSTEM = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_RED, _GREEN = 0xFF0000, 0x00FF00
_SYSTEM_RED, _SYSTEM_GREEN = -2, -3
_RESET = "\x1b[0m"


@computed("color(varchar) -> color")
def named(name: str) -> int:
    lower = name.lower()
    if lower in _SYSTEM:
        return -1 - _SYSTEM.index(lower)
    if len(name) == 4 and name[0] == "#" and all(c in "0123456789abcdef" for c in lower[1:]):
        return int("".join(c * 2 for c in lower[1:]), 16)
    raise refuse(f"Invalid color: '{name}'")


@computed("rgb(bigint, bigint, bigint) -> color")
def rgb(red: int, green: int, blue: int) -> int:
    for name, value in (("red", red), ("green", green), ("blue", blue)):
        if not 0 <= value <= 255:
            raise refuse(f"{name} must be between 0 and 255")
    return red << 16 | green << 8 | blue


def _rgb_only(colors: dict[str, int]) -> None:
    for name, value in colors.items():
        if value < 0:
            raise refuse(f"{name} not a valid RGB color")


@computed("color(double, color, color) -> color")
def shade(fraction: float, low: int, high: int) -> int:
    """The colour at a fraction of the way from `low` to `high`."""
    _rgb_only({"lowColor": low, "highColor": high})
    return _mixed(fraction, low, high)


@computed("color(double, double, double, color, color) -> color")
def shade_between(value: float, low: float, high: float, low_color: int, high_color: int) -> int:
    _rgb_only({"lowColor": low_color, "highColor": high_color})
    return _mixed((value - low) / (high - low) if high != low else math.nan, low_color, high_color)


@computed("bar(double, bigint) -> varchar")
def bar(fraction: float, width: int) -> str:
    return _bar(fraction, width, _RED, _GREEN)


@computed("bar(double, bigint, color, color) -> varchar")
def bar_of_colors(fraction: float, width: int, low: int, high: int) -> str:
    return _bar(fraction, width, low, high)


def _bar(fraction: float, width: int, low: int, high: int) -> str:
    filled = 0 if math.isnan(fraction) else int(min(max(fraction, 0.0), 1.0) * width)
    blocks = []
    for index in range(filled):
        if min(low, high) < 0:
            raise refuse("color is not a valid rgb value")
        blocks.append(_escape(_mixed(index / (width - 1) if width > 1 else math.nan, low, high)) + "█")
    return "".join(blocks) + _RESET + " " * (width - filled)


@computed("render(varchar, color) -> varchar")
def render(text: str, shown: int) -> str:
    return _rendered(text, shown)


@computed("render(bigint, color) -> varchar")
def render_integer(value: int, shown: int) -> str:
    return _rendered(str(value), shown)


@computed("render(double, color) -> varchar")
def render_double(value: float, shown: int) -> str:
    return _rendered(java_double(value), shown)


@computed("render(boolean) -> varchar")
def render_boolean(value: bool) -> str:
    return _rendered("✓", _SYSTEM_GREEN) if value else _rendered("✗", _SYSTEM_RED)


def _rendered(text: str, shown: int) -> str:
    return f"{_escape(shown)}{text}{_RESET}"


@helper("p_color_text", "INTEGER", "VARCHAR")
def color_text(value: int) -> str:
    return _SYSTEM[-1 - value] if value < 0 else f"#{value:06x}"


def _mixed(fraction: float, low: int, high: int) -> int:
    if math.isnan(fraction):
        return 0
    share = min(max(fraction, 0.0), 1.0)
    start, end = (colorsys.rgb_to_hsv(*(p / 255 for p in _parts(c))) for c in (low, high))
    mixed = colorsys.hsv_to_rgb(*(a + share * (b - a) for a, b in zip(start, end, strict=True)))
    red, green, blue = (int(p * 255 + 0.5) for p in mixed)
    return red << 16 | green << 8 | blue


def _parts(value: int) -> tuple[int, int, int]:
    return value >> 16 & 255, value >> 8 & 255, value & 255


def _escape(value: int) -> str:
    """The sequence that turns a terminal of 256 colours to this one: 16 system colours, then a cube of 6 x 6 x 6."""
    red, green, blue = (p * 6 // 256 for p in _parts(value))
    return f"\x1b[38;5;{-1 - value if value < 0 else 16 + 36 * red + 6 * green + blue}m"
