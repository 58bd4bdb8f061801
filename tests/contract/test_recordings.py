import msgspec
import pytest

from callcenter.ports.recordings import RecordingRow, RecordingState
from callcenter.ports.store import Store
from routing.ids import ContactId, QueueId

CONTACT_ID = ContactId("c-1")


def row(recording_id: str, **changes: object) -> RecordingRow:
    plain = RecordingRow(
        recording_id=recording_id,
        connection_id="pbx",
        call_id="call-1",
        contact_id=CONTACT_ID,
        kind="talk",
        queue_id=QueueId("sales"),
        began_at_ms=10,
        expires_at_ms=1_000,
        next_at_ms=500,
    )
    return msgspec.structs.replace(plain, **changes)


async def test_a_recording_is_begun_once_and_changed_from_the_state_it_was_in(store: Store) -> None:
    recordings = store.recordings
    await recordings.begin(row("r-1"))
    await recordings.begin(row("r-1", call_id="other"))
    assert await recordings.get("r-1") == row("r-1")
    assert await recordings.opened() == [row("r-1")]
    ended = row("r-1", state=RecordingState.FETCHING, next_at_ms=20, gaps='[{"at_ms":1}]')
    assert not await recordings.change(ended, [RecordingState.STORED])
    assert await recordings.change(ended, [RecordingState.OPEN])
    assert not await recordings.change(row("r-2"), [RecordingState.OPEN])
    assert await recordings.get("r-1") == ended
    assert await recordings.opened() == []
    assert await recordings.get("r-2") is None


@pytest.mark.parametrize(("now_ms", "due"), [(19, []), (20, ["r-2"]), (500, ["r-2", "r-1"])])
async def test_what_is_due_comes_in_order(store: Store, now_ms: int, due: list[str]) -> None:
    assert await store.recordings.next_at_ms() is None
    for one in (row("r-1"), row("r-2", next_at_ms=20, began_at_ms=5), row("r-3", next_at_ms=600)):
        await store.recordings.begin(one)
    assert [one.recording_id for one in await store.recordings.due(now_ms, 9)] == due
    assert [one.recording_id for one in await store.recordings.due(now_ms, 1)] == due[:1]
    assert await store.recordings.next_at_ms() == 20
    of_contact = await store.recordings.of_contact(CONTACT_ID)
    assert [one.recording_id for one in of_contact] == ["r-2", "r-1", "r-3"]


async def test_parts_are_taken_while_it_is_fetched_and_go_with_it(store: Store) -> None:
    recordings = store.recordings
    await recordings.begin(row("r-1"))
    assert not await recordings.put_part("r-1", 0, b"early")
    await recordings.change(row("r-1", state=RecordingState.FETCHING), [RecordingState.OPEN])
    for content in (b"first", b"\x00\xff"):
        assert await recordings.put_part("r-1", 0, content)
    assert await recordings.put_part("r-1", 1, b"more")
    assert not await recordings.put_part("r-2", 0, b"nobody's")
    assert await recordings.part("r-1", 0) == b"\x00\xff"
    assert await recordings.part("r-1", 2) == b""
    await recordings.delete("r-1")
    assert await recordings.part("r-1", 1) == b""
    assert await recordings.get("r-1") is None
