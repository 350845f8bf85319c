"""The picture of an outcome: nothing overflows, everything is legible, the words say what the bars show."""

from __future__ import annotations

import re
import struct
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.picture import DARK, LIGHT, RATINGS, Bar, Labels, Palette, alt_text, contrast, fonts, png, svg, text_on

LONG = "We believe that limits are right, but they should be enforced more strictly near schools. " * 6
THREE = (
    Bar("1", LONG, (0, 0, 1, 0, 1, 2, 1), leading=True),
    Bar("2", "We should lower the limit near schools.", (1, 1, 0, 1, 1, 1, 0)),
    Bar("3", "Limits should stay.", (3, 0, 1, 1, 0, 0, 0)),
)
CROWD = (Bar("1", LONG, (312, 544, 721, 1203, 2410, 3012, 1798)), Bar("2", "No.", (9412, 500, 50, 30, 5, 2, 1)))
SILENT = (Bar("1", LONG, (0,) * 7), Bar("2", "", (0,) * 7))

texts = st.text(st.characters(codec="utf-8"), max_size=200)
bars = st.lists(
    st.builds(
        Bar,
        label=st.sampled_from(["1", "16", "1234567"]),
        statement=texts,
        counts=st.tuples(*[st.sampled_from([0, 1, 3, 250, 10_000])] * 7),
        leading=st.booleans(),
    ),
    max_size=4,
)
wordy = Labels(
    strongly_disagree="stimme ganz und gar nicht zu " * 3,
    strongly_agree="stimme voll und ganz zu " * 3,
    leading="Aussage mit der größten Zustimmung in dieser Gruppe " * 3,
    nothing="Noch hat niemand eine Bewertung abgegeben " * 3,
    summary="Dagegen sind {disagree}, unentschieden sind {neutral}, dafür sind {agree} von allen Beteiligten",
    mean="Durchschnittliche Zustimmung {mean}",
)


def drawn(picture: str) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314 - our own drawing


def spans(picture: str) -> list[tuple[float, float, str]]:
    """Where each text begins and ends, as measured without slack."""
    found = []
    for one in drawn(picture).iter("{http://www.w3.org/2000/svg}text"):
        text, size = one.text or "", float(one.attrib["font-size"])
        long = fonts.width(text, size, bold=one.get("font-weight") == "600") / fonts.SLACK
        shift = {"start": 0.0, "middle": long / 2, "end": long}[one.get("text-anchor", "start")]
        begin = float(one.attrib["x"]) - shift
        found.append((begin, begin + long, text))
    return found


@settings(max_examples=60, deadline=None)
@given(bars, texts, texts, st.sampled_from([Labels(), wordy]), st.sampled_from([320, 340, 600, 760, 1200]))
@example(list(THREE), LONG, LONG, wordy, 320)
@example(list(CROWD), LONG, "", wordy, 760)
@example([Bar("1", "W" * 400, (1,) * 7), Bar("2", "日本語の意見" * 40, (1,) * 7)], "", "", Labels(), 320)
def test_no_text_leaves_the_picture(many: list[Bar], title: str, note: str, labels: Labels, width: int) -> None:
    picture = svg(many, title=title, labels=labels, note=note, width=width)
    root = drawn(picture)
    height = float(root.attrib["height"])
    for begin, end, text in spans(picture):
        assert begin >= 0, text
        assert end <= width, text
    for one in root.iter("{http://www.w3.org/2000/svg}text"):
        assert 0 < float(one.attrib["y"]) < height


@pytest.mark.parametrize("many", [THREE, CROWD, SILENT, THREE[:1], ()])
@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_the_picture_becomes_a_png_of_its_size(many: tuple[Bar, ...], palette: Palette) -> None:
    picture = svg(many, title="Should we lower the limit?", labels=Labels(), palette=palette)
    image = png(picture)
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    root = drawn(picture)
    assert struct.unpack(">II", image[16:24]) == (2 * int(root.attrib["width"]), 2 * int(root.attrib["height"]))


def test_letters_are_drawn_with_the_font_we_ship_even_where_the_machine_has_none() -> None:
    empty = png(svg((), title="", labels=Labels()))
    titled = png(svg((), title="Wo stehen wir? Что мы думаем? Τι πιστεύουμε;", labels=Labels()))
    assert fonts.covers("Wo stehen wir? Что мы думаем? Τι πιστεύουμε; Łódź, ça va, Việt")
    assert len(titled) > len(empty) + 5_000


def test_the_bars_of_a_picture_share_one_middle_line_and_its_whole_width() -> None:
    def extent(bar: Bar) -> tuple[float, float]:
        middle, unit = 24 + 0.8 * 712 / 1.6, 712 / 1.6
        return middle - bar.sides[0] * unit, middle + bar.sides[1] * unit

    mirrored = (Bar("1", "", (0, 1, 0, 0, 1, 2, 1)), Bar("2", "", (1, 2, 1, 0, 0, 1, 0)))
    assert [bar.sides for bar in mirrored] == [(0.2, 0.8), (0.8, pytest.approx(0.2))]
    shapes = [
        (float(found["x"]), float(found["span"]))
        for found in re.finditer(
            r'<path fill="#[0-9a-f]{6}" d="M(?P<x>[\d.]+) [\d.]+h(?P<span>[\d.]+)',
            svg(mirrored, title="", labels=Labels()),
        )
    ][7:]
    # The first of a bar's shapes begins after its round corner of 6, the last ends before its own and the gap.
    first, second = shapes[:4], shapes[4:]
    for drawn_shapes, bar in ((first, mirrored[0]), (second, mirrored[1])):
        begin, end = extent(bar)
        assert drawn_shapes[0][0] - 6 == pytest.approx(begin, abs=0.02)
        assert sum(drawn_shapes[-1]) + 6 + 1.5 == pytest.approx(end, abs=0.02)
    assert extent(mirrored[1])[0] == pytest.approx(24)
    assert extent(mirrored[0])[1] == pytest.approx(760 - 24)


def test_a_neutral_rating_is_half_on_either_side() -> None:
    assert Bar("1", "", (1, 1, 0, 1, 1, 1, 0)).sides == (0.5, 0.5)
    assert Bar("1", "", (0, 0, 0, 4, 0, 0, 0)).sides == (0.5, 0.5)
    assert Bar("1", "", (0,) * 7).sides == (0, 0)


def test_texts_are_measured_by_the_font_itself() -> None:
    # The advances that fonttools reads from the same files, in 2816ths of an em.
    regular, bold = fonts.metrics(fonts.REGULAR).advances, fonts.metrics(fonts.BOLD).advances
    assert [round(regular[ord(one)] * 2816) for one in "Wi0…Я"] == [2672, 668, 1760, 2312, 1888]
    assert [round(bold[ord(one)] * 2816) for one in "Wi0…Я"] == [2835, 734, 1878, 2270, 1915]


@given(texts, st.floats(20, 400), st.integers(1, 4))
def test_wrapping_keeps_every_letter_until_it_elides(text: str, limit: float, lines: int) -> None:
    found = fonts.wrapped(text, 15, limit, lines)
    assert len(found) <= lines
    assert all(fonts.width(line, 15) <= limit for line in found)
    joined, whole = "".join("".join(found).split()), "".join(text.split())
    assert joined == whole or (joined.endswith("…") and whole.startswith(joined.removesuffix("…"))) or not found[-1]


def test_counts_stand_in_segments_where_they_fit() -> None:
    legend, shown = 9, [text for _, _, text in spans(svg(CROWD, title="", labels=Labels()))]
    assert {"2,410", "3,012", "1,798", "9,412"} <= set(shown)
    assert not {"5", "30"} & set(shown[legend:])
    assert "Disagree 1,577 · Neither 1,203 · Agree 7,220" in [" ".join(text.split()) for text in shown]


def test_every_colour_carries_text_of_enough_contrast() -> None:
    # WCAG 2.2, success criteria 1.4.3 (4.5 for text) and 1.4.11 (3 for marks).
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    for colour in RATINGS:
        assert contrast(colour, text_on(colour)) >= 4.5
    for palette in (LIGHT, DARK):
        assert contrast(palette.ink, palette.paper) >= 7
        assert contrast(palette.muted, palette.paper) >= 4.5
        assert contrast(palette.accent, palette.paper) >= 4.5
        assert contrast(palette.line, palette.paper) >= 3


MACHADO = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
"""Machado, Oliveira and Fernandes 2009, table 1, severity 1, on linear RGB."""


@pytest.mark.parametrize("kind", MACHADO)
def test_agreement_and_disagreement_differ_for_colour_blind_readers(kind: str) -> None:
    def seen(colour: str) -> list[float]:
        linear = [(int(colour[at : at + 2], 16) / 255) ** 2.2 for at in (1, 3, 5)]
        mixed = [sum(weight * part for weight, part in zip(row, linear, strict=True)) for row in MACHADO[kind]]
        return [max(0.0, min(1.0, one)) ** (1 / 2.2) * 255 for one in mixed]

    for one, other in ((0, 6), (1, 5), (2, 4)):
        assert sum((a - b) ** 2 for a, b in zip(seen(RATINGS[one]), seen(RATINGS[other]), strict=True)) ** 0.5 > 60


def test_the_drawing_may_stand_in_a_page_beside_others() -> None:
    picture = svg(THREE, title="<script>alert(1)</script> & \x00\x1b", labels=Labels())
    root = drawn(picture)
    assert not any("id" in one.attrib or "style" in one.attrib for one in root.iter())
    assert {one.tag.rpartition("}")[2] for one in root.iter()} <= {"svg", "rect", "path", "circle", "text"}
    assert root.get("role") == "img"
    assert "var(--picture-ink, #17202c)" in picture


def test_the_alternative_text_says_what_the_bars_show() -> None:
    said = alt_text(THREE[1:], title="Should we lower the limit?", labels=Labels())
    assert said == (
        "Should we lower the limit?\n"
        "Statement 2, “We should lower the limit near schools.”: 2 disagree, 1 neither, 2 agree, mean 3.6.\n"
        "Statement 3, “Limits should stay.”: 4 disagree, 1 neither, 0 agree, mean 2.0."
    )
    label = drawn(svg(THREE[1:], title="Should we lower the limit?", labels=Labels())).get("aria-label") or ""
    assert label.split() == said.split()
    assert alt_text(SILENT[1:], title="", labels=Labels()) == "Statement 2, “”: no ratings."


def test_the_alternative_text_says_the_beginning_of_a_long_statement() -> None:
    """All of it stands in a message of its own, and nobody wants to hear it twice."""
    (line,) = alt_text(THREE[:1], title="", labels=Labels()).splitlines()
    assert line.startswith("Statement 1, “We believe that limits are right")
    assert line.endswith("…”: 1 disagree, 0 neither, 4 agree, mean 5.4.")
    assert len(line) < 120


@given(bars, texts, st.integers(50, 2_000))
def test_the_alternative_text_keeps_to_its_limit(many: list[Bar], title: str, limit: int) -> None:
    assert len(alt_text(many, title=title, labels=Labels(), limit=limit)) <= limit


def test_a_bar_without_seven_counts_or_too_narrow_a_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="seven counts"):
        Bar("1", "", (1, 2, 3))
    with pytest.raises(ValueError, match="seven counts"):
        Bar("1", "", (1, 2, 3, 4, 5, 6, -1))
    with pytest.raises(ValueError, match="at least 320"):
        svg((), title="", labels=Labels(), width=200)


def test_the_licence_of_the_font_is_shipped_beside_it() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in (fonts.FOLDER / "OFL.txt").read_text(encoding="utf-8")
    assert sum(path.stat().st_size for path in (fonts.REGULAR, fonts.BOLD)) < 300_000
