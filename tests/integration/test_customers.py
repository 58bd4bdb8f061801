"""Customers' profiles: imported, ruled upon, and felt by the contact that arrives."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agents.desk import Introduction
from callcenter.bootstrap.joining import known_to_router_alone
from callcenter.projections.customer_cards import CustomerCards
from routing.ids import ContactId, SkillId
from routing.model import SkillNeed
from tests.integration.live_server import LiveServer, configuration_folder
from tests.integration.terminal import Terminal

RULES = """
customer_rules:
  - {when: 'tier = "vip"', credit_s: 120}
  - {when: 'language = "zh"', needs: {zh: 3}, preferred: owner}
  - {when: 'tier = "diplomat"', needs: {en: 10}, credit_s: 60}
"""
VIP = "address,tier,language,owner\nCAROL@example.org,vip,zh,ann\n"


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal before anything was done."""
    return Terminal(tmp_path, capsys)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    """A running server with rules."""
    async with LiveServer(tmp_path, timing={"more": RULES}) as running:
        yield running


def write(folder: Path, text: str) -> str:
    file = folder / "customers.csv"
    file.write_text(text, encoding="utf-8")
    return str(file)


async def test_a_known_customer_enters_with_what_the_rules_say(
    server: LiveServer, terminal: Terminal, tmp_path: Path
) -> None:
    ann = server.agent("ann").agent_id
    change = {"skills": {"zh": 3}}
    assert (await server.ask("PATCH", f"/api/v1/users/{ann}", by="ada", body=change)).status == 200
    plain = await server.start_chat()
    file = write(tmp_path, VIP)
    told = await asyncio.to_thread(terminal.ok, "import-profiles", file)
    assert told == "1 profiles stored.\n"
    known = await server.start_chat()
    before, contact = server.contact(plain["contact_id"]), server.contact(known["contact_id"])
    assert before is not None
    assert contact is not None
    assert (before.credit_ms, before.own_needs) == (0, ())
    assert (contact.credit_ms, contact.own_needs) == (120_000, (SkillNeed(SkillId("zh"), 3),))
    assert contact.preferred_agent_id == ann


async def test_a_rule_that_asks_for_what_nobody_has_turns_nobody_away(
    server: LiveServer, terminal: Terminal, tmp_path: Path
) -> None:
    file = write(tmp_path, "address,tier\ncarol@example.org,diplomat\n")
    await asyncio.to_thread(terminal.ok, "import-profiles", file)
    started = await server.start_chat()
    contact = server.contact(started["contact_id"])
    assert contact is not None
    assert (contact.credit_ms, contact.own_needs) == (60_000, ())


async def test_a_router_looks_nobody_up_for_desks_that_gateways_show(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = await server.start_chat()
    contact_id = ContactId(started["contact_id"])
    desks = server.parts.desk_introductions(contact_id)

    def look_up(_cards: CustomerCards, _contact_id: ContactId) -> Introduction:
        raise LookupError("of what desks here show")

    monkeypatch.setattr(CustomerCards, "__call__", look_up)
    with pytest.raises(LookupError):
        server.parts.desk_introductions(contact_id)
    told = known_to_router_alone(server.parts)(contact_id)
    assert (told.customer_name, told.customer) == (desks.customer_name, None)


def test_bad_rows_are_told_and_good_ones_stored(terminal: Terminal, tmp_path: Path) -> None:
    terminal.init()
    file = write(tmp_path, "address,tier\na@b.example,vip\n,vip\nc@d.example,TOP\n")
    for _ in range(2):
        code, output, errors = terminal("import-profiles", file)
        assert (code, output) == (1, "1 profiles stored.\n")
        assert errors.splitlines() == [
            f"{file}:3: address: an address or number has 1 to 200 printable characters",
            f"{file}:4: tier: a tier has small letters, digits, - and _, up to 32 characters",
            "callcenter: 2 rows were not stored; correct them and import the file again",
        ]


def test_a_file_that_is_no_list_of_profiles_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    terminal.init()
    assert "line 1 must name the columns" in terminal.fails("import-profiles", write(tmp_path, "x"))
    assert "No such file" in terminal.fails("import-profiles", str(tmp_path / "none.csv"))


def test_a_rule_about_a_skill_that_is_not_there_is_found(
    terminal: Terminal, tmp_path: Path
) -> None:
    folder = configuration_folder(tmp_path / "config", more=RULES.replace("{zh: 3}", "{yue: 3}"))
    code, _, errors = terminal("check-config", str(folder), at=False)
    assert code == 1
    assert "there is no skill yue [reference_unknown]" in errors
