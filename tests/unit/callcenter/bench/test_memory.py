"""What start-up has built is never looked through again."""

import gc

from callcenter import memory


def test_settling_freezes_and_looks_less_often() -> None:
    before = gc.get_threshold()
    try:
        memory.settle()
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold() == memory.THRESHOLDS
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
