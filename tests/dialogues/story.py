r"""Stories as data: one act or expectation a line, read and played on any stage.

A story file begins with `Story: ...` and `People: maria (moderator), alice, ...`; `#` begins a comment, and
`Needs: several reactions of one person` leaves out platforms where a reaction takes the place of another, and
`Needs: news of deleted messages` those on which nobody can delete what the bot posted, or the bot does not hear of it.

    maria: /consensus ask Should we close on Fridays?   a command in the channel
    maria privately: /consensus mine                    a command in the conversation with the bot
    alice: We should.                                   a private message to the bot
    alice under "What do you think?": We should.        a reply to a card
    alice with 2 files: See there.                      attachments
    alice edits "We should": We should not.
    alice deletes "We should"
    alice presses [Give my opinion]                     also: presses [Withdraw] under "some text"
    alice presses 6 on [How much do you agree]          a key of a scale
    alice fills in opinion = We should.; position = 6
    alice reacts 6 to "Statement 1"
    alice takes 6 off "Statement 1"
    alice leaves
    "Statement 1" is deleted in the channel             also: the channel is deleted
    2h pass
    the bot restarts
    the generator fails: sentence                       at the next drafting; "is down" for one that may pass
    channel sees "..."       alice sees "..."           because of the last act; also: sees no "..."
    channel shows "..."      alice shows "..."          as it stands now; also: shows no "..."
    alice is asked "..."                                an open form shows this; also: is asked no "..."
    alice is told on opinion "..."                      a sentence on a field of the open form (`a-*`: any such)
    alice sees "..." or "..."                           one of them
    nobody sees anything                                because of the last act
    the round is voting                                 the newest round's phase

`<blank>`, `<binary>` and `<4001 letters>` stand for texts that are awkward to write down; `\n` breaks a line.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from bot.durations import parse_duration
from engine.errors import GeneratorMisbehaved, GeneratorUnavailable
from tests.dialogues.stage import Cast, Stage

CHANNEL = "channel"


@dataclass(frozen=True)
class Line:
    """One line of a story, with its number in the file."""

    number: int
    text: str


@dataclass(frozen=True)
class Story:
    """A user story."""

    title: str
    cast: tuple[Cast, ...]
    lines: tuple[Line, ...]
    needs_keycaps: bool = False
    needs_deletions: bool = False


def read_story(path: Path) -> Story:
    """The story in a file. Raises ValueError for a file without a title or people."""
    title, cast, lines, keycaps, deletions = "", tuple[Cast, ...](), list[Line](), False, False
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = raw.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("Story: "):
            title = text.removeprefix("Story: ")
        elif text.startswith("People: "):
            names = [name.strip() for name in text.removeprefix("People: ").split(",")]
            cast = tuple(Cast(name.removesuffix(" (moderator)"), name.endswith("(moderator)")) for name in names)
        elif text == "Needs: several reactions of one person":
            keycaps = True
        elif text == "Needs: news of deleted messages":
            deletions = True
        else:
            lines.append(Line(number, text))
    if not title or not cast:
        raise ValueError(f"{path.name} needs a line 'Story: ...' and a line 'People: ...'")
    return Story(title, cast, tuple(lines), keycaps, deletions)


async def play(story: Story, stage: Stage) -> None:
    """Play a story; raises AssertionError at the first line that does not hold, naming it."""
    for line in story.lines:
        try:
            await _play(line.text, stage)
        except AssertionError as failure:
            raise AssertionError(f"{story.title!r}, line {line.number}: {line.text}\n{failure}") from None


Match = re.Match[str]
Act = Callable[[Match, Stage], Awaitable[None]]
_ACTS: list[tuple[re.Pattern[str], Act]] = []


def _act(pattern: str) -> Callable[[Act], Act]:
    def register(act: Act) -> Act:
        _ACTS.append((re.compile(pattern), act))
        return act

    return register


async def _play(text: str, stage: Stage) -> None:
    for pattern, act in _ACTS:
        if found := pattern.fullmatch(text):
            await act(found, stage)
            return
    raise AssertionError("no act or expectation reads like this")


def _said(text: str) -> str:
    text = text.replace("<blank>", "   ").replace("<binary>", "\x00\x01\x02PNG\x00\x7f").replace("\\n", "\n")
    return re.sub(r"<(\d+) letters>", lambda found: "word " * (int(found[1]) // 5) + "w" * (int(found[1]) % 5), text)


@_act(r"(?P<who>\w+)(?P<direct> privately)?: /consensus ?(?P<word>\S*) ?(?P<rest>.*)")
async def _command(found: Match, stage: Stage) -> None:
    await stage.command(found["who"], found["word"], _said(found["rest"]), direct=bool(found["direct"]))


@_act(r'(?P<who>\w+) edits "(?P<old>.*?)": (?P<new>.*)')
async def _edit(found: Match, stage: Stage) -> None:
    await stage.rewrite(found["who"], found["old"], _said(found["new"]))


@_act(r'(?P<who>\w+)(?: under "(?P<under>.*?)")?(?: with (?P<files>\d+) files?)?: ?(?P<text>.*)')
async def _write(found: Match, stage: Stage) -> None:
    files = int(found["files"] or 0)
    await stage.write(found["who"], _said(found["text"]), under=found["under"] or "", attachments=files)


@_act(r'(?P<who>\w+) deletes "(?P<text>.*)"')
async def _delete(found: Match, stage: Stage) -> None:
    await stage.delete(found["who"], found["text"])


@_act(r'(?P<who>\w+) presses (?:(?P<value>\S+) on )?\[(?P<label>.*?)\](?: under "(?P<under>.*)")?')
async def _press(found: Match, stage: Stage) -> None:
    await stage.press(found["who"], found["label"], value=found["value"] or "", under=found["under"] or "")


@_act(r"(?P<who>\w+) fills in(?P<values>.*)")
async def _fill_in(found: Match, stage: Stage) -> None:
    pairs = (pair.partition("=") for pair in found["values"].split(";") if pair.strip())
    await stage.fill_in(found["who"], {name.strip(): _said(value.strip()) for name, _, value in pairs})


@_act(r'(?P<who>\w+) reacts (?P<emoji>\S+) to "(?P<text>.*)"')
async def _react(found: Match, stage: Stage) -> None:
    await stage.react(found["who"], found["emoji"], found["text"])


@_act(r'(?P<who>\w+) takes (?P<emoji>\S+) off "(?P<text>.*)"')
async def _unreact(found: Match, stage: Stage) -> None:
    await stage.react(found["who"], found["emoji"], found["text"], added=False)


@_act(r"(?P<who>\w+) leaves")
async def _leave(found: Match, stage: Stage) -> None:
    await stage.leave(found["who"])


@_act(r'"(?P<text>.*)" is deleted in the channel')
async def _remove(found: Match, stage: Stage) -> None:
    await stage.remove(found["text"])


@_act(r"the channel is deleted")
async def _remove_channel(found: Match, stage: Stage) -> None:
    await stage.remove_channel()


@_act(r"(?P<duration>.+) pass(?:es)?")
async def _wait(found: Match, stage: Stage) -> None:
    seconds = parse_duration(found["duration"])
    assert seconds is not None, f"{found['duration']!r} is no duration"
    await stage.wait(seconds)


@_act(r"the generator (?P<how>fails|is down): (?P<reason>.*)")
async def _fail(found: Match, stage: Stage) -> None:
    kind = GeneratorMisbehaved if found["how"] == "fails" else GeneratorUnavailable
    stage.generator.fail_with += [kind(found["reason"]) for _ in range(20)]


@_act(r"the bot restarts")
async def _restart(found: Match, stage: Stage) -> None:
    await stage.restart()


@_act(r"the generator works")
async def _work(found: Match, stage: Stage) -> None:
    stage.generator.fail_with.clear()


@_act(r'(?P<who>\w+) (?P<how>sees|shows) (?P<no>no )?"(?P<text>.*)"')
async def _sees(found: Match, stage: Stage) -> None:
    who = None if found["who"] == CHANNEL else found["who"]
    there = await stage.news(who) if found["how"] == "sees" else await stage.shown(who)
    _holds(there, found["text"], absent=bool(found["no"]))


@_act(r'(?P<who>\w+) is asked (?P<no>no )?"(?P<text>.*)"')
async def _asked(found: Match, stage: Stage) -> None:
    _holds([stage.form(found["who"])], found["text"], absent=bool(found["no"]))


@_act(r'(?P<who>\w+) is told on (?P<field>\S+) "(?P<text>.*)"')
async def _told_on(found: Match, stage: Stage) -> None:
    problems = stage.problems(found["who"])
    there = [text for field, text in problems.items() if fnmatch(field, found["field"])]
    assert any(found["text"] in text for text in there), f"on the fields stands {problems}"


@_act(r"nobody sees anything")
async def _nothing(found: Match, stage: Stage) -> None:
    there = await stage.news("*")
    assert not there, f"there is {there}"


@_act(r"the round is (?P<phase>\w+)")
async def _phase(found: Match, stage: Stage) -> None:
    channel = stage.channel
    rounds = [*await stage.store.rounds_in(channel, running=True), *await stage.store.rounds_in(channel, running=False)]
    newest = max(rounds, key=lambda one: one.opened_at)
    assert newest.phase == found["phase"], f"it is {newest.phase}"


def _holds(there: list[str], text: str, *, absent: bool) -> None:
    found = any(choice in one for one in there for choice in text.split('" or "'))
    shown = "\n---\n".join(there) or "nothing"
    assert found is not absent, f"there is:\n{shown}"
