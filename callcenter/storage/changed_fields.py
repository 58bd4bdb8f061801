"""What of a user or a team has changed, as it is kept with each change."""

from typing import Final

import msgspec

from callcenter.ports.people import User
from callcenter.ports.versions import Team

_SECRET: Final = ("password_hash",)
_NOT_TOLD: Final = ("user_id", "version")


def changed_fields(before: User | None, after: User) -> dict[str, tuple[str, str]]:
    """Field -> JSON of its value before ("" for a new user) and after; of a secret, that it has changed."""
    fields: dict[str, tuple[str, str]] = {}
    for name in User.__struct_fields__:
        old, new = None if before is None else getattr(before, name), getattr(after, name)
        if name in _NOT_TOLD or (before is not None and old == new):
            continue
        if name in _SECRET:
            fields[name] = ("", "")
        else:
            fields[name] = ("" if before is None else _json(old), _json(new))
    return fields


def changed_team(before: Team | None, after: Team | None) -> dict[str, tuple[str, str]]:
    """The same of a team's names; "" before a new team's, and after a removed one's."""
    names = ("en", "zh")
    old, new = (
        {name: "" if team is None else _json(getattr(team, name)) for name in names}
        for team in (before, after)
    )
    return {name: (old[name], new[name]) for name in names if old[name] != new[name]}


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
