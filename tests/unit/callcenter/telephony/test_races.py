"""Races for a call: one winner, and nothing is left behind, whoever else acts while a phone is picked up."""

import pytest

from callcenter.telephony.deciding import _Deciding
from routing import events as ev
from tests.races.playing import RIVALS, races_of, run

MANY = 160


def test_races_have_one_winner_each_and_leave_nothing_behind() -> None:
    wrong, history = run(MANY, 7)
    assert wrong == []
    ends = {type(event) for event in history}
    assert {ev.OfferAccepted, ev.OfferRejected, ev.OfferExpired, ev.OfferRescinded} <= ends


def test_every_rival_races() -> None:
    assert {race.rivals[0] for race in races_of(MANY, 1)} == set(RIVALS)
    assert any(len(race.rivals) == 2 for race in races_of(MANY, 1))


def test_who_is_left_on_the_phone_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Deciding, "end_other_legs", lambda *_: None)
    wrong, _history = run(MANY, 7)
    assert any("hears nobody" in text for text in wrong)


def test_an_end_that_the_engine_is_not_told_of_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def after_the_end(self: _Deciding) -> None:
        self.wanted.end_cause = self.call.end_cause

    monkeypatch.setattr(_Deciding, "after_the_end", after_the_end)
    wrong, _history = run(40, 7)
    assert any("still has" in text for text in wrong)
