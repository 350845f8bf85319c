"""What a connection accepts, how fast, and under which names the server answers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.web.actions import ACTION, read_action
from bot.web.connection import BURST, PER_SECOND, Bucket, Hello
from bot.web.security import Gate

SCALARS = st.none() | st.booleans() | st.floats() | st.text(max_size=8)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner), max_leaves=5)


def test_a_burst_is_free_and_then_the_rate_holds() -> None:
    bucket = Bucket(0.0)
    waits = [bucket.wait(0.0) for _ in range(int(BURST) + 10)]
    assert not any(waits[: int(BURST)])
    assert waits[-1] == pytest.approx(10 / PER_SECOND)


@given(st.lists(st.floats(0, 5), min_size=1, max_size=200))
def test_nobody_gets_more_than_the_burst_and_the_rate(pauses: list[float]) -> None:
    bucket, now = Bucket(0.0), 0.0
    for let_through, pause in enumerate(pauses, 1):
        now += pause
        now += bucket.wait(now)
        assert let_through <= BURST + PER_SECOND * now + 1e-6


@settings(max_examples=50)
@given(JSON)
def test_no_frame_raises_anything_but_value_error(value: object) -> None:

    with pytest.raises(ValueError, match=r".+"):
        read_action(json.dumps(value))


@given(st.text(max_size=50), st.sampled_from(["channel", "direct"]))
def test_an_action_survives_being_kept_as_json(text: str, place: str) -> None:
    """A redelivery is read back from the database."""
    action = read_action(json.dumps({"do": "say", "delivery": "delivery-1", "place": place, "text": text}))
    assert ACTION.validate_json(action.model_dump_json()) == action


@pytest.mark.parametrize(("zone", "known"), [("Europe/Vienna", "Europe/Vienna"), ("../etc/passwd", "UTC"), ("", "UTC")])
def test_only_real_time_zones_are_known(zone: str, known: str) -> None:
    assert Hello(zone=zone).known_zone == known


@pytest.mark.parametrize(
    ("listens", "public", "host", "known"),
    [
        ("127.0.0.1", None, "127.0.0.1:8765", True),
        ("127.0.0.1", None, "localhost:8765", True),
        ("::1", None, "[::1]:8765", True),
        ("127.0.0.1", None, "evil.example", False),
        ("127.0.0.1", None, "", False),
        ("0.0.0.0", None, "192.168.1.7:8765", True),
        ("127.0.0.1", "https://parley.example", "parley.example", True),
        ("127.0.0.1", "https://parley.example", "PARLEY.example", True),
        ("0.0.0.0", "https://parley.example", "evil.example", False),
        ("0.0.0.0", "https://parley.example", "127.0.0.1:8765", True),
    ],
)
def test_the_server_answers_under_its_own_names_only(listens: str, public: str | None, host: str, known: bool) -> None:
    assert Gate(listens, public, str).knows_host(host) is known
