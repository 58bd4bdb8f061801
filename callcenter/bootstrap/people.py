"""People at start-up: the demo's accounts, and the engine's agents kept equal to the stored users."""

from pathlib import Path
from typing import Any

import msgspec
import yaml

from callcenter.auth import people
from callcenter.auth.passwords import Passwords
from callcenter.auth.sessions import SessionKeeper
from callcenter.bootstrap.gateway import HostGateway
from callcenter.clock import new_id
from callcenter.config_loader.loader import PEOPLE_FILE
from callcenter.host.host import Host
from callcenter.ports.people import User, Users
from callcenter.ports.versions import Authorship
from callcenter.telephony.browser.phones import address_of
from routing.model import CapacityRule


def demo_people(folder: Path) -> list[people.NewPerson]:
    """The people of a demo folder."""
    content = yaml.safe_load((folder / PEOPLE_FILE).read_text(encoding="utf-8"))
    return [_person(one) for one in content["people"]]


def _person(one: dict[str, Any]) -> people.NewPerson:
    return people.NewPerson(
        username=one["username"],
        display_name=one["display_name"],
        role=one["role"],
        team_id=one["team"],
        queue_ids=tuple(one["queues"]),
        watched_team_ids=tuple(one.get("watched_teams", ())),
        chat_capacity=one.get("chat_capacity", 0),
        language=one["language"],
        skills=one.get("skills", {}),
        site=one.get("site", ""),
        capacity=msgspec.convert(one.get("capacity"), CapacityRule | None),
        primary_queue_id=one.get("primary_queue", ""),
        phone=one.get("phone", ""),
    )


async def ensure_people(
    users: Users,
    hasher: Passwords,
    wanted: list[tuple[people.NewPerson, str]],
    *,
    known: people.Known,
    author: Authorship,
) -> None:
    """Create the people, each with a password, who do not exist yet."""
    for person, password in wanted:
        if await users.by_username(person.username) is None:
            user_id = new_id()
            await people.create(
                users,
                hasher,
                person,
                user_id=user_id,
                password=password,
                known=known,
                author=author,
            )


class Roster:
    """Display names by id, and the engine's agents following the stored users."""

    def __init__(
        self, users: Users, sessions: SessionKeeper, host: Host, gateway: HostGateway
    ) -> None:
        """`follow` is called at the start and then by the poll."""
        self._users = users
        self._sessions = sessions
        self._host = host
        self._gateway = gateway
        self._by_id: dict[str, User] = {}

    def name(self, user_id: str) -> str:
        """The display name of a user; empty for nobody."""
        user = self._by_id.get(user_id)
        return "" if user is None else user.display_name

    def phone(self, user_id: str) -> str:
        """What rings an agent; empty for nobody, and for an agent without a phone."""
        return address_of(user_id, self.chosen_phone(user_id))

    def chosen_phone(self, user_id: str) -> str:
        """A number, an address, or the word for a phone in the browser."""
        user = self._by_id.get(user_id)
        return "" if user is None else user.phone

    def learn(self, user: User) -> None:
        """A row that was just written: a call may come before the next poll."""
        known = self._by_id.get(user.user_id)
        if known is None or known.version < user.version:
            self._by_id[user.user_id] = user

    async def follow_names(self) -> None:
        """Take over what has changed: sessions of changed users end."""
        for user in await self._sessions.poll():
            self.learn(user)

    async def follow(self) -> None:
        """As `follow_names`, and the engine learns the agents."""
        await self.follow_names()
        mirror = self._host.mirror
        for command in people.roster_commands(self._by_id.values(), mirror.agents, mirror.queues):
            await self._gateway.send(command)
