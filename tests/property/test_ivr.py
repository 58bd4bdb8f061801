"""Any flow, any inputs in any order and any number: a session never fails, never waits for ever, and ends."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ivr import limits
from ivr.model import Flow
from ivr.session import Answered, Input, Moved, Outcome, Passed, Session, Went
from ivr.stepping import begin, step

NAMES = ["a", "b", "c", "d", "e"]
NAME = st.sampled_from(NAMES)
KEY = st.sampled_from(["1", "2", "#"])
TEXT = st.just({"en": "x {position} {v}", "zh": "好"})


def _kind(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(kind), **fields})


NODE = st.one_of(
    _kind("say", text=TEXT, next=NAME),
    _kind("play", sound=st.just("gong"), next=NAME),
    _kind(
        "menu",
        choices=st.dictionaries(KEY, st.fixed_dictionaries({"to": NAME}), min_size=1),
        attempts=st.integers(1, 3),
        otherwise=NAME,
    ),
    _kind("gather", into=st.just("v"), attempts=st.integers(1, 3), next=NAME, otherwise=NAME),
    _kind(
        "branch",
        cases=st.just([{"when": 'v = "1"', "to": "b"}]),
        otherwise=NAME,
    ),
    _kind("hours", calendar=st.just("o"), open=NAME, closed=NAME, holiday=NAME),
    _kind("profile", next=NAME, unknown=NAME),
    _kind("set", values=st.sampled_from([{"v": "1"}, {"language": "zh"}]), next=NAME),
    _kind("request", url=st.just("http://x/"), next=NAME, failed=NAME),
    _kind(
        "queue",
        queue=st.just("q"),
        comfort=st.sampled_from([[], [{"text": {"en": "w"}, "after_s": 5, "every_s": 10}]]),
        turned_away=NAME,
    ),
    _kind("call_back_offer", queue=st.just("q"), accepted=NAME, declined=NAME),
    _kind("voicemail", queue=st.just("q"), next=NAME),
    _kind("survey", question=st.just("v"), next=NAME),
    _kind("transfer", to=st.just("112"), failed=NAME),
    _kind("flow", flow=st.sampled_from(["main", "other", "nowhere"]), next=NAME),
    _kind("return"),
    _kind("hang_up", text=TEXT),
)


def _flow(flow_id: str) -> st.SearchStrategy[Flow]:
    def made(nodes: list[dict[str, Any]]) -> Flow:
        plain = {"id": flow_id, "name": {}, "start": "a", "nodes": dict(zip(NAMES, nodes))}  # noqa: B905
        return msgspec.convert(plain, Flow)

    return st.lists(NODE, min_size=3, max_size=5).map(made)


FLOWS = st.tuples(_flow("main"), _flow("other")).map(lambda pair: {one.id: one for one in pair})
WORD = st.sampled_from(["", "1", "2", "open", "closed", "holiday", "turned_away", "accepted", "x"])
INPUT = st.one_of(
    st.builds(
        Answered,
        st.integers(0, 12),
        st.booleans(),
        WORD,
        st.sampled_from([{}, {"v": "1"}, {"language": "zh"}]),
    ),
    st.just(Passed()),
    st.just(Went()),
)
TIMED = st.lists(st.tuples(INPUT, st.integers(-1_000, 90_000)), max_size=40)


def _lawful(before: Session | None, moved: Moved) -> None:
    session = moved.session
    if session.outcome is None:
        assert session.asked is not None
        assert session.due_ms is not None
        assert not moved.asks or session.due_ms > session.now_ms
    else:
        assert session.asked is None
        assert session.due_ms is None
    numbers = [one.number for one in moved.asks]
    first = 0 if before is None else before.number
    assert numbers == list(range(first + 1, session.number + 1))


@given(FLOWS, TIMED)
def test_any_inputs_in_any_order_end_in_time(
    flows: dict[str, Flow], inputs: list[tuple[Input, int]]
) -> None:
    moved = begin(flows, "main", language="zh", values={}, now_ms=0)
    _lawful(None, moved)
    session, now_ms = moved.session, 0
    for given_, later_ms in inputs:
        now_ms += later_ms
        moved = step(flows, session, given_, now_ms)
        again = step(flows, session, given_, now_ms)
        assert moved == again
        _lawful(session, moved)
        assert session.outcome is None or moved.session.outcome is session.outcome
        stale = step(flows, moved.session, given_, now_ms)
        if isinstance(given_, Answered) and moved.session.number > session.number:
            assert stale.session.outcome is moved.session.outcome or moved.session.asked is not None
        session = moved.session
    # Left alone, time ends it: a queue's comfort aside, each wait leads to the next ask, and those are bounded.
    for _ in range(limits.ASKS_MAX + 2):
        if session.outcome is not None:
            break
        assert session.due_ms is not None
        now_ms = max(session.due_ms, session.queued_ms + limits.QUEUED_MS)
        session = step(flows, session, Passed(), now_ms).session
    assert session.outcome is not None


@given(FLOWS, TIMED)
def test_repeats_change_nothing(flows: dict[str, Flow], inputs: list[tuple[Input, int]]) -> None:
    """Each answer a second time, right after the first and at the end, is as if it had not come."""
    plain = begin(flows, "main", language="en", values={}, now_ms=0).session
    doubled, now_ms = plain, 0
    said: list[Answered] = []
    for given_, later_ms in inputs:
        now_ms += abs(later_ms)
        if isinstance(given_, Answered) and (
            plain.asked is None or given_.number != plain.asked.number
        ):
            continue
        plain = step(flows, plain, given_, now_ms).session
        doubled = step(flows, doubled, given_, now_ms).session
        if isinstance(given_, Answered):
            said.append(given_)
        for old in said:
            doubled = step(flows, doubled, old, now_ms).session
        assert doubled == msgspec.structs.replace(plain, now_ms=doubled.now_ms)
    assert plain.outcome in (None, *Outcome)
