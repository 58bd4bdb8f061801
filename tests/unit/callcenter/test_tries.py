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
