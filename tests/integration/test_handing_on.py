"""Handing a contact on: the directory of where to, the note that travels, and work put aside meanwhile."""

from routing import commands as cmd
from routing.ids import ContactId
from routing.model import Channel
from tests.integration.api_stage import HELP, SALES, ApiStage


async def test_a_note_travels_with_the_contact(stage: ApiStage) -> None:
    await stage.connect("ann", "c1")
    await stage.ready("bob")
    to_bob = {"agent_id": "u-bob", "note": "Wants a refund for order 77."}
    handed = await stage.ask("POST", "/api/v1/contacts/c1/transfer", by="ann", body=to_bob)
    assert handed.status == 200
    desk = await stage.ask("GET", "/api/v1/me/desk", by="bob")
    (offer,) = desk.body["desk"]["offers"]
    taken = await stage.ask("POST", f"/api/v1/offers/{offer['offer_id']}/accept", by="bob", body={})
    assert taken.status == 200
    read = await stage.ask("GET", "/api/v1/contacts/c1", by="bob")
    (note,) = read.body["details"]["noted"]
    assert (note["author_name"], note["text"]) == ("Ann Display", "Wants a refund for order 77.")
    lines = await stage.ask("GET", "/api/v1/contacts/c1/messages", by="bob")
    assert [line["text"] for line in lines.body["messages"]] == ["Where is my parcel?"]


async def test_a_transfer_that_is_refused_leaves_no_note(stage: ApiStage) -> None:
    await stage.connect("ann", "c1")
    nowhere = {"agent_id": "u-bob", "note": "never stored"}
    refused = await stage.ask("POST", "/api/v1/contacts/c1/transfer", by="ann", body=nowhere)
    assert refused.code == "agent_not_eligible"
    await stage.catch_up()
    read = await stage.ask("GET", "/api/v1/contacts/c1", by="ann")
    assert read.body["details"]["noted"] == []


async def test_the_directory_names_the_agents_who_are_there_and_the_free_first(
    stage: ApiStage,
) -> None:
    await stage.connect("ann", "c1")
    await stage.break_for("bob")
    await stage.arrive("c2", HELP)
    path = "/api/v1/contacts/c1/directory"
    told = (await stage.ask("GET", path, by="ann")).body
    waiting = {queue["queue_id"]: queue["waiting"] for queue in told["queues"]}
    assert waiting == {SALES: 0, HELP: 1}
    assert [(one["display_name"], one["is_free"], one["state"]) for one in told["agents"]] == [
        ("Bob Display", False, "not_ready"),
    ]
    await stage.ready("bob", "eve")
    told = (await stage.ask("GET", path, by="ann")).body
    assert [(one["agent_id"], one["is_free"]) for one in told["agents"]] == [("u-bob", True)]
    assert not told["has_more"]


async def test_the_directory_finds_agents_by_part_of_their_name(stage: ApiStage) -> None:
    await stage.connect("ann", "c1")
    await stage.ready("bob")
    for part, found in (("BO", ["u-bob"]), ("nobody", [])):
        told = await stage.ask("GET", f"/api/v1/contacts/c1/directory?name={part}", by="ann")
        assert [one["agent_id"] for one in told.body["agents"]] == found


async def test_a_closed_contact_goes_nowhere(stage: ApiStage) -> None:
    await stage.connect("ann", "c1")
    await stage.ask("POST", "/api/v1/contacts/c1/end", by="ann", body={})
    done = {"disposition_id": "solved"}
    await stage.ask("POST", "/api/v1/contacts/c1/wrap-up", by="ann", body=done)
    await stage.catch_up()
    answer = await stage.ask("GET", "/api/v1/contacts/c1/directory", by="ann")
    assert answer.code == "contact_ended"


async def test_a_live_chat_cannot_be_put_aside(stage: ApiStage) -> None:
    await stage.connect("ann", "c1")
    answer = await stage.ask("POST", "/api/v1/contacts/c1/park", by="ann", body={})
    assert (answer.status, answer.code) == (409, "contact_not_parkable")
    answer = await stage.ask("POST", "/api/v1/contacts/c1/resume", by="ann", body={})
    assert (answer.status, answer.code) == (409, "contact_not_parked")


async def test_mail_is_put_aside_and_taken_up_again(stage: ApiStage) -> None:
    room = {"capacity": {"total": 1, "per_channel": {"email": 1}}}
    await stage.ask("PATCH", "/api/v1/users/u-ann", by="ada", body=room)
    await stage.ready("ann")
    mail = ContactId("m1")
    await stage.send(cmd.EnqueueContact(mail, Channel.EMAIL, SALES))
    offer_id = stage.offer_of(mail)
    await stage.ask("POST", f"/api/v1/offers/{offer_id}/accept", by="ann", body={})

    async def step(name: str) -> tuple[int, str, bool]:
        answer = await stage.ask("POST", f"/api/v1/contacts/m1/{name}", by="ann", body={})
        assert answer.status == 200
        desk = (await stage.ask("GET", "/api/v1/me/desk", by="ann")).body["desk"]
        (card,) = desk["assignments"]
        return desk["agent"]["capacity_used"], card["state"], card["is_interrupted"]

    assert await step("park") == (0, "parked", False)
    assert await step("resume") == (1, "connected", False)
