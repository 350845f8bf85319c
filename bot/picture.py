"""The distribution of ratings as a picture: diverging stacked bars, one for each statement.

`svg` draws it by hand, fit to stand inline in a page: no ids, no style sheet, no script. Colours are
`var(--picture-NAME, fallback)`, so a page may restyle ink, muted, paper, line and accent for a dark theme;
the seven colours of the ratings stay, because the counts on them were chosen to be legible there. `png`
renders the same picture with the font we ship. `alt_text` says it in words.

Every word comes from the caller; a text that does not fit is wrapped or elided, never cut by an edge.
The form follows Heiberger and Robbins, "Design of diverging stacked bar charts for Likert scales",
Journal of Statistical Software 57 (2014): disagreement to the left, agreement to the right of one line
for all bars, the middle category astride it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from bot import fonts

WIDTH = 760
NARROWEST = 320
MARGIN = 24
BAR = 34
BADGE = 34
GAP = 1.5
LEAST_SIDE = 0.08
"""The share of a bar that either side of the middle line always has room for."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One statement's ratings. label: its number as posted; counts: how many gave 1, 2, ... 7."""

    label: str
    statement: str
    counts: tuple[int, ...]
    leading: bool = False

    def __post_init__(self) -> None:
        if len(self.counts) != 7 or min(self.counts) < 0:
            raise ValueError(f"a bar needs seven counts of 0 or more, for the ratings 1 to 7, got {self.counts!r}")

    @property
    def n(self) -> int:
        """How many rated the statement."""
        return sum(self.counts)

    @property
    def mean(self) -> float | None:
        """The mean rating, 1-7; None when nobody rated."""
        return sum(rating * count for rating, count in enumerate(self.counts, 1)) / self.n if self.n else None

    @property
    def sides(self) -> tuple[float, float]:
        """The shares to the left and to the right of the middle line, half of the 4s on each side."""
        if not self.n:
            return 0.0, 0.0
        left = (sum(self.counts[:3]) + self.counts[3] / 2) / self.n
        return left, 1 - left


@dataclass(frozen=True, slots=True)
class Labels:
    """The words in a picture; the caller passes the locale's. Braces are filled in as named."""

    strongly_disagree: str = "strongly disagree"
    strongly_agree: str = "strongly agree"
    leading: str = "Leading statement"
    nothing: str = "No ratings"
    summary: str = "Disagree {disagree}  ·  Neither {neutral}  ·  Agree {agree}"
    mean: str = "Mean {mean}"
    alt: str = "Statement {label}, “{statement}”: {disagree} disagree, {neutral} neither, {agree} agree, mean {mean}."
    alt_nothing: str = "Statement {label}, “{statement}”: no ratings."
    thousands: str = ","
    decimal: str = "."

    def count(self, number: int) -> str:
        """A number of people, with the locale's grouping."""
        return f"{number:,}".replace(",", self.thousands)

    def rounded(self, mean: float) -> str:
        """A mean with one digit after the locale's decimal mark."""
        return f"{mean:.1f}".replace(".", self.decimal)


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours a page may replace, as `--picture-` and the name."""

    ink: str
    muted: str
    paper: str
    line: str
    accent: str

    def of(self, name: str) -> str:
        """The attribute value of a colour: the page's, or ours."""
        return f"var(--picture-{name}, {getattr(self, name)})"


LIGHT = Palette(ink="#17202c", muted="#566070", paper="#ffffff", line="#8a93a1", accent="#0b5a9d")
DARK = Palette(ink="#eef1f5", muted="#aab3c0", paper="#14181f", line="#7a8494", accent="#8cc2f5")

RATINGS = ("#8f3a06", "#d47a33", "#f2bd8b", "#d3d8df", "#a9cdea", "#4f93cc", "#11508c")
"""Colours of 1 to 7: orange against blue, which no common colour blindness confuses, darker outwards."""

ON_LIGHT, ON_DARK = "#17202c", "#ffffff"


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
    sheet = _Sheet(width, palette)
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


def alt_text(bars: Sequence[Bar], *, title: str, labels: Labels, limit: int = 1_000) -> str:
    """The picture in words, at most `limit` characters; statements are shortened to make it fit."""
    longest = max((len(bar.statement) for bar in bars), default=0)
    text = ""
    for length in (longest, 160, 80, 40, 20):
        text = " ".join([_sentence(title), *(_in_words(bar, labels, min(length, longest)) for bar in bars)]).strip()
        if len(text) <= limit:
            return text
    return text[: limit - 1].rstrip() + "…"


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


def contrast(one: str, other: str) -> float:
    """The contrast of two colours written #rrggbb, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def text_on(colour: str) -> str:
    """The text colour that is best legible on `colour`."""
    return max((ON_LIGHT, ON_DARK), key=lambda text: contrast(colour, text))


_VARIABLE = re.compile(r"var\(--picture-[a-z]+, (#[0-9a-f]{6})\)")
_TEXT = re.compile(r">([^<]*)</text>")
_UNPRINTABLE = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


class _Sheet:
    """Draws from the top downwards; `y` is where the next thing begins."""

    def __init__(self, width: int, palette: Palette) -> None:
        self.width = width
        self.inner = width - 2 * MARGIN
        self.palette = palette
        self.y = float(MARGIN)
        self.parts: list[str] = []
        self.lines = 2 if width >= 600 else 4

    def heading(self, title: str, note: str) -> None:
        for line in fonts.wrapped(_printable(title), 19, self.inner, 3, bold=True):
            self.text(MARGIN, self.y + 18, line, 19, "ink", bold=True)
            self.y += 26
        for line in fonts.wrapped(_printable(note), 13.5, self.inner, 3):
            self.text(MARGIN, self.y + 14, line, 13.5, "muted")
            self.y += 20

    def legend(self, labels: Labels) -> None:
        words = labels.strongly_disagree, labels.strongly_agree
        needed = sum(fonts.width(word, 12.5) for word in words) + 16
        swatch = min(self.inner / 7, max(38.0, needed / 7))
        self.y += 10
        for at, colour in enumerate(RATINGS):
            x = MARGIN + at * swatch
            self.box(x, self.y, swatch, 20, colour, at == 0, at == 6, radius=5)
            self.text(x + swatch / 2, self.y + 14.5, str(at + 1), 12, text_on(colour), anchor="middle", bold=True)
        first, last = (fonts.elided(word, 12.5, 3.5 * swatch if needed > 7 * swatch else needed) for word in words)
        self.text(MARGIN, self.y + 36, first, 12.5, "muted")
        self.text(MARGIN + 7 * swatch, self.y + 36, last, 12.5, "muted", anchor="end")
        self.y += 40

    def statement(self, bar: Bar, labels: Labels) -> None:
        self.y += 28
        if bar.leading:
            text = fonts.elided(labels.leading, 12, self.inner - BADGE, bold=True)
            self.text(MARGIN + BADGE, self.y + 6, text, 12, "accent", bold=True)
            self.y += 16
        colour = self.palette.of("accent" if bar.leading else "muted")
        label = fonts.elided(bar.label, 12.5, 20, bold=True)
        self.parts.append(f'<circle cx="{MARGIN + 12}" cy="{self.y + 5:g}" r="12" fill="{colour}"/>')
        self.text(MARGIN + 12, self.y + 9.5, label, 12.5, "paper", anchor="middle", bold=True)
        for line in fonts.wrapped(_printable(bar.statement), 15, self.inner - BADGE, self.lines):
            self.text(MARGIN + BADGE, self.y + 10, line, 15, "ink")
            self.y += 21
        self.y += 6

    def bar(self, bar: Bar, labels: Labels, middle: float, unit: float) -> None:
        line = self.palette.of("line")
        if not bar.n:
            self.parts.append(
                f'<rect x="{MARGIN}" y="{self.y:g}" width="{self.inner}" height="{BAR}" rx="6" fill="none" '
                f'stroke="{line}" stroke-dasharray="4 4"/>'
            )
            text = fonts.elided(labels.nothing, 13, self.inner - 16)
            self.text(self.width / 2, self.y + BAR / 2 + 4.5, text, 13, "muted", anchor="middle")
            self.y += BAR
            return
        self.parts.append(
            f'<path d="M{middle:.2f} {self.y - 5:g}V{self.y + BAR + 5:g}" stroke="{line}" stroke-width="1.5"/>'
        )
        x = middle - bar.sides[0] * unit
        drawn = [rating for rating in range(7) if bar.counts[rating]]
        for rating in drawn:
            span = bar.counts[rating] / bar.n * unit
            shown, colour = max(span - GAP, min(span, 1.0)), RATINGS[rating]
            self.box(x, self.y, shown, BAR, colour, rating == drawn[0], rating == drawn[-1])
            count = labels.count(bar.counts[rating])
            size = next((size for size in (13, 12, 11) if fonts.width(count, size, bold=True) + 4 <= shown), None)
            if size:
                x_count, y_count = x + shown / 2, self.y + BAR / 2 + size / 3
                self.text(x_count, y_count, count, size, text_on(colour), anchor="middle", bold=True)
            x += span
        self.y += BAR

    def summary(self, bar: Bar, labels: Labels) -> None:
        if bar.mean is None:
            return
        words = _filled(labels.summary, bar, labels)
        mean = fonts.elided(labels.mean.format(mean=labels.rounded(bar.mean)), 12.5, self.inner, bold=True)
        self.y += 9
        if fonts.width(words, 12.5) + fonts.width(mean, 12.5, bold=True) + 16 <= self.inner:
            self.text(MARGIN, self.y + 12, words, 12.5, "muted")
            self.text(self.width - MARGIN, self.y + 12, mean, 12.5, "ink", anchor="end", bold=True)
            self.y += 14
            return
        for line in fonts.wrapped(words, 12.5, self.inner, 3):
            self.text(MARGIN, self.y + 12, line, 12.5, "muted")
            self.y += 18
        self.text(MARGIN, self.y + 12, mean, 12.5, "ink", bold=True)
        self.y += 14

    def text(
        self, x: float, y: float, text: str, size: float, colour: str, *, anchor: str = "start", bold: bool = False
    ) -> None:
        if not text:
            return
        fill = colour if colour.startswith("#") else self.palette.of(colour)
        aligned = "" if anchor == "start" else f' text-anchor="{anchor}"'
        weight = ' font-weight="600"' if bold else ""
        self.parts.append(
            f'<text x="{x:.2f}" y="{y:.2f}" font-size="{size:g}" fill="{fill}"{aligned}{weight}>'
            f"{escape(_printable(text))}</text>"
        )

    def box(
        self, x: float, y: float, width: float, height: float, colour: str, first: bool, last: bool, radius: float = 6
    ) -> None:
        """A rectangle whose left corners are round where it is the first and whose right ones where the last."""
        left = min(radius, width / (1 + last)) if first else 0.0
        right = min(radius, width / (1 + first)) if last else 0.0
        self.parts.append(
            f'<path fill="{colour}" d="M{x + left:.2f} {y:g}h{width - left - right:.2f}'
            f"a{right:.2f} {right:.2f} 0 0 1 {right:.2f} {right:.2f}v{height - 2 * right:.2f}"
            f"a{right:.2f} {right:.2f} 0 0 1 {-right:.2f} {right:.2f}h{-(width - left - right):.2f}"
            f"a{left:.2f} {left:.2f} 0 0 1 {-left:.2f} {-left:.2f}v{-(height - 2 * left):.2f}"
            f'a{left:.2f} {left:.2f} 0 0 1 {left:.2f} {-left:.2f}z"/>'
        )

    def finish(self, name: str) -> str:
        height = round(self.y + MARGIN)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" role="img" '
            f"aria-label={quoteattr(_printable(name))} "
            f'viewBox="0 0 {self.width} {height}" width="{self.width}" height="{height}" '
            f'font-family="{fonts.FAMILY}, system-ui, sans-serif">'
            f'<rect width="{self.width}" height="{height}" rx="10" fill="{self.palette.of("paper")}"/>'
            f"{''.join(self.parts)}</svg>"
        )


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("", text)


def _filled(template: str, bar: Bar, labels: Labels, statement: str = "") -> str:
    return template.format(
        label=bar.label,
        statement=statement,
        n=labels.count(bar.n),
        disagree=labels.count(sum(bar.counts[:3])),
        neutral=labels.count(bar.counts[3]),
        agree=labels.count(sum(bar.counts[4:])),
        mean="" if bar.mean is None else labels.rounded(bar.mean),
    )


def _in_words(bar: Bar, labels: Labels, length: int) -> str:
    statement = " ".join(_printable(bar.statement).split())
    short = statement if len(statement) <= length else statement[: max(1, length - 1)].rstrip() + "…"
    return _filled(labels.alt if bar.n else labels.alt_nothing, bar, labels, short)


def _sentence(title: str) -> str:
    title = _printable(title).strip()
    return title if not title or title[-1] in ".?!…" else title + "."


def _luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
