import msgspec
import pytest

from callcenter.ports.store import Store
from callcenter.ports.uploads import Upload
from routing.ids import AgentId, ContactId

CONTACT_ID = ContactId("c-1")


def upload(upload_id: str, **changes: object) -> Upload:
    plain = Upload(
        upload_id=upload_id,
        contact_id=CONTACT_ID,
        agent_id=AgentId("u-1"),
        name="发票.pdf",
        content_type="application/pdf",
        size_bytes=3,
        digest=b"digest",
        expires_at_ms=1_000,
    )
    return msgspec.structs.replace(plain, **changes)


async def test_a_file_is_found_as_it_was_handed_in(store: Store) -> None:
    other = upload("f-3", contact_id=ContactId("c-2"))
    for one in (upload("f-2"), upload("f-1", size_bytes=0), other):
        await store.uploads.put(one, b"\x00\xff\n"[: one.size_bytes])
    assert await store.uploads.of_contact(CONTACT_ID) == [
        upload("f-1", size_bytes=0),
        upload("f-2"),
    ]
    assert await store.uploads.content("f-2") == b"\x00\xff\n"
    assert await store.uploads.content("f-1") == b""
    assert await store.uploads.content("f-4") is None


async def test_the_same_id_again_changes_nothing(store: Store) -> None:
    await store.uploads.put(upload("f-1"), b"abc")
    await store.uploads.put(upload("f-1", name="other"), b"other")
    assert await store.uploads.of_contact(CONTACT_ID) == [upload("f-1")]
    assert await store.uploads.content("f-1") == b"abc"


@pytest.mark.parametrize("now_ms", [999, 1_000, 5_000])
async def test_what_has_expired_is_deleted_and_nothing_else(store: Store, now_ms: int) -> None:
    for name, expires_at_ms in (("f-1", 1_000), ("f-2", 9_000), ("f-3", 9_000)):
        await store.uploads.put(upload(name, expires_at_ms=expires_at_ms), b"abc")
    await store.uploads.expire(["f-2", "f-4"], 5_000)
    gone = {999: 0, 1_000: 1, 5_000: 2}[now_ms]
    assert await store.uploads.delete_expired(now_ms) == gone
    kept = [one.upload_id for one in await store.uploads.of_contact(CONTACT_ID)]
    assert kept == ["f-1", "f-2", "f-3"][gone:]


async def test_one_can_be_taken_back(store: Store) -> None:
    await store.uploads.put(upload("f-1"), b"abc")
    await store.uploads.delete("f-1")
    await store.uploads.delete("f-1")
    assert await store.uploads.of_contact(CONTACT_ID) == []
