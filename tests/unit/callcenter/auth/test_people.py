"""Who can be a person, and how the engine hears of agents."""

import msgspec
import pytest

from callcenter.auth import people
from callcenter.auth.passwords import Passwords
from callcenter.auth.people import Known, NewPerson, PasswordRefused, PersonInvalid
from callcenter.ports.errors import UsernameTaken
from callcenter.ports.people import User
from callcenter.storage.memory.store import MemoryStore
from routing.commands import PutAgent, RemoveAgent
from routing.ids import AgentId, QueueId, SkillId, TeamId
from routing.model import CapacityRule, Channel
from routing.state import Agent

LONG_ENOUGH = "long enough"
KNOWN = Known(
    queue_ids={"sales", "help"}, team_ids={"team"}, skill_ids={"zh", "en"}, site_ids={"south"}
)
QUEUES = (QueueId("sales"), QueueId("help"))
ANN = NewPerson(
    username="ann.b-c_1",
    display_name="Ann 王芳",
    role="agent",
    team_id="team",
    queue_ids=("sales",),
)


class PlainHasher:
    """Fast; for tests only."""

    def hash(self, password: str) -> str:
        return f"#{password}"

    def verify(self, password: str, hash: str) -> bool:  # noqa: A002 - the protocol's name
        return hash == f"#{password}"


async def create(store: MemoryStore, person: NewPerson, password: str = LONG_ENOUGH) -> User:
    return await people.create(
        store.users, Passwords(PlainHasher()), person, user_id="u1", password=password, known=KNOWN
    )


async def test_a_person_is_stored_with_a_hash_only() -> None:
    store = MemoryStore()
    user = await create(store, ANN)
    assert await store.users.get("u1") == user
    assert PlainHasher().verify("long enough", user.password_hash)
    with pytest.raises(UsernameTaken):
        await create(store, ANN)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "a"),
        ("username", "a" * 33),
        ("username", "Ann"),
        ("username", "ann b"),
        ("username", "ann\n"),
        ("username", "王芳王芳"),
        ("username", "١٢٣"),
        ("display_name", ""),
        ("display_name", " Ann"),
        ("display_name", "Ann\nBoss"),
        ("display_name", "A" * 81),
        ("role", "boss"),
        ("language", "English"),
        ("team_id", "nobody"),
        ("queue_ids", ("sales", "sales")),
        ("queue_ids", ("unknown",)),
        ("watched_team_ids", ("unknown",)),
        ("chat_capacity", -1),
        ("chat_capacity", 51),
        ("skills", {"fr": 3}),
        ("skills", {"zh": 0}),
        ("skills", {"zh": 11}),
        ("skills", {f"s{number}": 3 for number in range(101)}),
        ("site", "north"),
        ("capacity", CapacityRule(51, {})),
        ("capacity", CapacityRule(1, {Channel.VOICE: -1})),
        ("primary_queue_id", "help"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(PersonInvalid) as raised:
        await create(MemoryStore(), msgspec.structs.replace(ANN, **{field: value}))
    assert raised.value.field == field
    assert raised.value.message.endswith(".")


@pytest.mark.parametrize(
    "password", ["", "short", "x" * 201, "ann.b-c_1x", "ANN.B-C_12", "aaaaaaaaaaaa"]
)
async def test_a_weak_password_is_refused_and_not_repeated(password: str) -> None:
    with pytest.raises(PasswordRefused) as raised:
        await create(MemoryStore(), ANN, password)
    assert not password or password not in str(raised.value)


async def test_another_password_changes_nothing_else() -> None:
    store = MemoryStore()
    old = await create(store, ANN)
    await people.disable(store.users, old)
    passwords = Passwords(PlainHasher())
    user = await people.set_password(store.users, passwords, old, "quite another")
    assert PlainHasher().verify("quite another", user.password_hash)
    assert user.is_disabled


async def test_the_engine_is_told_what_differs() -> None:
    user = await create(MemoryStore(), msgspec.structs.replace(ANN, skills={"zh": 9}))
    facts = PutAgent(
        AgentId("u1"),
        TeamId("team"),
        (QueueId("sales"),),
        CapacityRule(total=3, per_channel={Channel.CHAT: 3}),
        {SkillId("zh"): 9},
    )
    agent = Agent(
        agent_id=facts.agent_id,
        team_id=facts.team_id,
        queue_ids=facts.queue_ids,
        capacity=facts.capacity,
        skills=facts.skills,
    )
    agents = {agent.agent_id: agent}
    assert people.roster_commands([user], {}, QUEUES) == [facts]
    assert people.roster_commands([user], agents, QUEUES) == []
    moved = msgspec.structs.replace(user, queue_ids=("help",))
    assert people.roster_commands([moved], agents, QUEUES) == [people.agent_facts(moved)]
    taught = msgspec.structs.replace(user, skills={"zh": 10})
    assert people.roster_commands([taught], agents, QUEUES) == [people.agent_facts(taught)]
    promoted = msgspec.structs.replace(user, role="supervisor")
    assert people.roster_commands([promoted], agents, QUEUES) == [RemoveAgent(agent.agent_id)]
    assert people.roster_commands([promoted], {}, QUEUES) == []
    gone = msgspec.structs.replace(user, is_disabled=True)
    assert people.roster_commands([gone], agents, QUEUES) == [RemoveAgent(agent.agent_id)]
    agent.is_removed = True
    assert people.roster_commands([gone], agents, QUEUES) == []
    assert people.roster_commands([user], agents, QUEUES) == [facts]


async def test_a_queue_that_was_dropped_is_left_out_until_it_is_back() -> None:
    both = msgspec.structs.replace(ANN, queue_ids=("sales", "help"))
    user = await create(MemoryStore(), both)
    (fewer,) = people.roster_commands([user], {}, QUEUES[:1])
    assert fewer == msgspec.structs.replace(people.agent_facts(user), queue_ids=QUEUES[:1])
    assert people.roster_commands([user], {}, QUEUES) == [people.agent_facts(user)]
    first = msgspec.structs.replace(user, primary_queue_id="help")
    assert people.roster_commands([first], {}, QUEUES[:1]) == [fewer]
