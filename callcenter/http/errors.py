"""Errors as the API tells them: one body, stable codes, a plain sentence, never a trace.

    ApiError                     what a handler or the contract refuses; carries its own status and code
    host.CommandRefused          what the engine refuses; `refused` maps its code to a status
    host.HostError               409 `idempotency_key_reused`, 503 `overloaded`, 503 `storage_unavailable`
    auth.passwords.PasswordsBusy 503
    ports.errors.StorageUnavailable  503
    anything else                500 `internal_error`; logged with the request id, told without detail

Codes are public API and are never renamed; docs/errors.md says for each what is safe and what to do.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec
from aiohttp import web

from callcenter.http.limits import RETRY_AFTER_S
from routing.errors import Refusal, RefusalCode


class ApiErrorCode(StrEnum):
    """Stable codes of everything the interfaces themselves can refuse, HTTP and sockets."""

    API_KEY_INVALID = "api_key_invalid"
    API_KEY_UNKNOWN = "api_key_unknown"
    ARTICLE_ADDRESS_UNKNOWN = "article_address_unknown"
    ARTICLE_INVALID = "article_invalid"
    ARTICLE_TAKEN = "article_taken"
    ARTICLE_UNKNOWN = "article_unknown"
    ARTICLE_UNSENDABLE = "article_unsendable"
    BODY_TOO_LARGE = "body_too_large"
    CALL_BACK_OPEN = "call_back_open"
    CALL_BACK_REFUSED = "call_back_refused"
    CALL_BACK_UNFIT = "call_back_unfit"
    CALL_BACK_UNKNOWN = "call_back_unknown"
    CALL_BACK_UNRULED = "call_back_unruled"
    CAMPAIGN_CHANGED = "campaign_changed"
    CAMPAIGN_INVALID = "campaign_invalid"
    CAMPAIGN_REFUSED = "campaign_refused"
    CAMPAIGN_TAKEN = "campaign_taken"
    CAMPAIGN_UNFIT = "campaign_unfit"
    CAMPAIGN_UNKNOWN = "campaign_unknown"
    CASES_NOT_SET_UP = "cases_not_set_up"
    CASE_CHANGED = "case_changed"
    CASE_NOT_YOURS = "case_not_yours"
    CASE_STEP_ILLEGAL = "case_step_illegal"
    CASE_STEP_INCOMPLETE = "case_step_incomplete"
    CASE_UNFIT = "case_unfit"
    CASE_UNKNOWN = "case_unknown"
    CASE_VERIFIER_BARRED = "case_verifier_barred"
    CHANGED_MEANWHILE = "changed_meanwhile"
    CHANGE_UNKNOWN = "change_unknown"
    CHAT_THROTTLED = "chat_throttled"
    CONFIGURATION_REFUSED = "configuration_refused"
    CONSULT_NOT_ANSWERED = "consult_not_answered"
    CONSULT_UNDER_WAY = "consult_under_way"
    CONTENT_TYPE_UNSUPPORTED = "content_type_unsupported"
    DIAL_AGENT_CAP = "dial_agent_cap"
    DIAL_COST_CAP = "dial_cost_cap"
    DIAL_DAY_CAP = "dial_day_cap"
    DIAL_DENIED = "dial_denied"
    DIAL_INTERNATIONAL = "dial_international"
    DIAL_NOT_SET_UP = "dial_not_set_up"
    DIAL_NUMBER_INVALID = "dial_number_invalid"
    ENTRY_CHANGED = "entry_changed"
    EVENT_INVALID = "event_invalid"
    EXPLANATION_BUSY = "explanation_busy"
    EXPLANATION_TOO_LONG = "explanation_too_long"
    EXPORT_THROTTLED = "export_throttled"
    FORBIDDEN = "forbidden"
    FRAME_INVALID = "frame_invalid"
    HELLO_MISSING = "hello_missing"
    IDEMPOTENCY_KEY_INVALID = "idempotency_key_invalid"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    INTERNAL_ERROR = "internal_error"
    JSON_INVALID = "json_invalid"
    LISTENING_REFUSED = "listening_refused"
    LIST_INVALID = "list_invalid"
    LOGIN_BUSY = "login_busy"
    LOGIN_FAILED = "login_failed"
    LOGIN_THROTTLED = "login_throttled"
    MAIL_REFUSED = "mail_refused"
    MAIL_UNKNOWN = "mail_unknown"
    QUESTIONS_FULL = "questions_full"
    QUESTION_EMPTY = "question_empty"
    QUESTION_UNFIT = "question_unfit"
    QUESTION_UNKNOWN = "question_unknown"
    LEADS_NOT_SET_UP = "leads_not_set_up"
    LEAD_CHANGED = "lead_changed"
    LEAD_STEP_ILLEGAL = "lead_step_illegal"
    LEAD_STEP_INCOMPLETE = "lead_step_incomplete"
    LEAD_UNFIT = "lead_unfit"
    LEAD_UNKNOWN = "lead_unknown"
    RECORDING_UNKNOWN = "recording_unknown"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NESTED_TOO_DEEP = "nested_too_deep"
    NOT_YOURSELF = "not_yourself"
    NUMBER_HIDDEN = "number_hidden"
    NUMBER_UNKNOWN = "number_unknown"
    ORIGIN_REFUSED = "origin_refused"
    OVERLOADED = "overloaded"
    PASSWORD_REFUSED = "password_refused"  # noqa: S105 - a code
    PASSWORD_WRONG = "password_wrong"  # noqa: S105 - a code
    PERSON_INVALID = "person_invalid"
    FLOW_UNKNOWN = "flow_unknown"
    WHAT_IF_RUNNING = "what_if_running"
    WHAT_IF_UNKNOWN = "what_if_unknown"
    PHONES_UNREACHABLE = "phones_unreachable"
    PHONE_NOT_IN_BROWSER = "phone_not_in_browser"
    PHONE_NOT_READY = "phone_not_ready"
    PROFILE_INVALID = "profile_invalid"
    PROFILE_UNKNOWN = "profile_unknown"
    REQUEST_INVALID = "request_invalid"
    REQUEST_TIMEOUT = "request_timeout"
    ROUTE_UNKNOWN = "route_unknown"
    ROUTING_PAUSED = "routing_paused"
    SERVER_STOPPING = "server_stopping"
    SESSION_ENDED = "session_ended"
    SESSION_MISSING = "session_missing"
    SIGNATURE_INVALID = "signature_invalid"
    SLOW_READER = "slow_reader"
    STORAGE_UNAVAILABLE = "storage_unavailable"
    SUBSCRIPTION_INVALID = "subscription_invalid"
    SUBSCRIPTION_UNKNOWN = "subscription_unknown"
    TEAM_IN_USE = "team_in_use"
    TEAM_TAKEN = "team_taken"
    TEAM_UNKNOWN = "team_unknown"
    TOKEN_INVALID = "token_invalid"  # noqa: S105 - a code
    TOO_MANY_FRAMES = "too_many_frames"
    TOO_MANY_TABS = "too_many_tabs"
    UPLOAD_REFUSED = "upload_refused"
    UPLOAD_UNKNOWN = "upload_unknown"
    USERNAME_TAKEN = "username_taken"
    USER_UNKNOWN = "user_unknown"
    VERSION_UNSUPPORTED = "version_unsupported"
    WEB_CALLS_OFF = "web_calls_off"
    WEB_CALLS_THROTTLED = "web_calls_throttled"
    WIDGET_UNKNOWN = "widget_unknown"


class ErrorDetail(msgspec.Struct, frozen=True):
    """What went wrong. `path` points into the request (`$.reason_id`) or is null."""

    code: str
    message: str
    path: str | None
    request_id: str


class ErrorBody(msgspec.Struct, frozen=True):
    """The body of every 4xx and 5xx."""

    error: ErrorDetail


STATUS_OF_API_CODE: dict[ApiErrorCode, int] = {
    ApiErrorCode.API_KEY_INVALID: 401,
    ApiErrorCode.API_KEY_UNKNOWN: 404,
    ApiErrorCode.ARTICLE_ADDRESS_UNKNOWN: 409,
    ApiErrorCode.ARTICLE_INVALID: 422,
    ApiErrorCode.ARTICLE_TAKEN: 409,
    ApiErrorCode.ARTICLE_UNKNOWN: 404,
    ApiErrorCode.ARTICLE_UNSENDABLE: 409,
    ApiErrorCode.BODY_TOO_LARGE: 413,
    ApiErrorCode.CALL_BACK_OPEN: 409,
    ApiErrorCode.CALL_BACK_REFUSED: 409,
    ApiErrorCode.CALL_BACK_UNFIT: 409,
    ApiErrorCode.CALL_BACK_UNKNOWN: 404,
    ApiErrorCode.CALL_BACK_UNRULED: 409,
    ApiErrorCode.CAMPAIGN_CHANGED: 409,
    ApiErrorCode.CAMPAIGN_INVALID: 409,
    ApiErrorCode.CAMPAIGN_REFUSED: 409,
    ApiErrorCode.CAMPAIGN_TAKEN: 409,
    ApiErrorCode.CAMPAIGN_UNFIT: 409,
    ApiErrorCode.CAMPAIGN_UNKNOWN: 404,
    ApiErrorCode.CASES_NOT_SET_UP: 409,
    ApiErrorCode.CASE_CHANGED: 409,
    ApiErrorCode.CASE_NOT_YOURS: 409,
    ApiErrorCode.CASE_STEP_ILLEGAL: 409,
    ApiErrorCode.CASE_STEP_INCOMPLETE: 409,
    ApiErrorCode.CASE_UNFIT: 409,
    ApiErrorCode.CASE_UNKNOWN: 404,
    ApiErrorCode.CASE_VERIFIER_BARRED: 409,
    ApiErrorCode.LEADS_NOT_SET_UP: 409,
    ApiErrorCode.LEAD_CHANGED: 409,
    ApiErrorCode.LEAD_STEP_ILLEGAL: 409,
    ApiErrorCode.LEAD_STEP_INCOMPLETE: 409,
    ApiErrorCode.LEAD_UNFIT: 409,
    ApiErrorCode.LEAD_UNKNOWN: 404,
    ApiErrorCode.CHANGED_MEANWHILE: 409,
    ApiErrorCode.CHANGE_UNKNOWN: 404,
    ApiErrorCode.CHAT_THROTTLED: 429,
    ApiErrorCode.CONFIGURATION_REFUSED: 422,
    ApiErrorCode.CONSULT_NOT_ANSWERED: 409,
    ApiErrorCode.CONSULT_UNDER_WAY: 409,
    ApiErrorCode.CONTENT_TYPE_UNSUPPORTED: 415,
    ApiErrorCode.DIAL_AGENT_CAP: 409,
    ApiErrorCode.DIAL_COST_CAP: 409,
    ApiErrorCode.DIAL_DAY_CAP: 409,
    ApiErrorCode.DIAL_DENIED: 409,
    ApiErrorCode.DIAL_INTERNATIONAL: 409,
    ApiErrorCode.DIAL_NOT_SET_UP: 409,
    ApiErrorCode.DIAL_NUMBER_INVALID: 409,
    ApiErrorCode.ENTRY_CHANGED: 409,
    ApiErrorCode.EVENT_INVALID: 422,
    ApiErrorCode.EXPLANATION_BUSY: 503,
    ApiErrorCode.EXPLANATION_TOO_LONG: 409,
    ApiErrorCode.EXPORT_THROTTLED: 429,
    ApiErrorCode.FORBIDDEN: 403,
    ApiErrorCode.FRAME_INVALID: 422,
    ApiErrorCode.HELLO_MISSING: 408,
    ApiErrorCode.IDEMPOTENCY_KEY_INVALID: 400,
    ApiErrorCode.IDEMPOTENCY_KEY_REUSED: 409,
    ApiErrorCode.INTERNAL_ERROR: 500,
    ApiErrorCode.JSON_INVALID: 400,
    ApiErrorCode.LISTENING_REFUSED: 409,
    ApiErrorCode.LIST_INVALID: 409,
    ApiErrorCode.LOGIN_BUSY: 503,
    ApiErrorCode.LOGIN_FAILED: 401,
    ApiErrorCode.LOGIN_THROTTLED: 429,
    ApiErrorCode.MAIL_REFUSED: 409,
    ApiErrorCode.MAIL_UNKNOWN: 404,
    ApiErrorCode.QUESTIONS_FULL: 409,
    ApiErrorCode.QUESTION_EMPTY: 409,
    ApiErrorCode.QUESTION_UNFIT: 409,
    ApiErrorCode.QUESTION_UNKNOWN: 404,
    ApiErrorCode.RECORDING_UNKNOWN: 404,
    ApiErrorCode.METHOD_NOT_ALLOWED: 405,
    ApiErrorCode.NESTED_TOO_DEEP: 422,
    ApiErrorCode.NOT_YOURSELF: 409,
    ApiErrorCode.NUMBER_HIDDEN: 403,
    ApiErrorCode.NUMBER_UNKNOWN: 409,
    ApiErrorCode.ORIGIN_REFUSED: 403,
    ApiErrorCode.OVERLOADED: 503,
    ApiErrorCode.PASSWORD_REFUSED: 400,
    ApiErrorCode.PASSWORD_WRONG: 400,
    ApiErrorCode.PERSON_INVALID: 422,
    ApiErrorCode.FLOW_UNKNOWN: 404,
    ApiErrorCode.WHAT_IF_RUNNING: 409,
    ApiErrorCode.WHAT_IF_UNKNOWN: 404,
    ApiErrorCode.PHONES_UNREACHABLE: 503,
    ApiErrorCode.PHONE_NOT_IN_BROWSER: 409,
    ApiErrorCode.PHONE_NOT_READY: 409,
    ApiErrorCode.PROFILE_INVALID: 422,
    ApiErrorCode.PROFILE_UNKNOWN: 404,
    ApiErrorCode.REQUEST_INVALID: 422,
    ApiErrorCode.REQUEST_TIMEOUT: 408,
    ApiErrorCode.ROUTE_UNKNOWN: 404,
    ApiErrorCode.ROUTING_PAUSED: 503,
    ApiErrorCode.SERVER_STOPPING: 503,
    ApiErrorCode.SESSION_ENDED: 401,
    ApiErrorCode.SESSION_MISSING: 401,
    ApiErrorCode.SIGNATURE_INVALID: 401,
    ApiErrorCode.SLOW_READER: 408,
    ApiErrorCode.STORAGE_UNAVAILABLE: 503,
    ApiErrorCode.SUBSCRIPTION_INVALID: 422,
    ApiErrorCode.SUBSCRIPTION_UNKNOWN: 404,
    ApiErrorCode.TEAM_IN_USE: 409,
    ApiErrorCode.TEAM_TAKEN: 409,
    ApiErrorCode.TEAM_UNKNOWN: 404,
    ApiErrorCode.TOKEN_INVALID: 401,
    ApiErrorCode.TOO_MANY_FRAMES: 429,
    ApiErrorCode.TOO_MANY_TABS: 429,
    ApiErrorCode.UPLOAD_REFUSED: 409,
    ApiErrorCode.UPLOAD_UNKNOWN: 404,
    ApiErrorCode.USERNAME_TAKEN: 409,
    ApiErrorCode.USER_UNKNOWN: 404,
    ApiErrorCode.VERSION_UNSUPPORTED: 400,
    ApiErrorCode.WEB_CALLS_OFF: 409,
    ApiErrorCode.WEB_CALLS_THROTTLED: 429,
    ApiErrorCode.WIDGET_UNKNOWN: 404,
}
"""The status a code is told with over HTTP. Codes only sockets use stand here too, so that the table is whole."""

STATUS_OF_REFUSAL: dict[RefusalCode, int] = {
    RefusalCode.AGENT_INVALID: 409,
    RefusalCode.AGENT_NOT_ELIGIBLE: 409,
    RefusalCode.AGENT_NOT_PRESENT: 409,
    RefusalCode.AGENT_UNKNOWN: 404,
    RefusalCode.CAPACITY_FULL: 409,
    RefusalCode.CONFIGURATION_INVALID: 409,
    RefusalCode.CONFIGURATION_QUEUE_IN_USE: 409,
    RefusalCode.CONTACT_ENDED: 409,
    RefusalCode.CONTACT_EXISTS: 409,
    RefusalCode.CONTACT_INVALID: 422,
    RefusalCode.CONTACT_NOT_CONNECTED: 409,
    RefusalCode.CONTACT_NOT_CALL: 409,
    RefusalCode.CONTACT_NOT_DIALLING: 409,
    RefusalCode.HOLD_UNCHANGED: 409,
    RefusalCode.CONTACT_NOT_PARKABLE: 409,
    RefusalCode.CONTACT_NOT_PARKED: 409,
    RefusalCode.CONTACT_NOT_WAITING: 409,
    RefusalCode.CONTACT_UNKNOWN: 404,
    RefusalCode.DESTINATION_INVALID: 409,
    RefusalCode.DISPOSITION_UNKNOWN: 404,
    RefusalCode.EXTENSION_LIMIT: 409,
    RefusalCode.NEEDS_IMPOSSIBLE: 409,
    RefusalCode.NO_AGENT_FREE: 409,
    RefusalCode.NOT_YOUR_CONTACT: 403,
    RefusalCode.NOT_YOUR_OFFER: 404,
    RefusalCode.NO_CONFIGURATION: 409,
    RefusalCode.OFFER_ENDED: 409,
    RefusalCode.OFFER_UNKNOWN: 404,
    RefusalCode.PARKED_LIMIT: 409,
    RefusalCode.PERMIT_ENDED: 409,
    RefusalCode.QUEUE_CLOSED: 409,
    RefusalCode.QUEUE_FULL: 409,
    RefusalCode.QUEUE_UNKNOWN: 404,
    RefusalCode.QUEUE_UNSTAFFED: 409,
    RefusalCode.REASON_UNKNOWN: 404,
    RefusalCode.TRANSFER_INVALID: 409,
    RefusalCode.WRAP_UP_NOT_OPEN: 409,
}
"""404 for what is not there, 409 for what does not fit the moment, 403 for what one may see but not touch."""

ErrorCode = ApiErrorCode | RefusalCode


def status_of(code: ErrorCode) -> int:
    """The HTTP status a code is told with."""
    if isinstance(code, ApiErrorCode):
        return STATUS_OF_API_CODE[code]
    return STATUS_OF_REFUSAL[code]


class ApiError(Exception):
    """A refusal on its way to the caller."""

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        path: str | None = None,
        headers: Mapping[str, str] | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status_of(code)
        self.message = message
        self.path = path
        self.headers = dict(headers or {})
        if retry_after_s is None and self.status == 503:
            retry_after_s = RETRY_AFTER_S
        if retry_after_s is not None:
            self.headers["Retry-After"] = str(retry_after_s)


OFFER_UNKNOWN_MESSAGE = "There is no such offer."


def refused(refusal: Refusal) -> ApiError:
    """An engine's refusal as an error.

    Somebody else's offer is told exactly like one that does not exist.
    """
    if refusal.code in (RefusalCode.NOT_YOUR_OFFER, RefusalCode.OFFER_UNKNOWN):
        return ApiError(RefusalCode.OFFER_UNKNOWN, OFFER_UNKNOWN_MESSAGE)
    return ApiError(refusal.code, refusal.detail)


def error_response(error: ApiError, request_id: str) -> web.Response:
    """The error as the caller gets it."""
    body = ErrorBody(ErrorDetail(str(error.code), error.message, error.path, request_id))
    return web.Response(
        status=error.status,
        body=msgspec.json.encode(body),
        content_type="application/json",
        headers={**error.headers, "Cache-Control": "no-store"},
    )
