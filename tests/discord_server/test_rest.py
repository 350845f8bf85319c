"""REST as Discord documents it: what is refused, with which code, and what is made of what is accepted.

Source: Discord's documentation, "Error Messages", "Create Message", "Embed Limits", "Component Reference".
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.chat_server.clock import SimulatedTime
from tests.discord_server import rights
from tests.discord_server.bare import Rest
from tests.discord_server.limits import RateLimits
from tests.discord_server.server import DiscordServer
from tests.discord_server.sessions import GUILD_MEMBERS
from tests.discord_server.world import FORUM, Channel

Json = dict[str, Any]
SEVEN = [f"{digit}\ufe0f\u20e3" for digit in range(1, 8)]


@pytest.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    async with DiscordServer(time=SimulatedTime(), limits=RateLimits.none()) as server:
        yield server


@pytest.fixture
async def rest(discord: DiscordServer) -> AsyncIterator[Rest]:
    async with aiohttp.ClientSession() as session:
        yield Rest(discord, session)


@pytest.fixture
def general(discord: DiscordServer) -> Channel:
    return discord.add_channel("general")


def button(**about: Any) -> Json:
    return {"type": 1, "components": [{"type": 2, "style": 1, "label": "Join", "custom_id": "join"} | about]}


def select(count: int, **about: Any) -> Json:
    options = [{"label": str(one), "value": str(one)} for one in range(count)]
    return {"type": 1, "components": [{"type": 3, "custom_id": "rate", "options": options} | about]}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 50006),
        ({"content": "   "}, 50006),
        ({"content": "x" * 2_001}, 50035),
        ({"embeds": [{"description": "x" * 4_097}]}, 50035),
        ({"embeds": [{"description": "x" * 4_000}, {"description": "x" * 2_001}]}, 50035),
        ({"embeds": [{"fields": [{"name": "x", "value": ""}]}]}, 50035),
        ({"content": "x", "nonce": "x" * 26}, 50035),
        ({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, 50035),
        ({"content": "x", "allowed_mentions": {"parse": ["everybody"]}}, 50035),
        ({"content": "x", "components": [button(custom_id="x" * 101)]}, 50035),
        ({"content": "x", "components": [button(label="x" * 81)]}, 50035),
        ({"content": "x", "components": [button(), button()]}, 50035),
        ({"content": "x", "components": [button(custom_id=str(one)) for one in range(6)]}, 50035),
        ({"content": "x", "components": [{"type": 1, "components": []}]}, 50035),
        ({"content": "x", "components": [select(26)]}, 50035),
        ({"content": "x", "components": [select(0)]}, 50035),
        ({"content": "x", "components": [select(3, max_values=26)]}, 50035),
        ({"content": "x", "flags": 1 << 15}, 50035),
        ({"components": [{"type": 10, "content": "x"}]}, 50035),
        ({"components": [{"type": 10, "content": "x" * 4_001}], "flags": 1 << 15}, 50035),
        ({"content": "x", "message_reference": {"message_id": "1"}}, 50035),
        ({"content": "x", "whatever": 1}, 50035),
        ({"content": 5}, 50035),
    ],
)
async def test_what_no_message_may_hold_is_refused(rest: Rest, general: Channel, body: Json, code: int) -> None:
    assert await rest.code("POST", f"/channels/{general.id}/messages", body) == code
    assert not general.messages
    assert rest.discord.violations_of("refused")


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2_000},
        {"embeds": [{"description": "x" * 4_096}]},
        {"content": "x", "components": [button(custom_id="x" * 100), select(25)]},
        {"components": [{"type": 17, "components": [{"type": 10, "content": "x"}, button()]}], "flags": 1 << 15},
        {"content": "x", "message_reference": {"message_id": "1", "fail_if_not_exists": False}},
    ],
)
async def test_what_is_at_a_limit_is_accepted(rest: Rest, general: Channel, body: Json) -> None:
    status, _ = await rest("POST", f"/channels/{general.id}/messages", body)
    assert status == 200
    assert not rest.discord.violations


async def test_the_error_names_the_place_in_the_body(rest: Rest, general: Channel) -> None:
    _, answer = await rest("POST", f"/channels/{general.id}/messages", {"content": "x", "components": [select(26)]})
    assert answer["errors"]["components"]["0"]["components"]["0"]["options"]["_errors"][0]["code"].startswith("BASE")


async def test_an_enforced_nonce_makes_one_message_for_some_minutes(rest: Rest, general: Channel) -> None:
    body = {"content": "Once", "nonce": "key", "enforce_nonce": True}
    _, first = await rest("POST", f"/channels/{general.id}/messages", body)
    _, again = await rest("POST", f"/channels/{general.id}/messages", body)
    assert first["id"] == again["id"]
    _, listed = await rest("GET", f"/channels/{general.id}/messages")
    assert "nonce" not in listed[0], "the history does not tell it"
    await rest("POST", f"/channels/{general.id}/messages", {"content": "Once", "nonce": "key"})
    await rest.discord.advance(301)
    await rest("POST", f"/channels/{general.id}/messages", body)
    assert len(general.messages) == 3


async def test_mentions_notify_only_as_allowed(rest: Rest, general: Channel) -> None:
    alice = rest.discord.add_user("alice")
    role = rest.discord.add_role("staff", mentionable=True)
    text = f"<@{alice.id}> <@&{role.id}> @everyone"
    for allowed, pinged in (
        ({"parse": []}, []),
        ({"parse": [], "users": [alice.id]}, [alice.id]),
        ({"parse": ["users", "roles", "everyone"]}, [alice.id, role.id]),
        (None, [alice.id, role.id]),
    ):
        body: Json = {"content": text} | ({"allowed_mentions": allowed} if allowed is not None else {})
        await rest("POST", f"/channels/{general.id}/messages", body)
        assert general.said[-1].pings == pinged, "everybody only with the right to"


@pytest.mark.parametrize(
    ("denied", "method", "path", "body", "code"),
    [
        (rights.VIEW_CHANNEL, "POST", "/messages", {"content": "x"}, 50001),
        (rights.VIEW_CHANNEL, "GET", "", None, 50001),
        (rights.SEND_MESSAGES, "POST", "/messages", {"content": "x"}, 50013),
        (rights.EMBED_LINKS, "POST", "/messages", {"embeds": [{"title": "x"}]}, 50013),
        (rights.ADD_REACTIONS, "PUT", "/messages/{message}/reactions/\U0001f44d/@me", None, 50013),
        (rights.READ_MESSAGE_HISTORY, "PUT", "/messages/{message}/reactions/\U0001f44d/@me", None, 50013),
        (rights.MANAGE_MESSAGES, "DELETE", "/messages/{message}", None, 50013),
        (rights.MANAGE_MESSAGES, "DELETE", "/messages/{message}/reactions/\U0001f44d/{alice}", None, 50013),
        (rights.CREATE_PUBLIC_THREADS, "POST", "/messages/{message}/threads", {"name": "x"}, 50013),
        (0, "PATCH", "/messages/{message}", {"content": "x"}, 50005),
        (0, "GET", "/messages/5", None, 10008),
        (0, "PUT", "/messages/{message}/reactions/thumbsup/@me", None, 10014),
        (0, "PUT", "/messages/{message}/reactions/1\u20e3/@me", None, 10014),
        (0, "DELETE", "/messages/{message}/reactions/\U0001f44d/5", None, 10013),
    ],
)
async def test_what_the_bot_may_not_do_is_refused_with_its_code(
    rest: Rest, general: Channel, denied: int, method: str, path: str, body: Any, code: int
) -> None:
    alice = rest.discord.add_user("alice")
    message = await alice.post("Hello", general)
    rest.discord.overwrite(general, rest.discord.bot, deny=denied)
    where = path.format(message=message.id, alice=alice.id)
    assert await rest.code(method, f"/channels/{general.id}{where}", body) == code


async def test_unknown_things_have_their_own_codes(rest: Rest, general: Channel) -> None:
    guild = rest.discord.guild.id
    assert await rest.code("GET", "/channels/5") == 10003
    assert await rest.code("GET", "/channels/general") == 50035
    assert await rest.code("GET", "/guilds/5") == 10004
    assert await rest.code("GET", "/users/5") == 10013
    assert await rest.code("GET", f"/guilds/{guild}/members/{rest.discord.add_user('bob', inside=False).id}") == 10007
    assert await rest.code("POST", "/users/@me/channels", {"recipient_id": "5"}) == 10013
    assert await rest.code("GET", "/nothing/here") == 0
    forum = rest.discord.add_channel("ideas", kind=FORUM)
    assert await rest.code("POST", f"/channels/{forum.id}/messages", {"content": "x"}) == 50008


async def test_closed_direct_messages_open_and_take_nothing(rest: Rest) -> None:
    closed = rest.discord.add_user("carol", closed=True)
    stranger = rest.discord.add_user("dave", inside=False)
    for who in (closed, stranger):
        _, opened = await rest("POST", "/users/@me/channels", {"recipient_id": who.id})
        assert await rest.code("POST", f"/channels/{opened['id']}/messages", {"content": "x"}) == 50007


async def test_a_message_takes_twenty_emoji(rest: Rest, general: Channel) -> None:
    alice = rest.discord.add_user("alice")
    message = await alice.post("React", general)
    path = f"/channels/{general.id}/messages/{message.id}/reactions"
    for number in range(20):
        await alice.react(message, chr(0x1F400 + number))
    assert await rest.code("PUT", f"{path}/{SEVEN[0]}/@me") == 30010
    assert (await rest("PUT", f"{path}/\U0001f400/@me"))[0] == 204


async def test_who_reacted_comes_in_pages(rest: Rest, general: Channel) -> None:
    people = [rest.discord.add_user(f"p{number}") for number in range(5)]
    message = await people[0].post("React", general)
    for one in reversed(people):
        await one.react(message, SEVEN[3])
    path = f"/channels/{general.id}/messages/{message.id}/reactions/{SEVEN[3]}"
    _, first = await rest("GET", path, limit=3)
    _, then = await rest("GET", path, limit=3, after=first[-1]["id"])
    assert [one["username"] for one in first + then] == ["p0", "p1", "p2", "p3", "p4"]
    assert await rest.code("GET", path, limit=101) == 50035
    await rest("DELETE", f"{path}/{people[0].id}")
    assert message.reactions[SEVEN[3]] == [one.id for one in reversed(people[1:])]


async def test_history_is_read_backwards_and_by_its_bounds(rest: Rest, general: Channel) -> None:
    alice = rest.discord.add_user("alice")
    said = [await alice.post(str(number), general) for number in range(5)]
    path = f"/channels/{general.id}/messages"

    async def ids(**query: Any) -> list[str]:
        _, found = await rest("GET", path, **query)
        return [one["id"] for one in found]

    assert await ids(limit=2) == [said[4].id, said[3].id]
    assert await ids(before=said[2].id) == [said[1].id, said[0].id]
    assert await ids(after=said[0].id, limit=2) == [said[2].id, said[1].id]
    rest.discord.overwrite(general, rest.discord.bot, deny=rights.READ_MESSAGE_HISTORY)
    assert await ids() == []


async def test_members_are_listed_only_with_the_intent(rest: Rest) -> None:
    staff = rest.discord.add_role("staff")
    for name in ("alice", "alina", "bob"):
        rest.discord.add_user(name, roles=[staff])
    path = f"/guilds/{rest.discord.guild.id}/members"
    assert await rest.code("GET", path) == 50001
    _, found = await rest("GET", f"{path}/search", query="ali", limit=10)
    assert [one["user"]["username"] for one in found] == ["alice", "alina"]
    rest.discord.app.privileged = GUILD_MEMBERS
    _, everybody = await rest("GET", path, limit=1000)
    assert len(everybody) == 5
    _, rest_of_them = await rest("GET", path, limit=1000, after=everybody[3]["user"]["id"])
    assert rest_of_them == everybody[4:]


@pytest.mark.parametrize(
    "command",
    [
        {"name": "Consensus", "description": "x"},
        {"name": "consensus", "description": ""},
        {"name": "consensus", "description": "x" * 101},
        {"name": "c", "description": "x", "options": [{"type": 3, "name": "Q", "description": "x"}]},
        {
            "name": "c",
            "description": "x",
            "options": [
                {"type": 3, "name": "a", "description": "x"},
                {"type": 3, "name": "b", "description": "x", "required": True},
            ],
        },
        {
            "name": "c",
            "description": "x",
            "options": [{"type": 1, "name": "a", "description": "x"}, {"type": 3, "name": "b", "description": "x"}],
        },
    ],
)
async def test_commands_that_discord_does_not_take(rest: Rest, command: Json) -> None:
    assert await rest.code("PUT", f"/applications/{rest.discord.app.id}/commands", [command]) == 50035


async def test_a_bulk_overwrite_keeps_the_ids_of_what_stays(rest: Rest) -> None:
    path = f"/applications/{rest.discord.app.id}/commands"
    one, two = ({"name": name, "description": "x"} for name in ("one", "two"))
    _, first = await rest("PUT", path, [one, two])
    _, second = await rest("PUT", path, [two])
    assert [known["id"] for known in second] == [first[1]["id"]]
    assert (await rest("GET", path))[1] == second


async def test_an_embed_of_a_message_that_suppresses_embeds_is_not_shown(rest: Rest, general: Channel) -> None:
    await rest("POST", f"/channels/{general.id}/messages", {"content": " x ", "flags": 4, "embeds": [{"title": "x"}]})
    assert (general.said[0].content, general.said[0].embeds) == ("x", [])


async def test_a_lost_answer_has_been_carried_out(rest: Rest, general: Channel) -> None:
    rest.discord.lose_answer("POST", "/channels/{channel}/messages")
    with pytest.raises(aiohttp.ClientError):
        await rest("POST", f"/channels/{general.id}/messages", {"content": "Once"})
    assert len(general.messages) == 1


async def test_a_planned_failure_and_an_outage(rest: Rest, general: Channel) -> None:
    rest.discord.fail_next("GET", "/channels/{channel}", 500)
    assert (await rest("GET", f"/channels/{general.id}"))[0] == 500
    assert (await rest("GET", f"/channels/{general.id}"))[0] == 200
    await rest.discord.begin_outage()
    async with rest.session.get(f"{rest.discord.api_url}/gateway") as answer:
        assert answer.status == 503
