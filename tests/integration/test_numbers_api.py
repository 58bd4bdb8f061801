"""The whole number of a caller: who is told, and that each look is on record."""

import msgspec
import pytest

from callcenter.ports.journal import Detail
from callcenter.projections.transcript import CALL, Numbers
from routing import commands as cmd
from routing.ids import ContactId, DetailId
from routing.model import Party
from tests.integration.api_stage import HELP, ApiStage

PATH = "/api/v1/contacts/with-bob/numbers"


@pytest.fixture
async def calls(stage: ApiStage) -> ApiStage:
    """Bob has a caller, eve somebody without a number."""
    await stage.connect("bob", "with-bob")
    await stage.connect("eve", "with-eve", HELP)
    for name, caller in (("with-bob", "+861391234567"), ("with-eve", "")):
        contact_id, detail_id = ContactId(name), DetailId(f"{name}.call")
        body = msgspec.json.encode(Numbers(caller, "4001"))
        command = cmd.AddMessage(contact_id, detail_id, Party.CUSTOMER)
        await stage.send(command, Detail(contact_id, detail_id, CALL, body, 1))
    return stage


async def recorded(stage: ApiStage) -> list[tuple[str, str]]:
    page = await stage.ask("GET", "/api/v1/audit?action=number_read", by="ada")
    return [(row["user_id"], row["object_id"]) for row in reversed(page.body["records"])]


async def test_supervisors_see_it_and_each_look_is_on_record(calls: ApiStage) -> None:
    for by in ("sam", "ada"):
        answer = await calls.ask("GET", PATH, by=by)
        assert answer.body == {"caller": "+861391234567", "dialled": "4001"}
    assert (await calls.ask("GET", PATH, by="sue")).code == "contact_unknown"
    assert (await calls.ask("GET", PATH, by="bob")).code == "number_hidden"
    assert await recorded(calls) == [("u-sam", "with-bob"), ("u-ada", "with-bob")]


async def test_agents_see_that_of_their_own_caller_where_the_configuration_says_so(
    calls: ApiStage,
) -> None:
    calls.agents_see_numbers = True
    assert (await calls.ask("GET", PATH, by="bob")).body["caller"] == "+861391234567"
    assert (await calls.ask("GET", PATH, by="ann")).code == "contact_unknown"
    none = await calls.ask("GET", PATH.replace("bob", "eve"), by="eve")
    assert (none.status, none.code) == (409, "number_unknown")
    assert await recorded(calls) == [("u-bob", "with-bob")]
