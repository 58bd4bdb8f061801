"""Every bound of the HTTP surface, named, with what happens when it is met."""

BODY_BYTES_MAX = 64 * 1024
"""Size of a request body; a larger one is refused with 413 `body_too_large`."""

BODY_DEPTH_MAX = 32
"""Nesting of a request body; a deeper one is refused with 422 `nested_too_deep`."""

BODY_WAIT_S = 10
"""Time a request body may take to arrive; then 408 `request_timeout`, so that a trickle holds nothing."""

FILE_WAIT_S = 120
"""Time a file may take to arrive, with its wait for one of the places below; then 408 `request_timeout`."""

FILES_AT_ONCE_MAX = 16
"""Files held in memory at once while they arrive and are stored; the next waits."""

IDEMPOTENCY_KEY_LENGTH_MAX = 128
"""Characters of an `Idempotency-Key`; a longer one is refused with 400 `idempotency_key_invalid`."""

PATH_ID_LENGTH_MAX = 200
"""Characters of an id in a path; a longer one names nothing (404)."""

QUERY_LENGTH_MAX = 2_048
"""Characters of a query string; a longer one is refused with 422 `request_invalid`."""

RETRY_AFTER_S = 2
"""What a 503 without a better estimate tells the caller to wait."""

FORWARDED_ADDRESSES_MAX = 10
"""Addresses of an `X-Forwarded-For` that are looked at, from the right; further ones are left out."""
