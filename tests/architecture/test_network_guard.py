"""Tests of the tests: nothing leaves this machine (pydantic-ai's conftest makes the same promise)."""

import asyncio
import socket
from pathlib import Path

import pytest

OUTSIDE = {
    "a documentation address, RFC 5737": (socket.AF_INET, ("192.0.2.1", 80)),
    "a documentation address, RFC 3849": (socket.AF_INET6, ("2001:db8::1", 80)),
}


@pytest.mark.parametrize(("family", "address"), OUTSIDE.values(), ids=OUTSIDE)
@pytest.mark.parametrize("how", ["connect", "connect_ex"])
def test_connecting_outside_is_refused(how: str, family: int, address: tuple[str, int]) -> None:
    with socket.socket(family) as outward, pytest.raises(AssertionError, match="stay on this machine"):
        getattr(outward, how)(address)


def test_datagrams_outside_are_refused() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outward,
        pytest.raises(AssertionError, match="stay on this machine"),
    ):
        outward.sendto(b"hello", ("192.0.2.1", 53))


async def test_looking_up_a_name_outside_is_refused() -> None:
    with pytest.raises(AssertionError, match="looked up 'example.org'"):
        await asyncio.open_connection("example.org", 80)


async def test_loopback_works() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("localhost", port, family=socket.AF_INET)
        assert await reader.read() == b"hello"
        writer.close()
        await writer.wait_closed()


def test_unix_sockets_work(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))
        assert client.getpeername() == str(tmp_path / "s")
