"""Where everything stands in a picture."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from bot.picture import fonts
from bot.picture.colours import RATINGS, Palette, text_on
from bot.picture.model import Bar, Labels

MARGIN = 24
BAR = 34
BADGE = 34
GAP = 1.5
_UNPRINTABLE = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


class Sheet:
    """Draws from the top downwards; `y` is where the next thing begins."""

    def __init__(self, width: int, palette: Palette) -> None:
        self.width = width
        self.inner = width - 2 * MARGIN
        self.palette = palette
        self.y = float(MARGIN)
        self.parts: list[str] = []
        self.lines = 2 if width >= 600 else 4

    def heading(self, title: str, note: str) -> None:
        """The title and the line under it."""
        for line in fonts.wrapped(printable(title), 19, self.inner, 3, bold=True):
            self.text(MARGIN, self.y + 18, line, 19, "ink", bold=True)
            self.y += 26
        for line in fonts.wrapped(printable(note), 13.5, self.inner, 3):
            self.text(MARGIN, self.y + 14, line, 13.5, "muted")
            self.y += 20

    def legend(self, labels: Labels) -> None:
        """What the colours mean."""
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
        """A statement under its number."""
        self.y += 28
        if bar.leading:
            text = fonts.elided(labels.leading, 12, self.inner - BADGE, bold=True)
            self.text(MARGIN + BADGE, self.y + 6, text, 12, "accent", bold=True)
            self.y += 16
        colour = self.palette.of("accent" if bar.leading else "muted")
        label = fonts.elided(bar.label, 12.5, 20, bold=True)
        self.parts.append(f'<circle cx="{MARGIN + 12}" cy="{self.y + 5:g}" r="12" fill="{colour}"/>')
        self.text(MARGIN + 12, self.y + 9.5, label, 12.5, "paper", anchor="middle", bold=True)
        for line in fonts.wrapped(printable(bar.statement), 15, self.inner - BADGE, self.lines):
            self.text(MARGIN + BADGE, self.y + 10, line, 15, "ink")
            self.y += 21
        self.y += 6

    def bar(self, bar: Bar, labels: Labels, middle: float, unit: float) -> None:
        """Its bar. middle: where the line between the sides is; unit: how wide all of its ratings are."""
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
        """Its numbers in words."""
        if bar.mean is None:
            return
        words = labels.filled(labels.summary, bar)
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
        """A line of text. colour: one of the palette's names, or #rrggbb."""
        if not text:
            return
        fill = colour if colour.startswith("#") else self.palette.of(colour)
        aligned = "" if anchor == "start" else f' text-anchor="{anchor}"'
        weight = ' font-weight="600"' if bold else ""
        self.parts.append(
            f'<text x="{x:.2f}" y="{y:.2f}" font-size="{size:g}" fill="{fill}"{aligned}{weight}>'
            f"{escape(printable(text))}</text>"
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
        """The `<svg>` element, under its accessible name."""
        height = round(self.y + MARGIN)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" role="img" '
            f"aria-label={quoteattr(printable(name))} "
            f'viewBox="0 0 {self.width} {height}" width="{self.width}" height="{height}" '
            f'font-family="{fonts.FAMILY}, system-ui, sans-serif">'
            f'<rect width="{self.width}" height="{height}" rx="10" fill="{self.palette.of("paper")}"/>'
            f"{''.join(self.parts)}</svg>"
        )


def printable(text: str) -> str:
    """The text without what XML cannot hold."""
    return _UNPRINTABLE.sub("", text)
