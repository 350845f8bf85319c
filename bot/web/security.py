"""What the server says and asks on every request: headers, the host it is reached under, where a request came from."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from bot.web import strings
from bot.web.strings import Translate

Respond = Callable[[web.Request], Awaitable[web.StreamResponse]]

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def is_loopback(host: str) -> bool:
    """True for names and addresses of this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_unspecified(host: str) -> bool:
    """True for "0.0.0.0" and "::", which stand for every address of this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        return False


class Gate:
    """Refuses requests under foreign names and from foreign pages.

    host: where the server listens. public_url: how people reach it, None when it is reached directly.
    """

    def __init__(self, host: str, public_url: str | None, translate: Translate) -> None:
        self._only_here = is_loopback(host)
        self._public = urlsplit(public_url).netloc.casefold() if public_url else None
        self.secure = bool(public_url) and urlsplit(public_url or "").scheme == "https"
        self._translate = translate

    def knows_host(self, host: str) -> bool:
        """True for a Host header under which this server may be asked (DNS rebinding uses others)."""
        name = (urlsplit(f"//{host}").hostname or "") if host else ""
        if self._public is not None:
            return host.casefold() == self._public or is_loopback(name)
        return is_loopback(name) if self._only_here else True

    def is_own_page(self, request: web.Request) -> bool:
        """True when the request says that a page of this server sent it."""
        origin = urlsplit(request.headers.get("Origin", ""))
        if origin.scheme not in ("http", "https"):
            return False
        return origin.netloc.casefold() in {request.host.casefold(), self._public}

    def require_own_page(self, request: web.Request) -> None:
        """Raises HTTPForbidden with a sentence for any other page."""
        if not self.is_own_page(request):
            raise web.HTTPForbidden(text=self._translate(strings.FOREIGN_ORIGIN))

    @web.middleware
    async def middleware(self, request: web.Request, handler: Respond) -> web.StreamResponse:
        """Refuse foreign hosts."""
        if not self.knows_host(request.host):
            raise web.HTTPMisdirectedRequest(text=self._translate(strings.FOREIGN_HOST))
        return await handler(request)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the security headers on a response that is about to be sent."""
    response.headers.update(FIXED)
    socket = "wss" if request.secure else "ws"
    response.headers["Content-Security-Policy"] = "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            f"connect-src 'self' {socket}://{request.host}",
            "form-action 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types parley-picture",
        )
    )
    response.headers.setdefault("Cache-Control", "no-store")
