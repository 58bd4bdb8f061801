"""The way out of a socket: ordered, bounded, and nobody is held up by it."""

import asyncio

import msgspec
import pytest

from agents.protocol import TypingPush
from callcenter.http.errors import ApiErrorCode
from callcenter.http.outbox import Outbox
from callcenter.limits import SOCKET_OUTBOX_BYTES_MAX
from callcenter.tasks import owned
from tests.unit.callcenter.sockets.paper_socket import PaperSocket, paper, settle

pytestmark = pytest.mark.looptime


def frame(number: int, size: int = 0) -> bytes:
    """A numbered frame of about a size."""
    return msgspec.json.encode({"type": "n", "n": number, "x": "x" * size})


async def test_frames_leave_in_order() -> None:
    async with paper() as (socket, outbox):
        for number in range(3):
            outbox.push_encoded(frame(number))
        outbox.push(TypingPush("c1"))
        await settle()
        assert [one.get("n") for one in socket.sent] == [0, 1, 2, None]
        assert socket.sent[-1] == {"type": "typing", "contact_id": "c1"}


async def test_goodbye_comes_after_what_is_queued_and_nothing_after_it() -> None:
    async with paper() as (socket, outbox):
        outbox.push_encoded(frame(1))
        outbox.close(ApiErrorCode.SESSION_ENDED, "Log in again.")
        outbox.close(ApiErrorCode.SERVER_STOPPING, "Too late.")
        outbox.push_encoded(frame(2))
        outbox.push(TypingPush("c1"))
        await settle()
        assert socket.kinds == ["n", "bye"]
        assert socket.sent[-1]["code"] == "session_ended"
        assert (socket.closed, socket.close_reason) == (True, b"session_ended")


async def test_a_reader_too_slow_for_the_bound_is_told_so_once_it_reads() -> None:
    async with paper() as (socket, outbox):
        socket.reads.clear()
        size = SOCKET_OUTBOX_BYTES_MAX // 10
        for number in range(30):
            outbox.push_encoded(frame(number, size))
            await settle()
        assert len(outbox._frames) == 0  # its backlog is not kept
        socket.reads.set()
        await settle()
        assert socket.kinds == ["n", "bye"]
        assert socket.sent[-1]["code"] == "slow_reader"


async def test_a_reader_who_is_just_in_time_loses_nothing() -> None:
    async with paper() as (socket, outbox):
        for _ in range(20):
            for number in range(9):
                outbox.push_encoded(frame(number, SOCKET_OUTBOX_BYTES_MAX // 10))
            await settle()
        assert socket.kinds == ["n"] * 180


async def test_who_has_much_to_send_waits_for_room() -> None:
    async with paper() as (socket, outbox):
        socket.reads.clear()

        async def history() -> None:
            for number in range(100):
                await outbox.room()
                outbox.push_encoded(frame(number, SOCKET_OUTBOX_BYTES_MAX // 8))

        async with owned(history(), "history") as sending:
            await settle()
            assert not sending.done()
            socket.reads.set()
            await sending
        await settle()
        assert [one["n"] for one in socket.sent] == list(range(100))


@pytest.mark.parametrize("end", ["close", "gone", "cancelled"])
async def test_who_waits_for_room_is_not_left_waiting(end: str) -> None:
    socket = PaperSocket()
    outbox = Outbox(socket.as_socket)
    async with owned(outbox.run(), "outbox") as writing:
        socket.reads.clear()
        outbox.push_encoded(frame(1, SOCKET_OUTBOX_BYTES_MAX - 100))
        waiting = asyncio.ensure_future(outbox.room())
        await settle()
        outbox._has_room.clear()
        outbox._bytes = SOCKET_OUTBOX_BYTES_MAX
        match end:
            case "close":
                outbox.close(ApiErrorCode.SERVER_STOPPING, "Bye.")
            case "gone":
                socket.is_gone = True
                socket.reads.set()
            case _:
                writing.cancel()
        async with asyncio.timeout(1):
            await waiting


async def test_a_peer_that_is_gone_ends_the_writing_quietly() -> None:
    async with paper() as (socket, outbox):
        socket.is_gone = True
        outbox.push_encoded(frame(1))
        await settle()
        outbox.push_encoded(frame(2))
        await settle()
        assert socket.sent == []


async def test_a_goodbye_is_waited_for_but_not_for_ever() -> None:
    socket = PaperSocket()
    outbox = Outbox(socket.as_socket)
    async with owned(outbox.run(), "outbox") as writing:
        await outbox.finish(writing)  # nobody said goodbye: at once
        socket.reads.clear()
        outbox.close(ApiErrorCode.SERVER_STOPPING, "Bye.")
        started_s = asyncio.get_running_loop().time()
        await outbox.finish(writing)
        assert asyncio.get_running_loop().time() - started_s == pytest.approx(2, abs=0.01)
    assert socket.sent == []
