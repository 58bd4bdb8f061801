"""Business hours move on while the server runs: the same configuration is put in force anew before they run out."""

import pytest

from callcenter.bootstrap.configuration import ConfigurationInForce, store_configuration
from callcenter.config_loader.loader import of_document
from callcenter.ports.versions import UNSIGNED
from routing.calendars import OpenHours
from routing.ids import CalendarId
from tests.integration.api_stage import HELP, SALES, ApiStage
from tests.unit.callcenter.config_loader.documents import document, queue

CONFIGURATION = of_document(document(queue(SALES, hours="office"), queue(HELP)))
DAY_MS = 24 * 3600 * 1000


def hours_of(stage: ApiStage) -> OpenHours:
    """The hours the engine has."""
    configuration = stage.host.mirror.configuration
    assert configuration is not None
    return configuration.calendars[CalendarId("office")]


async def test_hours_are_put_in_force_anew_before_they_run_out(
    stage: ApiStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_force = ConfigurationInForce(stage.store, stage.host, stage.clock, stage.team_book)
    await store_configuration(stage.store, CONFIGURATION, UNSIGNED)
    assert await in_force.follow()
    first = hours_of(stage)
    assert not await in_force.follow()
    await stage.ready("ann", "bob", "eve")  # or forty days of alarms that they are not
    now_ms = stage.clock.now_ms
    monkeypatch.setattr(stage.clock, "now_ms", lambda: now_ms() + 40 * DAY_MS)
    assert await in_force.follow()
    assert not await in_force.follow()
    assert hours_of(stage).until_ms >= first.until_ms + 39 * DAY_MS
    assert in_force.version == CONFIGURATION.version
