"""What may happen to an event on its way: sent twice, held up, overtaken, lost and sent again. Drawn from a seed."""

import random
from dataclasses import dataclass

from loadtests.softpbx.calls import Json

RESEND_MS = 1_500


@dataclass(frozen=True, slots=True)
class Trouble:
    """How often what goes wrong; nothing by default, and then the order of a call's events is kept."""

    duplicate: float = 0.0
    delay: float = 0.0
    delay_ms_max: int = 2_000
    drop: float = 0.0

    @property
    def is_none(self) -> bool:
        """Every event goes straight through."""
        return not (self.duplicate or self.delay or self.drop)


class Way:
    """When the copies of each event are handed to the wire."""

    def __init__(self, trouble: Trouble, seed: int) -> None:
        self.trouble = trouble
        self._draw = random.Random(seed)

    def sendings_ms(self, _event: Json, now_ms: int) -> list[int]:
        """Instants at which this event is sent: one, or more of them, now or later."""
        trouble, draw = self.trouble, self._draw
        if trouble.is_none:
            return [now_ms]
        first_ms = now_ms
        if draw.random() < trouble.drop:  # the first try never arrives, the next does
            first_ms += RESEND_MS
        if draw.random() < trouble.delay:
            first_ms += draw.randint(1, trouble.delay_ms_max)
        sendings = [first_ms]
        while draw.random() < trouble.duplicate and len(sendings) < 4:
            sendings.append(now_ms + draw.randint(0, trouble.delay_ms_max))
        return sendings
