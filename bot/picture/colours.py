"""The colours of a picture, and which text is legible on them."""

from __future__ import annotations

from dataclasses import dataclass


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


def contrast(one: str, other: str) -> float:
    """The contrast of two colours written #rrggbb, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def text_on(colour: str) -> str:
    """The text colour that is best legible on `colour`."""
    return max((ON_LIGHT, ON_DARK), key=lambda text: contrast(colour, text))


def _luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
