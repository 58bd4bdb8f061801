"""What one process remembers of tries is bounded."""

from callcenter.tries import MemoryTries, Window

WINDOW = Window("tries", 1, 1_000)


async def test_the_next_fits_when_the_oldest_has_left_the_window() -> None:
    now_s = [5.0]
    tries = MemoryTries(lambda: now_s[0])
    assert await tries.add(WINDOW, "ann", "a") == 0
    now_s[0] = 5.4
    assert await tries.add(WINDOW, "ann", "b") == 600
    now_s[0] = 6.0
    assert await tries.add(WINDOW, "ann", "c") == 0


class Id(str):
    """An id that counts with how many others it is compared."""

    __slots__ = ()
    compared = 0

    def __eq__(self, other: object) -> bool:
        """As text does."""
        Id.compared += 1
        return super().__eq__(other)

    __hash__ = str.__hash__


async def test_counting_one_more_looks_at_none_of_those_counted() -> None:
    tries = MemoryTries(lambda: 0.0)
    many = Window("many", 3_000, 1_000)
    for number in range(3_000):
        assert await tries.add(many, "ann", Id(number)) == 0
    assert await tries.add(many, "ann", Id(3_000)) == 1_000
    assert Id.compared < 100


async def test_a_try_is_counted_once_and_can_be_taken_back() -> None:
    tries = MemoryTries(lambda: 0.0)
    two = Window("two", 2, 1_000)
    for try_id in ("a", "a", "b"):
        assert await tries.add(two, "ann", try_id) == 0
    assert await tries.add(two, "ann", "c") == 1_000
    await tries.take_back(two, "ann", "a")
    await tries.take_back(two, "ann", "unknown")
    assert await tries.add(two, "ann", "c") == 0


async def test_the_keys_used_longest_ago_are_forgotten() -> None:
    tries = MemoryTries(lambda: 0.0, keys_max=2, trusted_max=2)
    for key in ("ann", "bob", "eva"):
        await tries.add(WINDOW, key, "a")
        await tries.trust(key)
    assert [await tries.wait_ms(WINDOW, key) > 0 for key in ("ann", "bob", "eva")] == [
        False,
        True,
        True,
    ]
    assert [await tries.is_trusted(key) for key in ("ann", "bob", "eva")] == [False, True, True]
