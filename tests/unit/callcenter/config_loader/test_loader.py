"""Configuration folders: every fault at once, each with its place; equal folders are equal."""

from pathlib import Path

import msgspec
import pytest

from callcenter.config_loader.compiling import routing_configuration
from callcenter.config_loader.loader import (
    ConfigError,
    Configuration,
    load_folder,
    of_document,
    of_stored,
)
from routing.model import MISSED_LIMITS
from tests.tidy.tree import ROOT

NOW_MS = 1_700_000_000_000
QUEUES = """queues:
  - id: sales
    name: {en: Sales, zh: 销售}
    offer_timeout_s: 7
    dispositions: [solved]
"""
REST = """not_ready_reasons:
  - {id: signed_in, name: {en: Signed in, zh: 登录}, alert_after_s: 60}
  - {id: missed, name: {en: Missed, zh: 未接}, alert_after_s: 60}
dispositions:
  - {id: solved, name: {en: Solved, zh: 已解决}}
teams: []
"""


def folder(path: Path, **files: str) -> Path:
    """A folder of YAML files."""
    path.mkdir(exist_ok=True)
    for name, text in files.items():
        (path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return path


def loaded(path: Path, **files: str) -> Configuration:
    """A folder that checks."""
    return load_folder(folder(path, **files), NOW_MS)


def faults(path: Path, **files: str) -> list[str]:
    """What is wrong with a folder; places without the folder's own path."""
    with pytest.raises(ConfigError) as refused:
        load_folder(folder(path, **files), NOW_MS)
    assert str(refused.value) == "\n".join(refused.value.faults)
    return [fault.replace(f"{path}/", "") for fault in refused.value.faults]


def test_what_the_core_gets(tmp_path: Path) -> None:
    configuration = loaded(tmp_path / "a", queues=QUEUES, rest=REST)
    routing = routing_configuration(configuration.document, configuration.version, NOW_MS)
    assert routing.version == configuration.version
    assert [queue.queue_id for queue in routing.queues] == ["sales"]
    assert routing.queues[0].offer_timeout_ms == 7_000
    assert routing.queues[0].disposition_ids == ("solved",)
    assert routing.presence_grace_ms == 15_000
    assert routing.missed_limits == MISSED_LIMITS
    assert {reason.reason_id: reason.alert_after_ms for reason in routing.not_ready_reasons} == {
        "signed_in": 60_000,
        "missed": 60_000,
        "phone_fault": 60_000,
    }


def test_equal_folders_have_equal_versions(tmp_path: Path) -> None:
    first = loaded(tmp_path / "a", queues=QUEUES, rest=REST)
    spaced = QUEUES.replace(
        "    offer_timeout_s: 7\n", "    # a remark\n    offer_timeout_s: 7\n\n"
    )
    reordered = loaded(tmp_path / "b", one=REST + spaced, people="people: [nobody]")
    explicit = loaded(tmp_path / "c", q=QUEUES + "    wrap_up_limit_s: 120\n", r=REST)
    other = loaded(tmp_path / "d", queues=QUEUES.replace("7", "8"), rest=REST)
    assert first.version == reordered.version == explicit.version
    assert first.stored == reordered.stored
    assert other.version != first.version


def test_stored_bytes_give_the_same_configuration(tmp_path: Path) -> None:
    first = loaded(tmp_path / "a", queues=QUEUES, rest=REST)
    again = of_stored(first.stored)
    assert again == first
    assert of_document(again.document).stored == first.stored
    assert "销售" in first.stored.decode()


def test_the_demo_checks() -> None:
    demo = load_folder(ROOT / "config" / "demo", NOW_MS)
    assert of_stored(demo.stored).version == demo.version
    assert msgspec.msgpack.encode(routing_configuration(demo.document, demo.version, NOW_MS))


def test_every_fault_at_once_with_its_place(tmp_path: Path) -> None:
    bad = """queues:
  - id: Sales
    name: {en: Sales}
    offer_timeout_s: soon
    colour: red
    dispositions: []
"""
    assert faults(tmp_path / "a", a=bad, b=REST.replace("60", "0"), c="surprise: 1\n") == [
        "a.yaml:2: queues.0.id: String should match pattern '^[a-z0-9][a-z0-9_-]{0,31}$' [value_invalid]",
        "a.yaml:3: queues.0.name.zh: Field required [value_invalid]",
        "a.yaml:4: queues.0.offer_timeout_s: Input should be a valid integer, unable to parse string as an integer [value_invalid]",
        "a.yaml:6: queues.0.dispositions: List should have at least 1 item after validation, not 0 [value_invalid]",
        "a.yaml:5: queues.0.colour: Extra inputs are not permitted [value_invalid]",
        "b.yaml:2: not_ready_reasons.0.alert_after_s: Input should be greater than or equal to 1 [value_invalid]",
        "b.yaml:3: not_ready_reasons.1.alert_after_s: Input should be greater than or equal to 1 [value_invalid]",
        "c.yaml:1: surprise: Extra inputs are not permitted [value_invalid]",
    ]


def test_what_does_not_exist_is_found(tmp_path: Path) -> None:
    widget = "widgets:\n  - {id: w, name: {en: W, zh: W}, greeting: {en: W, zh: W}, queue: none}\n"
    rest = REST.replace("id: missed", "id: other").replace("id: solved", "id: done")
    queue = QUEUES + "    needs: {zh: 3}\n    hours: day\n"
    queue += "    steps:\n      - {needs: {fr: 1}, queues: [x]}\n      - {asks: team, team: y}\n"
    assert faults(tmp_path / "a", a=queue + widget, b=rest) == [
        "a.yaml:5: queues.0.dispositions: there is no disposition solved [reference_unknown]",
        "a.yaml:6: queues.0.needs: there is no skill zh [reference_unknown]",
        "a.yaml:9: queues.0.steps.0.needs: there is no skill fr [reference_unknown]",
        "a.yaml:9: queues.0.steps.0.queues: there is no queue x [reference_unknown]",
        "a.yaml:10: queues.0.steps.1.team: there is no team y [reference_unknown]",
        "a.yaml:7: queues.0.hours: there is no calendar day [reference_unknown]",
        "a.yaml:12: widgets.0.queue: there is no queue none [reference_unknown]",
        "b.yaml:1: not_ready_reasons: the built-in reason missed needs a name and an alert time [built_in_missing]",
    ]


def test_more_than_five_phones_never_ring_at_once(tmp_path: Path) -> None:
    many = QUEUES + "    broadcast: 6\n    broadcast_voice: 6\n"
    assert faults(tmp_path / "a", a=many + REST) == [
        "a.yaml:7: queues.0.broadcast_voice: Input should be less than or equal to 5 [value_invalid]"
    ]


def test_canned_replies_name_known_queues_and_placeholders(tmp_path: Path) -> None:
    templates = """templates:
  - {id: hello, name: {en: Hello, zh: 您好}, queues: [sales], texts: {en: "Hi {customer_name}, {agent_name} here"}}
  - {id: bye, name: {en: Bye, zh: 再见}, texts: {zh: "{name}再见"}}
"""
    (fault,) = faults(tmp_path / "a", queues=QUEUES, rest=REST, templates=templates)
    assert "templates.yaml:3" in fault
    assert "zh: {name} is no placeholder; there are {customer_name}, {agent_name}" in fault
    templates = templates.replace("{name}", "{customer_name}").replace("[sales]", "[sals]")
    (fault,) = faults(tmp_path / "b", queues=QUEUES, rest=REST, templates=templates)
    assert "there is no queue sals" in fault


def test_ids_stand_once(tmp_path: Path) -> None:
    teams = "teams:\n" + "  - {id: north, name: {en: N, zh: N}}\n" * 2
    (fault,) = faults(tmp_path / "a", a=QUEUES + REST.replace("teams: []\n", teams))
    assert fault == "a.yaml:13: teams.1.id: the id north is there twice [id_repeated]"


def test_a_missing_part_is_told_by_the_folder(tmp_path: Path) -> None:
    assert faults(tmp_path / "a", a=QUEUES) == [
        f"{tmp_path / 'a'}: not_ready_reasons: Field required [value_invalid]",
        f"{tmp_path / 'a'}: dispositions: Field required [value_invalid]",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("queues: [", "bad.yaml:1: this is not valid YAML"),
        ("a: 1\nb: {c: [}\n", "bad.yaml:2: this is not valid YAML"),
        ("- 1\n", "bad.yaml:1: the file must be a mapping"),
        ("just text", "bad.yaml:1: the file must be a mapping"),
        ("a: !!python/object:os.system x\n", "bad.yaml:1: this is not valid YAML"),
        ("teams: []\n", "bad.yaml:1: the key teams stands in another file too"),
        ("teams: []\nteams: []\n", "bad.yaml:2: the key teams is there twice"),
        (
            "surprise: {a: 1, b: {c: 1,\n c: 2}}\n",
            "bad.yaml:2: the key surprise.b.c is there twice",
        ),
        ("1: x\n", "bad.yaml:1: 1: "),
        ("surprise: " + "[" * 2_000 + "]" * 2_000, "bad.yaml: it is nested too deep"),
        ("surprise: &a [*a]\n", "bad.yaml: it is nested too deep"),
    ],
)
def test_files_that_are_no_configuration(tmp_path: Path, text: str, fault: str) -> None:
    found = faults(tmp_path / "a", all=QUEUES + REST, bad=text)
    assert any(one.startswith(fault) for one in found), found


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    path = folder(tmp_path / "a", all=QUEUES + REST)
    (path / "bad.yaml").write_bytes("name: Müller".encode("latin-1"))
    (fault,) = faults(path)
    assert fault.startswith("bad.yaml: this is not valid YAML")


def test_faults_of_the_files_are_told_with_those_of_the_document(tmp_path: Path) -> None:
    found = faults(tmp_path / "a", a=QUEUES + REST.replace("60", "0"), b="x: [", c="teams: []\n")
    assert [one.split(":")[0] for one in found] == ["b.yaml", "c.yaml", "a.yaml", "a.yaml"]


def test_empty_files_say_nothing(tmp_path: Path) -> None:
    assert loaded(tmp_path / "a", all=QUEUES + REST, empty="", remark="# nothing\n").version


def test_no_folder_and_no_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such folder"):
        load_folder(tmp_path / "none", NOW_MS)
    assert faults(tmp_path / "a")[0] == f"{tmp_path / 'a'}: there are no .yaml files [folder_empty]"


def test_places_of_several_files_are_their_own(tmp_path: Path) -> None:
    found = faults(
        tmp_path / "a", a=QUEUES.replace("7", "-7"), b=REST.replace("alert_after_s: 60", "x: 60")
    )
    assert [one.split(":")[0] for one in found] == ["a.yaml", *["b.yaml"] * 4]


def test_teams_are_told_and_not_stored(tmp_path: Path) -> None:
    demo = load_folder(ROOT / "config" / "demo", NOW_MS)
    assert [team.id for team in demo.document.teams] == [
        "north",
        "south",
        "products",
        "management",
    ]
    assert b'"teams":[{' not in demo.stored
    assert of_stored(demo.stored).document.teams == []
