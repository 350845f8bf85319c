"""The font we ship (Inter, SIL Open Font License, see OFL.txt), and how wide a text set in it is.

Subsets of the Regular and SemiBold weights with Latin, Greek and Cyrillic letters, made with fonttools:
a bare container may have no font at all, and a text that is measured cannot overflow.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FAMILY = "Inter"
FOLDER = Path(__file__).parent
REGULAR = FOLDER / "Inter-Regular.otf"
BOLD = FOLDER / "Inter-SemiBold.otf"

UNKNOWN_ADVANCE = 1.2
"""What a character that the font does not have is taken to need, in ems: an emoji or ideograph fits."""

SLACK = 1.1
"""A page may set the text in another font; this much wider still fits."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """What we read of a font file. advances: ems to the next character, by code point."""

    advances: dict[int, float]


@cache
def metrics(path: Path) -> Metrics:
    """The advances in an OpenType file with a format 4 character map, as ours are."""
    data = path.read_bytes()
    (count,) = struct.unpack_from(">H", data, 4)
    tables = {
        data[at : at + 4].decode("ascii"): struct.unpack_from(">I", data, at + 8)[0]
        for at in range(12, 12 + 16 * count, 16)
    }
    (units,) = struct.unpack_from(">H", data, tables["head"] + 18)
    (measured,) = struct.unpack_from(">H", data, tables["hhea"] + 34)
    widths = struct.unpack_from(">" + "Hh" * measured, data, tables["hmtx"])[::2]
    glyphs = _character_map(data, tables["cmap"])
    return Metrics({code: widths[min(glyph, measured - 1)] / units for code, glyph in glyphs.items()})


def _character_map(data: bytes, table: int) -> dict[int, int]:
    """Code point to glyph, from the first subtable (format 4: segments of consecutive code points)."""
    (offset,) = struct.unpack_from(">I", data, table + 8)
    start = table + offset
    double = struct.unpack_from(">H", data, start + 6)[0]
    segments = double // 2
    ends, starts, deltas, ranges = (
        struct.unpack_from(f">{segments}H", data, start + at)
        for at in (14, 16 + double, 16 + 2 * double, 16 + 3 * double)
    )
    glyphs: dict[int, int] = {}
    for index in range(segments):
        for code in range(starts[index], min(ends[index], 0xFFFE) + 1):
            if ranges[index]:
                at = start + 16 + 3 * double + 2 * index + ranges[index] + 2 * (code - starts[index])
                (glyph,) = struct.unpack_from(">H", data, at)
                glyph = (glyph + deltas[index]) % 65_536 if glyph else 0
            else:
                glyph = (code + deltas[index]) % 65_536
            if glyph:
                glyphs[code] = glyph
    return glyphs


def width(text: str, size: float, *, bold: bool = False) -> float:
    """At most how wide `text` is at `size`, in the same unit, with some slack for another font."""
    advances = metrics(BOLD if bold else REGULAR).advances
    return size * SLACK * sum(advances.get(ord(character), UNKNOWN_ADVANCE) for character in text)


def covers(text: str) -> bool:
    """Whether the font has every character of `text`."""
    advances = metrics(REGULAR).advances
    return all(ord(character) in advances for character in text)


def elided(text: str, size: float, limit: float, *, bold: bool = False) -> str:
    """`text`, or its beginning and an ellipsis where it is wider than `limit`; "" where not even that fits.

    Cut between words, unless that would cost more than a third of what fits.
    """
    if width(text, size, bold=bold) <= limit:
        return text
    kept = _fitting(text, size, limit, "…", bold=bold)
    if not kept:
        return ""
    word_end = text.rfind(" ", 0, kept + 1)
    return text[: word_end if word_end > kept * 2 / 3 else kept].rstrip() + "…"


def _fitting(text: str, size: float, limit: float, ending: str, *, bold: bool) -> int:
    """How many characters of `text` fit into `limit` together with `ending`; 0 where none does."""
    return bisect_right(range(1, len(text) + 1), limit, key=lambda n: width(text[:n] + ending, size, bold=bold))


def wrapped(text: str, size: float, limit: float, lines: int, *, bold: bool = False) -> list[str]:
    """`text` in at most `lines` lines no wider than `limit`, broken between words, the last one elided."""
    words = text.split()
    found: list[str] = []
    while words and len(found) < lines - 1:
        taken = 1
        while taken < len(words) and width(" ".join(words[: taken + 1]), size, bold=bold) <= limit:
            taken += 1
        line = " ".join(words[:taken])
        whole = width(line, size, bold=bold) <= limit
        fits = len(line) if whole else max(1, _fitting(line, size, limit, "", bold=bold))
        found.append(line[:fits])
        words = ([] if whole else [line[fits:]]) + words[taken:]
    return [*found, elided(" ".join(words), size, limit, bold=bold)] if words else found
