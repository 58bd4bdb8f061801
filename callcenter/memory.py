"""The garbage collector's habits: contacts, offers and events are freed by counting, so looking for cycles is a pause."""

import gc

THRESHOLDS = (50_000, 20, 50)
"""Objects made beyond those freed before the youngest are looked through; collections of one age before the next."""


def settle() -> None:
    """Free what start-up has left behind, and never look again at what it has built: the state and its index."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
