"""Who gets in: personal links, free seats, foreign pages and hosts, headers, ports."""

from __future__ import annotations

import socket

import aiohttp
import pytest
from yarl import URL

from bot.clock import SystemClock
from bot.web import strings
from bot.web.links import Invitation, Signer
from bot.web.platform import WebPlatform
from bot.web.seats import member_id
from bot.web.turnstile import PER_ADDRESS
from engine.errors import SettingsError
from storage.database import Database
from tests.bot.web.conftest import SECRET, Page, Serve, Served


async def test_a_personal_link_seats_its_person_and_leaves_a_clean_address(served: Served) -> None:
    browser = await served.browser()
    async with browser.get(served.platform.link("#demo", "Ana María", moderator=True)) as answer:
        assert str(answer.url) == f"{served.platform.url}/c/demo"
        cookie = answer.history[0].headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/c/demo" in cookie
    async with browser.get(f"{served.platform.url}/c/demo/session") as answer:
        me = (await answer.json())["me"]
    assert me == {"id": member_id("ana maría"), "name": "Ana María", "moderator": True}


@pytest.mark.parametrize("part", range(3))
async def test_a_tampered_link_gets_one_clear_sentence_and_no_cookie(served: Served, part: int) -> None:
    """A token is payload, time and signature; none of them may be changed."""
    address, _, token = served.platform.link("demo", "Alice").partition("?seat=")
    parts = token.split(".")
    parts[part] = ("A" if parts[part][0] != "A" else "B") + parts[part][1:]
    async with (await served.browser()).get(f"{address}?seat={'.'.join(parts)}") as answer:
        assert answer.status == 403
        assert strings.LINK_TAMPERED in await answer.text()
        assert "Set-Cookie" not in answer.headers


async def test_an_expired_link_says_so(serve: Serve) -> None:
    served = await serve(link_days=-1)
    async with (await served.browser()).get(served.platform.link("demo", "Alice")) as answer:
        assert answer.status == 403
        assert strings.LINK_EXPIRED in await answer.text()


async def test_a_link_opens_its_own_channel_only(served: Served) -> None:
    token = Signer(SECRET).link_token(Invitation("web:closed", "Alice", moderator=True))
    async with (await served.browser()).get(f"{served.platform.url}/c/demo?seat={token}") as answer:
        assert answer.status == 403
    async with (await served.browser()).get(served.platform.link("nowhere", "Alice")) as answer:
        assert answer.status == 404
        assert strings.NO_SUCH_CHANNEL in await answer.text()


async def test_the_same_link_is_the_same_person_and_another_visitor_never_is(served: Served) -> None:
    first, again = await served.page("Alice"), await served.page("  aLICE ")
    assert again.people == ["aLICE"]
    await first.until(lambda: first.people == ["aLICE"])
    browser = await served.browser()
    address = f"{served.platform.url}/c/demo/join"
    own = {"Origin": served.platform.url}
    async with browser.post(address, data={"name": "alice"}, headers=own) as answer:
        assert answer.status == 409
        assert strings.NAME_TAKEN in await answer.text()
    async with browser.post(address, data={"name": "Bob <b>"}, headers=own) as answer:
        assert str(answer.url) == f"{served.platform.url}/c/demo"
    async with Page(browser, served.platform, "demo") as bob:
        assert bob.people == ["aLICE", "Bob <b>"]
        await bob.do("command", place="channel", word="mine", rest="")
    assert served.bot.heard[0].person.member.startswith(member_id("bob <b>") + "+")
    assert not served.bot.heard[0].person.moderator


async def test_a_name_a_visitor_took_first_does_not_lock_the_invited_person_out(served: Served) -> None:
    browser = await served.browser()
    address = f"{served.platform.url}/c/demo/join"
    async with browser.post(address, data={"name": "Alice"}, headers={"Origin": served.platform.url}) as answer:
        assert answer.status == 200
    alice = await served.page("Alice")
    assert alice.people == ["Alice", "Alice (2)"]


@pytest.mark.parametrize("name", ["", "   ", "\u200b"])
async def test_a_seat_needs_a_name(served: Served, name: str) -> None:
    address = f"{served.platform.url}/c/demo/join"
    browser = await served.browser()
    async with browser.post(address, data={"name": name}, headers={"Origin": served.platform.url}) as answer:
        assert answer.status == 400
        assert "Please type a name" in await answer.text()


async def test_a_flood_of_names_is_slowed_down_and_told_when_to_come_back(served: Served) -> None:
    address = f"{served.platform.url}/c/demo/join"
    browser = await served.browser()
    own = {"Origin": served.platform.url}
    answers = []
    for number in range(PER_ADDRESS.burst + 1):
        async with browser.post(address, data={"name": f"N{number}"}, headers=own, allow_redirects=False) as answer:
            answers.append(answer.status)
            if answer.status == 429:
                assert strings.CROWDED in await answer.text()
                assert 0 < int(answer.headers["Retry-After"]) <= PER_ADDRESS.refill
    assert answers == [303] * PER_ADDRESS.burst + [429]


async def test_a_channel_without_open_seats_offers_none(served: Served) -> None:
    browser = await served.browser()
    address = f"{served.platform.url}/c/closed/join"
    async with browser.get(address) as answer:
        assert (answer.status, strings.NO_SEAT in await answer.text()) == (403, True)
    async with browser.post(address, data={"name": "Eve"}, headers={"Origin": served.platform.url}) as answer:
        assert answer.status == 403
    async with browser.get(f"{served.platform.url}/c/closed/session") as answer:
        assert answer.status == 401


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_other_sites_cannot_use_the_cookie(served: Served, origin: str | None) -> None:
    alice = await served.page("Alice")
    headers = {"Origin": origin} if origin else {}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await alice.session.ws_connect(f"{served.platform.url}/c/demo/socket", headers=headers)
    assert refused.value.status == 403
    async with alice.session.post(f"{served.platform.url}/c/demo/join", data={"name": "x"}, headers=headers) as answer:
        assert answer.status == 403
        assert strings.FOREIGN_ORIGIN in await answer.text()


async def test_a_socket_without_a_seat_is_refused(served: Served) -> None:
    browser = await served.browser()
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await browser.ws_connect(f"{served.platform.url}/c/demo/socket", headers={"Origin": served.platform.url})
    assert refused.value.status == 401


async def test_a_forged_cookie_is_no_seat(served: Served) -> None:
    alice = await served.page("Alice")
    (cookie,) = alice.session.cookie_jar
    forged = "x" + cookie.value[1:]
    browser = await served.browser()
    browser.cookie_jar.update_cookies({"parley_seat": forged}, URL(f"{served.platform.url}/c/demo"))
    async with browser.get(f"{served.platform.url}/c/demo/session") as answer:
        assert answer.status == 401


async def test_a_server_of_this_machine_answers_to_no_other_name(served: Served) -> None:
    """DNS rebinding: a foreign name that resolves to 127.0.0.1."""
    async with (await served.browser()).get(f"{served.platform.url}/", headers={"Host": "evil.example"}) as answer:
        assert answer.status == 421


async def test_behind_a_proxy_the_public_name_counts(serve: Serve) -> None:
    served = await serve(public_url="https://parley.example/")
    assert served.platform.link("demo", "Alice").startswith("https://parley.example/c/demo?seat=")
    local = f"http://127.0.0.1:{served.platform.port}"
    token = served.platform.link("demo", "Alice").partition("?")[2]
    headers = {"Host": "parley.example"}
    browser = await served.browser()
    async with browser.get(f"{local}/c/demo?{token}", headers=headers, allow_redirects=False) as answer:
        assert answer.status == 303
        assert "Secure" in answer.headers["Set-Cookie"]


async def test_every_page_forbids_inline_scripts_framing_and_third_parties(served: Served) -> None:
    browser = await served.browser()
    for path in ("/", "/c/demo", "/c/demo/join", "/c/nowhere", "/nothing", "/static/main.js", "/healthz"):
        async with browser.get(f"{served.platform.url}{path}") as answer:
            policy = answer.headers["Content-Security-Policy"]
            text = await answer.text()
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "https://" not in text.replace("http://www.w3.org", "")
        assert "<script>" not in text
        assert "style=" not in text


async def test_health_says_whether_the_database_answers(served: Served) -> None:
    async with (await served.browser()).get(f"{served.platform.url}/healthz") as answer:
        assert answer.status == 200
        assert (await answer.json()) == {"ok": True, "database": "reachable", "pages": 0}


async def test_a_port_in_use_is_named_with_the_setting(served: Served, database_url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        database = Database.open(database_url)
        platform = WebPlatform(database, SECRET, "127.0.0.1", port, clock=SystemClock())
        with pytest.raises(SettingsError, match=rf"Port {port} is in use.*'port'"):
            await platform.run(served.bot)
        await database.close()


def test_a_short_secret_is_refused(database_url: str) -> None:
    with pytest.raises(SettingsError, match="at least 16"):
        WebPlatform(Database.open(database_url), "short", "127.0.0.1", 0, clock=SystemClock())
