"""Every bound of phones in browsers, named, with what happens when it is met."""

from typing import Final

GUESTS_MAX: Final = 200
"""Customers' phones at once; past it whoever wants to call is told `overloaded`."""

GUEST_CALL_MS: Final = 30_000
"""How long a customer's phone may be there without having called; then it is taken back."""

GUEST_LIFE_MS: Final = 4 * 3_600_000
"""How long a customer's phone may be there at all: past it its signalling ends, and with it the call."""

SOCKET_GRACE_MS: Final = 60_000
"""How long a phone's secret outlives its socket, so that a page may come back to its call; then it is worth nothing."""

SWEEP_MS: Final = 2_000
"""How often phones that are over are looked for."""

UPSTREAM_MS: Final = 3_000
"""How long the phone system may take to open a phone's socket; then the page is told `phones_unreachable`."""

FRAME_BYTES_MAX: Final = 64 * 1024
"""Size of one SIP message, either way; a larger one ends the socket."""

FRAMES_PER_10S_MAX: Final = 100
"""SIP messages one page may send within 10 s; past it the socket is closed with 1008."""

NAME_BYTES: Final = 8
SECRET_BYTES: Final = 24
"""Of what a phone is called by and logs in with: drawn anew for each, so long that nobody guesses one."""

NO_AUDIO_S: Final = 20
"""How long no audio may come from a page; then the phone system ends that leg: the page is gone."""
