"""Every code has a status, and every failure behind a handler is told as one of them."""

import msgspec
import pytest

from callcenter.auth.passwords import PasswordsBusy
from callcenter.auth.throttle import LoginThrottled
from callcenter.host.envelope import (
    CommandIdReused,
    CommandRefused,
    HostOverloaded,
    HostUnavailable,
)
from callcenter.http.errors import (
    STATUS_OF_API_CODE,
    STATUS_OF_REFUSAL,
    ApiError,
    ApiErrorCode,
    error_response,
    refused,
    status_of,
)
from callcenter.http.middleware import known_error
from callcenter.ports.errors import StorageUnavailable
from routing.errors import Refusal, RefusalCode


def test_every_code_has_a_status_of_its_own_table() -> None:
    assert set(STATUS_OF_API_CODE) == set(ApiErrorCode)
    assert set(STATUS_OF_REFUSAL) == set(RefusalCode)
    assert {status_of(code) // 100 for code in (*ApiErrorCode, *RefusalCode)} == {4, 5}
    assert not {str(code) for code in ApiErrorCode} & {str(code) for code in RefusalCode}


@pytest.mark.parametrize("code", [code for code in ApiErrorCode if status_of(code) == 503])
def test_a_503_says_when_to_come_back(code: ApiErrorCode) -> None:
    assert int(ApiError(code, "Later.").headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (CommandRefused(Refusal(RefusalCode.QUEUE_FULL, "Full.")), "queue_full", 409),
        (CommandRefused(Refusal(RefusalCode.NOT_YOUR_OFFER, "x")), "offer_unknown", 404),
        (CommandIdReused(), "idempotency_key_reused", 409),
        (HostOverloaded(), "overloaded", 503),
        (HostUnavailable(), "storage_unavailable", 503),
        (StorageUnavailable(), "storage_unavailable", 503),
        (PasswordsBusy(7), "login_busy", 503),
        (LoginThrottled(9), "login_throttled", 429),
        (ApiError(ApiErrorCode.FORBIDDEN, "No."), "forbidden", 403),
    ],
)
def test_what_can_fail_behind_a_handler_is_known(error: Exception, code: str, status: int) -> None:
    told = known_error(error)
    assert told is not None
    assert (str(told.code), told.status) == (code, status)


def test_waits_are_told_as_they_are() -> None:
    busy, throttled = known_error(PasswordsBusy(7)), known_error(LoginThrottled(9))
    assert busy is not None
    assert throttled is not None
    assert (busy.headers["Retry-After"], throttled.headers["Retry-After"]) == ("7", "9")


def test_everything_else_is_unexpected() -> None:
    assert known_error(RuntimeError("x")) is None


def test_somebody_elses_offer_is_told_like_none() -> None:
    one = refused(Refusal(RefusalCode.NOT_YOUR_OFFER, "Offer 7 was made to another agent."))
    other = refused(Refusal(RefusalCode.OFFER_UNKNOWN, "There is no offer 7."))
    assert (one.code, one.message) == (other.code, other.message)


def test_the_body_has_one_form() -> None:
    error = ApiError(ApiErrorCode.REQUEST_INVALID, "A field is unknown.", path="$.x")
    response = error_response(error, "r1")
    assert isinstance(response.body, bytes)
    assert msgspec.json.decode(response.body) == {
        "error": {
            "code": "request_invalid",
            "message": "A field is unknown.",
            "path": "$.x",
            "request_id": "r1",
        }
    }
    assert response.headers["Cache-Control"] == "no-store"
