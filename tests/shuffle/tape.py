"""A recorded log: every event with the number of commands that had been carried out before it."""

from collections import defaultdict
from dataclasses import dataclass, field

from loadtests.softpbx.calls import Json


@dataclass(frozen=True, slots=True)
class Taped:
    """One event. `needs`: how many commands of its call came before; none of its causes may be missing."""

    event: Json
    needs: int


@dataclass(frozen=True, slots=True)
class DeskAct:
    """What an agent did at the desk, once the server had acted on the event with number `after_n`."""

    call_id: str
    verb: str
    after_n: int


@dataclass(slots=True)
class Tape:
    """All calls of a recording."""

    events: dict[str, list[Taped]] = field(default_factory=lambda: defaultdict(list))
    commands: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    acts: dict[str, list[DeskAct]] = field(default_factory=lambda: defaultdict(list))

    def event(self, event: Json) -> None:
        """The phone system tells something."""
        call_id = event["call_id"]
        self.events[call_id].append(Taped(event, len(self.commands[call_id])))

    def command(self, body: Json) -> None:
        """The phone system is about to carry out something, for the first time."""
        if body["command_id"] not in self.commands[body["call_id"]]:
            self.commands[body["call_id"]].append(body["command_id"])
