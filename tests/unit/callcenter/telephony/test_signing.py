"""Signatures: the reference library's are taken, and nothing else is."""

from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from callcenter.telephony.limits import SIGNATURE_AGE_S
from callcenter.telephony.signing import NO_KEYS, Keys, SignatureInvalid

OLD, NEW, FOREIGN = ("whsec_" + letter * 40 for letter in "abc")
NOW_MS = 1_795_000_000_000
BODY = '{"type":"call.ended","from":"ü"}'.encode()


def signed(key: str = OLD, at_s: int = NOW_MS // 1000) -> dict[str, str]:
    text = Webhook(key).sign("m1", datetime.fromtimestamp(at_s, UTC), BODY.decode())
    return {"webhook-id": "m1", "webhook-timestamp": str(at_s), "webhook-signature": text}


def refused(
    headers: dict[str, str], body: bytes = BODY, keys: Keys | None = None, now_ms: int = NOW_MS
) -> bool:
    try:
        (keys or Keys([OLD])).check(headers, body, now_ms)
    except SignatureInvalid:
        return True
    return False


def test_the_librarys_signature_is_taken_and_ours_is_the_librarys() -> None:
    assert not refused(signed())
    ours = Keys([OLD]).headers("m1", BODY, NOW_MS)
    assert ours == signed()


def test_each_of_two_keys_is_taken_and_the_first_signs() -> None:
    both = Keys([NEW, OLD])
    assert not refused(signed(OLD), keys=both)
    assert not refused(signed(NEW), keys=both)
    assert both.headers("m1", BODY, NOW_MS) == signed(NEW)


def test_a_key_that_was_taken_out_is_refused() -> None:
    assert refused(signed(OLD), keys=Keys([NEW]))
    assert refused(signed(FOREIGN), keys=Keys([NEW, OLD]))
    assert refused(signed(), keys=NO_KEYS)


def test_every_byte_counts() -> None:
    for index in range(len(BODY)):
        body = bytearray(BODY)
        body[index] ^= 1
        assert refused(signed(), bytes(body)), index
    for name, value in signed().items():
        for index in range(len(value)):
            for flip in (1, 2, 4, 32):
                changed = chr(ord(value[index]) ^ flip)
                headers = {**signed(), name: value[:index] + changed + value[index + 1 :]}
                # A later second is another time, still close to now: then the signature is of another message.
                assert refused(headers), (name, index, changed)


@pytest.mark.parametrize("off_s", [SIGNATURE_AGE_S, -SIGNATURE_AGE_S])
def test_a_timestamp_may_be_off_by_five_minutes_and_no_more(off_s: int) -> None:
    now_s = NOW_MS // 1000
    assert not refused(signed(at_s=now_s + off_s))
    further = 1 if off_s > 0 else -1
    assert refused(signed(at_s=now_s + off_s + further))


def test_a_replay_is_the_same_message_inside_the_window_and_refused_outside() -> None:
    headers = signed()
    assert not refused(headers, now_ms=NOW_MS + 60_000)
    assert refused(headers, now_ms=NOW_MS + SIGNATURE_AGE_S * 1000 + 1_000)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_every_header_is_needed(name: str) -> None:
    assert refused({key: value for key, value in signed().items() if key != name})


@pytest.mark.parametrize(
    "signature", ["", "v1", "v1,", ",", "v1,!!!", "v2," + "A" * 44, "x" * 9_000, "ü"]
)
def test_what_is_no_signature_is_refused(signature: str) -> None:
    assert refused({**signed(), "webhook-signature": signature})


def test_one_of_several_signatures_is_enough_but_not_the_ninth() -> None:
    right = signed()["webhook-signature"]
    assert not refused({**signed(), "webhook-signature": f"v1,AAAA {right}"})
    assert refused({**signed(), "webhook-signature": " ".join(["v1,AAAA"] * 8 + [right])})


@pytest.mark.parametrize("timestamp", ["nan", "1e9", "-1", "0", "\uff11", "99999999999999"])
def test_what_is_no_time_is_refused(timestamp: str) -> None:
    assert refused({**signed(), "webhook-timestamp": timestamp})


def test_a_body_that_is_no_text_is_refused() -> None:
    assert refused(signed(), b"\xff")
