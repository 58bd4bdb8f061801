"""The configuration as an administrator edits it through the API: read whole, check, put in force."""

import asyncio
from typing import Any

import msgspec

from callcenter import ports
from callcenter.auth.people import agent_facts, is_working_agent
from callcenter.bootstrap.configuration import ConfigurationInForce, store
from callcenter.clock import Clock
from callcenter.config_loader.findings import Finding, Path
from callcenter.config_loader.loader import Configuration, checked
from callcenter.host.envelope import CommandRefused
from callcenter.web.schemas import AppliedConfiguration, FindingRow, StoredConfiguration


class ConfigurationEditor:
    """Reads, checks and replaces the stored document; checking many calendars takes a while, so it has a thread."""

    def __init__(
        self,
        versions: ports.ConfigVersions,
        users: ports.Users,
        in_force: ConfigurationInForce,
        clock: Clock,
    ) -> None:
        """What is stored is put in force by `in_force`, at once or when the engine can take it."""
        self._versions = versions
        self._users = users
        self._in_force = in_force
        self._clock = clock

    async def stored(self) -> StoredConfiguration | None:
        """The newest stored document, in force or not yet."""
        newest = await self._versions.newest()
        if newest is None:
            return None
        return StoredConfiguration(
            newest.version, self._is_in_force(newest.version), msgspec.Raw(newest.document)
        )

    async def check(self, document: bytes) -> list[FindingRow]:
        """Everything there is to say about a document."""
        _, findings = await self._checked(document)
        return [_row(one) for one in findings]

    async def apply(self, document: bytes) -> AppliedConfiguration:
        """Store a document that has no errors and put it in force; one with errors changes nothing."""
        configuration, findings = await self._checked(document)
        rows = [_row(one) for one in findings]
        if configuration is None:
            return AppliedConfiguration(None, is_in_force=False, findings=rows)
        await store(self._versions, configuration, self._clock.now_ms())
        try:
            await self._in_force.follow()
        except CommandRefused:  # the poll tries again until the engine can take it
            return AppliedConfiguration(configuration.version, is_in_force=False, findings=rows)
        return AppliedConfiguration(
            configuration.version, self._is_in_force(configuration.version), rows
        )

    async def _checked(self, document: bytes) -> tuple[Configuration | None, tuple[Finding, ...]]:
        users = await self._users.all()
        agents = [agent_facts(user) for user in users if is_working_agent(user)]
        plain: Any = msgspec.json.decode(document)
        return await asyncio.to_thread(checked, plain, self._clock.now_ms(), agents)

    def _is_in_force(self, version: str) -> bool:
        return self._in_force.version == version


def _row(finding: Finding) -> FindingRow:
    return FindingRow(
        str(finding.code), finding.is_error, _json_path(finding.path), finding.message
    )


def _json_path(path: Path) -> str:
    """`$.queues[0].needs.zh`, as every path of the API is written."""
    return "$" + "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in path)
