"""Where a number may be, by its beginning: the longest that fits names the zones, and a call must be allowed in all of them.

A mobile number travels with its owner, so a zone that a list states counts beside these, never instead of them. What lies
between the zones named here is open whenever all of them are, so of a country only its edges must be among them.
"""

from typing import Final

_US: Final = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
)

ZONES: Final[dict[str, tuple[str, ...]]] = {
    "+1": ("America/St_Johns", "America/Puerto_Rico", *_US),
    **dict.fromkeys(("+1201", "+1202", "+1212", "+1305", "+1404", "+1617", "+1646"), _US[:1]),
    **dict.fromkeys(("+1312", "+1214", "+1713", "+1773", "+1832"), _US[1:2]),
    **dict.fromkeys(("+1303", "+1720"), _US[2:3]),
    **dict.fromkeys(("+1206", "+1213", "+1310", "+1408", "+1415", "+1650"), _US[3:4]),
    "+1907": ("America/Anchorage", "America/Adak"),
    "+1808": _US[5:],
    **dict.fromkeys(("+1787", "+1939", "+1340"), ("America/Puerto_Rico",)),
    **dict.fromkeys(("+1670", "+1671"), ("Pacific/Guam",)),
    "+1684": ("Pacific/Pago_Pago",),
    "+7": ("Europe/Kaliningrad", "Europe/Moscow", "Asia/Vladivostok", "Asia/Kamchatka"),
    "+31": ("Europe/Amsterdam",),
    "+33": ("Europe/Paris",),
    "+34": ("Europe/Madrid", "Atlantic/Canary"),
    "+39": ("Europe/Rome",),
    "+41": ("Europe/Zurich",),
    "+43": ("Europe/Vienna",),
    "+44": ("Europe/London",),
    "+48": ("Europe/Warsaw",),
    "+49": ("Europe/Berlin",),
    "+55": ("America/Rio_Branco", "America/Sao_Paulo", "America/Noronha"),
    "+60": ("Asia/Kuala_Lumpur",),
    "+61": ("Australia/Perth", "Australia/Adelaide", "Australia/Brisbane", "Australia/Sydney"),
    "+65": ("Asia/Singapore",),
    "+81": ("Asia/Tokyo",),
    "+82": ("Asia/Seoul",),
    "+84": ("Asia/Ho_Chi_Minh",),
    "+852": ("Asia/Hong_Kong",),
    "+853": ("Asia/Macau",),
    "+86": ("Asia/Shanghai",),
    "+886": ("Asia/Taipei",),
    "+91": ("Asia/Kolkata",),
}
"""Beginnings of numbers in E.164. A beginning that is not here is of no known zone: only a zone that is stated lets such a number be called."""

_LONGEST: Final = max(len(prefix) for prefix in ZONES)


def zones_of(number: str) -> tuple[str, ...]:
    """The zones a number may be in; none for one that nobody knows."""
    for length in range(min(_LONGEST, len(number)), 1, -1):
        if number[:length] in ZONES:
            return ZONES[number[:length]]
    return ()
