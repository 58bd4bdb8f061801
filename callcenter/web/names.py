"""Display names of people by id, read anew when anybody has changed."""

from callcenter.ports.people import Users


class Names:
    """A small cache in front of `Users.all`: the interaction log shows the same few people again and again."""

    def __init__(self, users: Users) -> None:
        self._users = users
        self._version = -1
        self._names: dict[str, str] = {}

    async def read(self) -> dict[str, str]:
        """User id -> display name; people who are disabled keep theirs, the log still shows them."""
        version = await self._users.newest_version()
        if version != self._version:
            self._names = {user.user_id: user.display_name for user in await self._users.all()}
            self._version = version
        return self._names
