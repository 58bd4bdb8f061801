"""Streams of random numbers, one for each purpose.

Each stream is seeded by the world's seed and its own name, so that drawing more from one (a longer day, more
breaks) does not shift what the others give: two runs that differ in one habit differ only by its effects.
"""

import random


class Streams:
    """The generators of one world, made when first asked for."""

    def __init__(self, seed: int) -> None:
        """`seed` and a stream's name are all that decides what it gives."""
        self.seed = seed
        self._generators: dict[str, random.Random] = {}

    def of(self, purpose: str) -> random.Random:
        """The generator of a purpose; the same object each time."""
        generator = self._generators.get(purpose)
        if generator is None:
            generator = self._generators[purpose] = random.Random(f"{self.seed}/{purpose}")
        return generator
