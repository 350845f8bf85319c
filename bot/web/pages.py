"""The HTML that the server writes itself: the shell of a channel, and pages of one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote

from aiohttp import web

from bot.web import strings
from bot.web.seats import NAME_LIMIT, Channel
from bot.web.strings import Translate

HERE = Path(__file__).parent
STATIC = HERE / "static"


@cache
def _template(name: str) -> Template:
    return Template((HERE / "templates" / name).read_text(encoding="utf-8"))


def address(channel: Channel) -> str:
    """Where a channel is on this server."""
    return f"/c/{quote(channel.slug)}"


class Pages:
    """Writes pages in the language of `translate`."""

    def __init__(self, translate: Translate) -> None:
        self._translate = translate

    def shell(self, channel: Channel) -> web.Response:
        """The page in which a channel is drawn."""
        _ = self._translate
        text = _template("channel.html").substitute(
            lang="en",
            title=escape(f"#{channel.title} - {_(strings.INTERFACE['app'])}"),
            slug=escape(channel.slug, quote=True),
            no_script=escape(_(strings.INTERFACE["no_script"])),
        )
        return web.Response(text=text, content_type="text/html")

    def notice(self, sentence: str, *, status: int, title: str = strings.NOTICE_TITLE) -> web.Response:
        """One sentence that says what to do. Both are message ids."""
        return self._page(self._translate(title), self._translate(sentence), "", status)

    def join(self, channel: Channel, problem: str = "", name: str = "", status: int = 200) -> web.Response:
        """The form with which a visitor takes a seat; `problem` is a message id."""
        _ = self._translate
        said = escape(_(problem).format(limit=NAME_LIMIT)) if problem else ""
        alert = f'<p class="problem" id="problem" role="alert">{said}</p>' if problem else ""
        marks = ' aria-invalid="true" aria-describedby="problem"' if problem else ""
        extra = (
            f'<form method="post" action="{escape(address(channel))}/join" class="join">'
            f'<label for="name">{escape(_(strings.JOIN_NAME))}</label>{alert}'
            f'<input id="name" name="name" maxlength="{NAME_LIMIT}" required autocomplete="nickname" autofocus'
            f' value="{escape(name, quote=True)}"{marks}>'
            f'<button class="button primary" type="submit">{escape(_(strings.JOIN_BUTTON))}</button></form>'
        )
        title = _(strings.JOIN_TITLE).format(channel=channel.title)
        return self._page(title, _(strings.JOIN_INTRO), extra, status)

    def welcome(self, open_channels: Sequence[Channel]) -> web.Response:
        """The front page: nothing but where to go."""
        _ = self._translate
        links = "".join(
            f'<li><a href="{escape(address(channel))}">#{escape(channel.title)}</a></li>' for channel in open_channels
        )
        extra = f'<p>{escape(_(strings.WELCOME_OPEN))}</p><ul class="channels">{links}</ul>' if links else ""
        return self._page(_(strings.WELCOME_TITLE), _(strings.WELCOME_INTRO), extra, 200)

    def _page(self, title: str, sentence: str, extra: str, status: int) -> web.Response:
        text = _template("notice.html").substitute(
            lang="en",
            app=escape(self._translate(strings.INTERFACE["app"])),
            title=escape(title),
            sentence=escape(sentence),
            extra=extra,
        )
        return web.Response(text=text, status=status, content_type="text/html")
