"""A recorded log of calls, delivered out of order and several times over: every call ends as it was recorded."""

import pytest

from callcenter.telephony import book
from tests.shuffle.comparing import CALLS, differences
from tests.shuffle.playing import cast_of, deliver, record
from tests.shuffle.stories import STORIES

FEW = len(STORIES)


def test_the_recording_holds_what_it_is_to_prove() -> None:
    tape, ends, log = record(CALLS)
    assert CALLS >= 200
    assert {story.name for story in cast_of(CALLS)} == {story.name for story in STORIES}
    assert {end.outcomes for end in ends.values()} == {("handled",), ("abandoned",), ()}
    assert any(len(end.parties) == 2 for end in ends.values())
    for line in log:
        end = ends[line["call_id"]]
        assert end.cause == line["cause"]
        assert set(line["parties"]) <= set(end.parties)
    assert sum(len(events) for events in tape.events.values()) > 2_000


@pytest.mark.parametrize("seed", range(1, 5))
def test_out_of_order_and_repeated_every_call_ends_the_same(seed: int) -> None:
    tape, ends, _ = record(FEW)
    got, delivery = deliver(tape, FEW, seed)
    assert differences(ends, got) == []
    assert delivery.undone == []
    assert delivery.delivered > sum(len(events) for events in tape.events.values())


def test_two_hundred_calls_at_once() -> None:
    tape, ends, _ = record(CALLS)
    got, _delivery = deliver(tape, CALLS, 7)
    assert differences(ends, got) == []


def test_a_server_that_keeps_no_order_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    tape, ends, _ = record(FEW)
    monkeypatch.setattr(book, "in_turn", lambda _call, event, _now_ms: [event])
    got, delivery = deliver(tape, FEW, 1)
    assert differences(ends, got) or delivery.undone
