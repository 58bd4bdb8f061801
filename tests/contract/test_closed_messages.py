from callcenter.ports.store import Store
from callcenter.ports.versions import Authorship, ClosedMessage


async def test_a_message_is_found_as_stored_and_never_changed(store: Store) -> None:
    assert await store.closed_messages.get("m-1") is None
    fire = ClosedMessage("m-1", "We had a fire.", "我们这里着火了。", Authorship("u-sam", 5))
    await store.closed_messages.put(fire)
    await store.closed_messages.put(ClosedMessage("m-1", "Other", "别的", Authorship()))
    assert await store.closed_messages.get("m-1") == fire
