"""Who may start, close and export: the setting, who is told what, and where an admin sets it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platform import ButtonPressed, CommandGiven, Done, FormSubmitted, Inbound, Person
from bot.slack.rights import Act, Right, Rights, Who, act_of, read_rights, write_rights
from bot.slack.rights_form import read_form, rights_form
from bot.slack.workspaces import Workspaces
from bot.texts import Texts
from storage.store import DatabaseStore, open_store
from tests.bot.slack.conftest import Workplace
from tests.slack_server.person import Person as Somebody
from tests.slack_server.reading import shown
from tests.slack_server.world import Ephemeral, Message

ids = st.lists(st.text("ABC0123456789", min_size=1, max_size=9), max_size=3)
right = st.builds(
    Right,
    st.sampled_from(Who),
    ids.map(lambda found: tuple(f"U{one}" for one in found)),
    ids.map(lambda found: tuple(f"S{one}" for one in found)),
)
MARIA = Person("slack:T1/U1", "Maria", "slack:T1/C1")


@given(st.builds(Rights, right, right, right))
def test_rights_are_read_as_they_were_written_and_as_a_form_says_them(rights: Rights) -> None:
    assert read_rights(write_rights(rights)) == rights
    form = rights_form(rights, "T1", Texts())
    assert read_form({one.name: str(one.value) for one in form.fields}) == rights


@pytest.mark.parametrize("text", [None, "", "x", "[]", '{"start": 1}', '{"start": ["kings", [], []]}'])
def test_what_no_longer_reads_is_the_default(text: str | None) -> None:
    assert read_rights(text) == Rights()


@pytest.mark.parametrize(
    ("item", "act"),
    [
        (CommandGiven("d", 0.0, MARIA, "Ask", "x?"), Act.START),
        (CommandGiven("d", 0.0, MARIA, "close", ""), Act.CLOSE),
        (CommandGiven("d", 0.0, MARIA, "export", ""), Act.EXPORT),
        (CommandGiven("d", 0.0, MARIA, "mine", ""), None),
        (ButtonPressed("d", 0.0, MARIA, "do-close", "r1"), Act.CLOSE),
        (ButtonPressed("d", 0.0, MARIA, "do-export", "r1"), Act.EXPORT),
        (ButtonPressed("d", 0.0, MARIA, "opinion", "r1"), None),
        (FormSubmitted("d", 0.0, MARIA, "ask", "", "", ()), Act.START),
        (FormSubmitted("d", 0.0, MARIA, "extend", "r1", "", ()), Act.CLOSE),
        (FormSubmitted("d", 0.0, MARIA, "opinion", "r1", "", ()), None),
    ],
)
def test_what_somebody_does_needs_this_right(item: Inbound, act: Act | None) -> None:
    assert act_of(item) is act


@pytest.fixture
async def kept(work: Workplace, tmp_path: Path) -> AsyncIterator[DatabaseStore]:
    """The platform keeps rights in a database."""
    store = await open_store(f"sqlite:///{tmp_path / 'parley.db'}", migrate=True)
    work.platform = work.made(store=store)
    yield store
    await store.close()


async def told(work: Workplace, who: Somebody) -> str:
    """What somebody was told alone, last, in the channel or in the conversation with the bot."""
    await work.slack.until(lambda: who.ephemerals or who.messages)
    await work.slack.quiet()
    there: list[Message | Ephemeral] = [*who.messages, *who.ephemerals]
    return shown(there[-1])


def only(act: Act, right: Right) -> Rights:
    """The defaults but for one act."""
    return Rights(**{str(act): right})


@pytest.mark.parametrize("act", [Act.START, Act.EXPORT])
async def test_only_whom_the_admins_chose_may(work: Workplace, kept: DatabaseStore, act: Act) -> None:
    alice, bob, maria = (work.people[name] for name in ("alice", "bob", "maria"))
    carol = work.slack.add_user("carol")
    work.channel.members.append(carol.id)
    group = work.slack.add_group("leads", [carol])
    word = {Act.START: "ask", Act.EXPORT: "export"}[act]
    rights = only(act, Right(Who.NAMED, (bob.id,), (group.id,)))
    await Workspaces(kept.database).set_rights(work.slack.team.id, rights)
    async with work.serving():
        for who in (bob, carol, maria):
            await who.command(word, work.channel)
            assert work.heard[-1].person.member == work.id(who)
        heard = len(work.heard)
        await alice.command(word, work.channel)
        assert f"only people chosen by its admins {act} rounds" in await told(work, alice)
    assert len(work.heard) == heard


async def test_members_of_the_channel_may_and_others_may_not(work: Workplace, kept: DatabaseStore) -> None:
    await Workspaces(kept.database).set_rights(work.slack.team.id, only(Act.EXPORT, Right(Who.MEMBERS)))
    alice, outsider = work.people["alice"], work.slack.add_user("outsider")
    async with work.serving():
        await alice.command("export", work.channel)
        assert len(work.heard) == 1
        await outsider.command("export", work.channel)
        assert "join the channel first" in await told(work, outsider)
    assert len(work.heard) == 1


@pytest.mark.parametrize(
    ("right", "privileged"),
    [
        (Right(Who.NAMED), [False, False, True]),
        (Right(Who.EVERYONE), [True, True, True]),
        (Right(Who.MEMBERS), [True, True, True]),
        (Right(Who.NAMED, ("bob",)), [False, True, True]),
    ],
)
async def test_closing_rounds_of_others_is_given_and_never_taken_from_who_opened_them(
    work: Workplace, kept: DatabaseStore, right: Right, privileged: list[bool]
) -> None:
    people = tuple(work.people[name].id for name in right.people)
    await Workspaces(kept.database).set_rights(work.slack.team.id, only(Act.CLOSE, Right(right.who, people)))
    async with work.serving():
        for name in ("alice", "bob", "maria"):
            await work.people[name].command("close", work.channel)
    assert [one.person.moderator for one in work.heard] == privileged


async def test_an_admin_sets_rights_from_the_home_tab_and_nobody_else_can(work: Workplace, kept: DatabaseStore) -> None:
    maria, alice = work.people["maria"], work.people["alice"]
    work.reply = lambda _: Done()
    async with work.serving():
        await alice.open_home()
        await maria.open_home()
        await work.slack.until(lambda: maria.home and alice.home)
        assert alice.home is not None
        assert "Who may do what" not in shown(alice.home)
        await maria.press("Who may do what")
        await work.slack.until(lambda: maria.view)
        await maria.submit({"start": "named", "start-named": [alice.id]})
        assert "Saved" in await told(work, maria)
    rights = await Workspaces(kept.database).rights(work.slack.team.id)
    assert rights.start == Right(Who.NAMED, (alice.id,))
    assert rights.close == Right(Who.NAMED)
    assert not work.slack.violations
