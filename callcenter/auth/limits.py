"""Every bound of logging in, named, with what happens when it is met."""

PASSWORD_WORKERS = 2
"""Threads that hash passwords (19 MiB and about 25 ms each), so that log-ins never slow an offer; the others wait."""

PASSWORD_WAITING_MAX = 200
"""Log-ins that may wait for a thread; the next is answered 503 `login_busy` with `Retry-After`."""

PASSWORD_COST_MS = 40
"""Assumed time of one hash, for the `Retry-After` a busy log-in is told."""

SESSION_LIFETIME_MS = 12 * 3_600_000
"""A session ends this long after its log-in, used or not: the longest shift."""

FORGET_EXPIRED_EVERY_MS = 600_000
"""How often rows of expired sessions are deleted."""

SESSIONS_REREAD_MS = 3_000
"""Of several processes, how long one may believe a session that was ended by a log-out at another."""

API_KEY_CACHE_MS = 5_000
"""How long a key is taken for valid without asking the store again: so long a key revoked elsewhere lives on."""

API_KEY_CACHE_MAX = 1_000
"""Keys kept in memory; at the limit all are read anew."""

API_KEY_USES_EVERY_MS = 30_000
"""How often the times of last use are stored."""

SESSION_CACHE_MAX = 25_000
"""Sessions kept in memory; the one used longest ago is read from the store again when it returns."""

PAIR_FAILURES_MAX = 5
"""Failed log-ins of one name from one address within the window; then 429 `login_throttled`."""

ADDRESS_FAILURES_MAX = 60
"""Failed log-ins from one address within the window, whatever the name; then 429 `login_throttled`, except for
those who have logged in from that address before."""

FAILURE_WINDOW_S = 300
"""How long a failed log-in counts, in seconds."""
