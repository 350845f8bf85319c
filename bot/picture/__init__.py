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

from bot.picture.colours import DARK, LIGHT, RATINGS, Palette, contrast, text_on
from bot.picture.describing import alt_text
from bot.picture.drawing import png, svg
from bot.picture.model import Bar, Labels

__all__ = [
    "DARK",
    "LIGHT",
    "RATINGS",
    "Bar",
    "Labels",
    "Palette",
    "alt_text",
    "contrast",
    "png",
    "svg",
    "text_on",
]
