"""A picture drawn: as SVG by hand, and as PNG."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.picture import fonts
from bot.picture.colours import LIGHT, Palette
from bot.picture.describing import alt_text
from bot.picture.model import Bar, Labels
from bot.picture.sheet import MARGIN, Sheet

WIDTH = 760
NARROWEST = 320
LEAST_SIDE = 0.08
"""The share of a bar that either side of the middle line always has room for."""

_VARIABLE = re.compile(r"var\(--picture-[a-z]+, (#[0-9a-f]{6})\)")
_TEXT = re.compile(r">([^<]*)</text>")


def svg(
    bars: Sequence[Bar],
    *,
    title: str,
    labels: Labels,
    note: str = "",
    width: int = WIDTH,
    palette: Palette = LIGHT,
) -> str:
    """The picture as one `<svg>` element, `width` units wide and as high as it needs.

    title, note: a heading and a smaller line under it, each wrapped. The width, from NARROWEST up, changes
    how texts wrap and not how large they are, so a narrow one suits a phone. The element carries
    `alt_text` as its accessible name. Raises ValueError for a narrower width.
    """
    if width < NARROWEST:
        raise ValueError(f"a picture must be at least {NARROWEST} wide, got {width!r}")
    sheet = Sheet(width, palette)
    sheet.heading(title, note)
    sheet.legend(labels)
    left = max([LEAST_SIDE, *(bar.sides[0] for bar in bars)])
    right = max([LEAST_SIDE, *(bar.sides[1] for bar in bars)])
    unit = sheet.inner / (left + right)
    for bar in bars:
        sheet.statement(bar, labels)
        sheet.bar(bar, labels, MARGIN + left * unit, unit)
        sheet.summary(bar, labels)
    return sheet.finish(alt_text(bars, title=title, labels=labels))


def png(picture: str, *, zoom: float = 2.0) -> bytes:
    """The picture that `svg` drew, as PNG with `zoom` pixels to the unit. Takes tens of milliseconds.

    Letters that our font does not have are taken from the machine's fonts where there are any.
    """
    import resvg_py

    plain = _VARIABLE.sub(r"\1", picture)
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=plain,
            zoom=zoom,
            skip_system_fonts=fonts.covers("".join(_TEXT.findall(plain))),
            font_files=[str(fonts.REGULAR), str(fonts.BOLD)],
            font_family=fonts.FAMILY,
            sans_serif_family=fonts.FAMILY,
        )
    )
