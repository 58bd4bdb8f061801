"""The configuration as an administrator edits it through the API: read whole, check, put in force, go back."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

import msgspec

from callcenter.auth.people import agent_facts, is_working_agent
from callcenter.bootstrap.configuration import ConfigurationInForce, holder_of, store_configuration
from callcenter.clock import Clock
from callcenter.config_loader import yaml_text
from callcenter.config_loader.compiling import routing_configuration
from callcenter.config_loader.differences import Difference, Effect, differences, effects
from callcenter.config_loader.finding_words import in_chinese
from callcenter.config_loader.findings import Finding, Path
from callcenter.config_loader.in_use import in_use
from callcenter.config_loader.loader import Configuration, checked, of_stored
from callcenter.host.envelope import CommandRefused
from callcenter.ports.errors import ChangedMeanwhile
from callcenter.ports.people import User
from callcenter.ports.store import Store
from callcenter.ports.versions import Authorship, ConfigChange
from callcenter.web.configuration_schemas import (
    AppliedConfiguration,
    CheckedConfiguration,
    ConfigurationChange,
    ConfigurationChanged,
    ConfigurationHistory,
    DifferenceRow,
    EffectRow,
    FindingRow,
    StoredConfiguration,
    YamlFault,
    YamlRead,
)
from routing.ids import AgentId, QueueId
from routing.state import State


class ConfigurationEditor:
    """Reads, checks and replaces the stored document; checking many calendars takes a while, so it has a thread."""

    def __init__(
        self,
        store: Store,
        in_force: ConfigurationInForce,
        clock: Clock,
        *,
        mirror: Callable[[], State],
    ) -> None:
        """What is stored is put in force by `in_force`, at once or when the engine can take it."""
        self._store = store
        self._in_force = in_force
        self._clock = clock
        self._mirror = mirror

    async def stored(self) -> StoredConfiguration | None:
        """The newest stored document, in force or not yet."""
        newest = await self._store.config_versions.newest()
        if newest is None:
            return None
        read = await asyncio.to_thread(of_stored, newest.document)
        # As people write it: keys in the order of the model, not of the alphabet.
        written = msgspec.Raw(read.document.model_dump_json().encode())
        # A document of an older release has another version once its new defaults are written out.
        return StoredConfiguration(newest.version, self._is_in_force(read.version), written)

    async def check(self, document: bytes) -> CheckedConfiguration:
        """Everything there is to say about a document."""
        inspected = await self._inspected(document)
        return CheckedConfiguration(
            [_row(one) for one in inspected.findings],
            [_difference_row(one) for one in inspected.differences],
            [_effect_row(one) for one in inspected.effects],
        )

    async def apply(
        self, document: bytes, author: Authorship, based_on: str | None
    ) -> AppliedConfiguration:
        """Store a document that has no errors and put it in force; one with errors changes nothing.

        Another version than the one it is based on is told before anything that may be wrong because of it.
        """
        newest = await self._store.config_versions.newest()
        if based_on is not None and (newest is None or newest.version != based_on):
            raise ChangedMeanwhile(based_on)
        inspected = await self._inspected(document)
        rows = [_row(one) for one in inspected.findings]
        configuration = inspected.configuration
        if configuration is None or any(one.is_error for one in rows):
            return AppliedConfiguration(None, is_in_force=False, findings=rows)
        await store_configuration(self._store, configuration, author, based_on)
        try:
            await self._in_force.follow()
        except CommandRefused:  # the poll tries again until the engine can take it
            return AppliedConfiguration(configuration.version, is_in_force=False, findings=rows)
        return AppliedConfiguration(
            configuration.version, self._is_in_force(configuration.version), rows
        )

    async def history(self, *, before: int | None, limit: int) -> ConfigurationHistory:
        """Which versions were the newest, newest first."""
        changes = await self._store.config_versions.changes(before=before, limit=limit + 1)
        names = {user.user_id: user.display_name for user in await self._store.users.all()}
        rows = [_change_row(one, names) for one in changes[:limit]]
        return ConfigurationHistory(rows, rows[-1].number if len(changes) > limit else None)

    async def change(self, number: int) -> ConfigurationChanged | None:
        """One entry of the history with its document, against the one before it."""
        changes = await self._store.config_versions.changes(before=number + 1, limit=2)
        if not changes or changes[0].number != number:
            return None
        documents = [await self._store.config_versions.get(one.version) for one in changes]
        now, *earlier = [one.document for one in documents if one is not None]
        plain_now, plain_before = (msgspec.json.decode(one) for one in (now, *earlier, b"{}")[:2])
        names = {user.user_id: user.display_name for user in await self._store.users.all()}
        return ConfigurationChanged(
            _change_row(changes[0], names),
            msgspec.Raw(now),
            [_difference_row(one) for one in differences(plain_before, plain_now)],
        )

    async def restore(
        self, number: int, author: Authorship, based_on: str
    ) -> AppliedConfiguration | None:
        """Put the document of an entry in force again; checked as any other."""
        found = await self.change(number)
        return None if found is None else await self.apply(bytes(found.document), author, based_on)

    @staticmethod
    def read_yaml(text: str) -> YamlRead:
        """A text as JSON."""
        read = yaml_text.read_yaml(text)
        faults = [YamlFault(one.line, one.message) for one in read.faults]
        content = None if faults else read.content
        try:
            plain = msgspec.json.encode(content)
        except (TypeError, ValueError) as error:  # YAML has values that JSON has not
            return YamlRead(msgspec.Raw(b"null"), {}, [YamlFault(None, str(error))])
        lines = {_text_path(place): line for place, line in read.lines.items()}
        return YamlRead(msgspec.Raw(plain), lines, faults)

    @staticmethod
    def write_yaml(document: bytes) -> str:
        """JSON as a text."""
        return yaml_text.write_yaml(msgspec.json.decode(document))

    async def _inspected(self, document: bytes) -> "_Inspected":
        users = [user for user in await self._store.users.all() if is_working_agent(user)]
        newest = await self._store.config_versions.newest()
        contacts = Counter(one.queue_id for one in self._mirror().contacts.values())
        return await asyncio.to_thread(
            _inspected,
            msgspec.json.decode(document),
            self._clock.now_ms(),
            users=users,
            newest=None if newest is None else newest.document,
            contacts=contacts,
            team_ids=[team.team_id for team in await self._store.teams.all()],
        )

    def _is_in_force(self, version: str) -> bool:
        return self._in_force.version == version


class _Inspected(msgspec.Struct, frozen=True):
    """A document looked at from all sides."""

    configuration: Configuration | None
    findings: list[Finding]
    differences: list[Difference]
    effects: list[Effect]


def _inspected(
    plain: Any,  # noqa: ANN401 - whatever was sent
    now_ms: int,
    *,
    users: list[User],
    newest: bytes | None,
    contacts: Counter[QueueId],
    team_ids: Collection[str],
) -> _Inspected:
    agents = [agent_facts(user) for user in users]
    configuration, found = checked(plain, now_ms, agents, team_ids)
    if configuration is None:
        return _Inspected(None, list(found), [], [])
    before = None if newest is None else of_stored(newest)
    document = configuration.document
    holders = [holder_of(user) for user in users]
    held = in_use(None if before is None else before.document, document, holders, contacts)
    findings = [*held, *found]
    if before is None:
        return _Inspected(configuration, findings, [], [])
    old, new = (
        routing_configuration(one.document, one.version, now_ms) for one in (before, configuration)
    )
    names = {AgentId(user.user_id): user.display_name for user in users}
    return _Inspected(
        configuration,
        findings,
        list(
            differences(
                msgspec.json.decode(before.stored), msgspec.json.decode(configuration.stored)
            )
        ),
        list(effects(old, new, agents=agents, name_of=names.__getitem__, contacts=contacts)),
    )


def _row(finding: Finding) -> FindingRow:
    return FindingRow(
        code=str(finding.code),
        is_error=finding.is_error,
        path=_json_path(finding.path),
        message=finding.message,
        message_zh=in_chinese(finding),
    )


def _difference_row(one: Difference) -> DifferenceRow:
    return DifferenceRow(one.path, str(one.change), one.before, one.after)


def _effect_row(one: Effect) -> EffectRow:
    return EffectRow(str(one.kind), one.queue_id, list(one.names), one.contacts)


def _change_row(change: ConfigChange, names: dict[str, str]) -> ConfigurationChange:
    author = change.author
    return ConfigurationChange(
        change.number, change.version, author.at_ms, names.get(author.by, ""), author.note
    )


def _json_path(path: Path) -> str:
    """`$.queues[0].needs.zh`, as every path of the API is written."""
    return "$" + "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in path)


def _text_path(place: yaml_text.Place) -> str:
    """The same of a place in a text, where an index is a number written out."""
    return _json_path(tuple(int(one) if one.isdecimal() else one for one in place))
