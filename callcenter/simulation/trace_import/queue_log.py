"""Asterisk's queue_log: `epoch|call|queue|agent|event|data...`, one event in a line.

A call is ENTERQUEUE, then CONNECT and COMPLETECALLER or COMPLETEAGENT (or a transfer), or ABANDON, or one of the exits.
"""

from collections.abc import Callable, Iterable

import msgspec

from callcenter.simulation.trace_import.calls import Imported, RealCall, Unused

_NOT_CALLS = frozenset(
    [
        "ADDMEMBER",
        "REMOVEMEMBER",
        "PAUSE",
        "UNPAUSE",
        "PAUSEALL",
        "UNPAUSEALL",
        "PAUSEREASON",
        "RINGNOANSWER",
        "RINGCANCELED",
        "CONFIGRELOAD",
        "QUEUESTART",
        "AGENTLOGIN",
        "AGENTLOGOFF",
        "AGENTCALLBACKLOGIN",
        "AGENTCALLBACKLOGOFF",
        "AGENTDUMP",
        "DID",
        "INFO",
        "HOLD",
        "UNHOLD",
        "MEMBERNAME",
        "SYSCOMPAT",
        "ANNOUNCEAUDIO",
        "URL",
        "CALLSTATUS",
        "ATTEMPT",
    ]
)
"""Events that are true and say nothing about how a call went."""

_EXITS = frozenset(("EXITWITHTIMEOUT", "EXITWITHKEY", "EXITEMPTY"))
_ENDS = frozenset(
    ("COMPLETECALLER", "COMPLETEAGENT", "TRANSFER", "BLINDTRANSFER", "ATTENDEDTRANSFER")
)


class _Open(msgspec.Struct):
    """A call that has not ended yet."""

    line: int
    at_s: float
    queue: str
    agent: str | None = None
    answered_s: float = 0.0


class QueueLogReader:
    """Follows the calls of a log, line by line."""

    def __init__(self) -> None:
        """Nothing read."""
        self.imported = Imported()
        self._open: dict[tuple[str, str], _Open] = {}
        self._steps: dict[str, Callable[[int, float, tuple[str, str], str], None]] = {
            "ENTERQUEUE": self._enter,
            "CONNECT": self._connect,
            "ABANDON": self._leave,
            **dict.fromkeys(_EXITS, self._exit),
            **dict.fromkeys(_ENDS, self._end),
        }

    def read(self, lines: Iterable[str]) -> Imported:
        """The whole log."""
        for number, text in enumerate(lines, start=1):
            self.imported.rows += 1
            self._read(number, text.rstrip("\r\n"))
        for call in self._open.values():
            what = "the call is answered and never ends" if call.agent else "the call never ends"
            self._unused(call.line, what)
        self.imported.unused.sort(key=lambda one: one.line)
        return self.imported

    def _read(self, number: int, text: str) -> None:
        fields = text.split("|")
        if len(fields) < 5:
            self._unused(number, "fewer than five fields")
            return
        moment, call_id, queue, agent, event = (field.strip() for field in fields[:5])
        try:
            at_s = float(moment)
        except ValueError:
            self._unused(number, "the time is not a number")
            return
        step = self._steps.get(event)
        if step is not None:
            step(number, at_s, (call_id, queue), agent)
        elif event not in _NOT_CALLS:
            self._unused(number, f"unknown event {event[:40]}")

    def _unused(self, line: int, reason: str) -> None:
        self.imported.unused.append(Unused(line, reason))

    def _enter(self, number: int, at_s: float, key: tuple[str, str], _agent: str) -> None:
        if key in self._open:
            self._unused(self._open[key].line, "the call enters the queue again before it has left")
        self._open[key] = _Open(number, at_s, key[1])

    def _found(self, number: int, at_s: float, key: tuple[str, str]) -> _Open | None:
        call = self._open.get(key)
        if call is None:
            self._unused(number, "the call never entered the queue in this log")
        elif at_s < max(call.at_s, call.answered_s):
            self._unused(number, "the time runs backwards")
            del self._open[key]
            return None
        return call

    def _connect(self, number: int, at_s: float, key: tuple[str, str], agent: str) -> None:
        call = self._found(number, at_s, key)
        if call is not None:
            call.agent, call.answered_s = agent, at_s

    def _end(self, number: int, at_s: float, key: tuple[str, str], _agent: str) -> None:
        call = self._found(number, at_s, key)
        if call is None:
            return
        if call.agent is None:
            self._unused(number, "the call ends without having been answered")
            return
        wait_s, service_s = call.answered_s - call.at_s, at_s - call.answered_s
        self._take(key, RealCall(call.at_s, call.queue, call.queue, wait_s, call.agent, service_s))

    def _leave(self, number: int, at_s: float, key: tuple[str, str], _agent: str) -> None:
        self._unanswered(number, at_s, key, was_sent_away=False)

    def _exit(self, number: int, at_s: float, key: tuple[str, str], _agent: str) -> None:
        self._unanswered(number, at_s, key, was_sent_away=True)

    def _unanswered(
        self, number: int, at_s: float, key: tuple[str, str], *, was_sent_away: bool
    ) -> None:
        call = self._found(number, at_s, key)
        if call is not None:
            wait_s = at_s - call.at_s
            self._take(
                key,
                RealCall(call.at_s, call.queue, call.queue, wait_s, was_sent_away=was_sent_away),
            )

    def _take(self, key: tuple[str, str], call: RealCall) -> None:
        del self._open[key]
        self.imported.calls.append(call)
