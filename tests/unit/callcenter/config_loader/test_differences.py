"""What another configuration would change, told in words."""

from collections.abc import Callable, Mapping, Sequence

from callcenter.config_loader.compiling import routing_configuration
from callcenter.config_loader.differences import Plain
from callcenter.config_loader.differences import differences as all_differences
from callcenter.config_loader.differences import effects as all_effects
from routing.commands import PutAgent
from routing.ids import QueueId
from routing.model import RoutingConfiguration
from tests.unit.callcenter.config_loader.documents import NOW_MS, agent, document, plain, queue


def differences(before: Plain, after: Plain) -> list[str]:
    """In words."""
    return [one.told() for one in all_differences(before, after)]


def effects(
    before: RoutingConfiguration,
    after: RoutingConfiguration,
    *,
    agents: Sequence[PutAgent],
    name_of: Callable[[str], str],
    contacts: Mapping[QueueId, int],
) -> list[str]:
    """In words."""
    told = all_effects(before, after, agents=agents, name_of=name_of, contacts=contacts)
    return [one.told() for one in told]


def compiled(*queues: dict[str, object]) -> RoutingConfiguration:
    """What the core gets of these queues."""
    return routing_configuration(document(*queues), "v", NOW_MS)


def test_values_are_told_by_their_path_and_entries_by_their_id() -> None:
    before = plain(queue("sales", needs={"zh": 3}, waiting_max=5), queue("old"))
    after = plain(queue("new"), queue("sales", needs={"zh": 4, "en": 1}), timing={"a": 1})
    assert list(differences(before, after)) == [
        "queues.sales.needs.zh: 3 -> 4",
        "queues.sales.needs.en: new",
        "queues.sales.waiting_max: gone",
        "queues.old: gone",
        "queues.new: new",
        "timing: new",
    ]
    assert list(differences(before, before)) == []


def test_what_has_no_id_is_told_whole() -> None:
    assert list(differences({"a": [1, {"b": None}]}, {"a": ["x"]})) == [
        "a: [1, {b: nothing}] -> [x]"
    ]
    assert list(differences({"a": None}, {"a": {"b": True}})) == ["a: nothing -> {b: True}"]


def test_agents_and_contacts_it_concerns() -> None:
    agents = [agent("ann", "sales", "old", skills={"zh": 9}), agent("bo", "sales", "help")]
    before = compiled(queue("sales"), queue("old"), queue("help", needs={"en": 1}))
    after = compiled(queue("sales", needs={"zh": 1}), queue("help"))
    open_now = {QueueId("sales"): 3, QueueId("old"): 1, QueueId("help"): 0}
    said = list(effects(before, after, agents=agents, name_of=str.title, contacts=open_now))
    assert said == [
        "agent Bo loses queue sales",
        "3 contacts of queue sales go on under its new rules, at their age",
        "agent Ann loses queue old",
        "queue old holds 1 contact: nothing is applied before they are gone",
        "agent Bo gains queue help",
    ]
    assert list(effects(before, before, agents=agents, name_of=str, contacts=open_now)) == []


def test_a_wider_step_gains_agents() -> None:
    before = compiled(queue(needs={"zh": 9}))
    after = compiled(queue(needs={"zh": 9}, steps=[{}, {"after_s": 9, "needs": {}}]))
    agents = [agent("ann", "sales", skills={"zh": 9}), agent("bo", "sales")]
    said = list(effects(before, after, agents=agents, name_of=str.title, contacts={}))
    assert said == ["agent Bo gains queue sales"]


def test_many_agents_are_counted() -> None:
    agents = [agent(f"a{number:02d}", "sales") for number in range(12)]
    (said,) = effects(
        compiled(queue()), compiled(queue(needs={"en": 9})), agents=agents, name_of=str, contacts={}
    )
    assert said.startswith("agents a00, a01, ")
    assert said.endswith("a09 and 2 more lose queue sales")
