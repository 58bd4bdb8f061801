"""The answer is lost in a crash: the same request with the same key gets it from the restarted server."""

from loadtests.http_link import Answer, Json
from tests.chaos.faults.scene import Scene

ROUNDS = 3


async def repeat_after_crash(scene: Scene) -> None:
    """A whole short contact, a kill right after its last answer, then every command again as soon as possible."""
    agent = await scene.agent(0)
    for number in range(ROUNDS):
        customer = await scene.customer(f"answered in a hurry, round {number}")
        offer = await scene.offer_of(agent)
        contact = f"/api/v1/contacts/{customer.contact_id}"
        requests: list[tuple[str, Json]] = [
            (f"/api/v1/offers/{offer['offer_id']}/accept", {}),
            (f"{contact}/messages", {"text": f"quick answer {number}"}),
            (f"{contact}/end", {}),
            (f"{contact}/wrap-up", {"disposition_id": "information", "notes": f"notes {number}"}),
        ]
        first = [
            await agent.link.request("POST", path, body, f"round-{number}-{step}")
            for step, (path, body) in enumerate(requests)
        ]
        scene.check(all(answer.is_done for answer in first), f"round {number}: {_told(first)}")
        await scene.server.kill()
        await scene.server.start()
        again = [
            await agent.link.request("POST", path, body, f"round-{number}-{step}")
            for step, (path, body) in enumerate(requests)
        ]
        for (path, _), before, after in zip(requests, first, again, strict=True):
            same = (before.status, before.body) == (after.status, after.body)
            verb = path.rpartition("/")[2]
            scene.check(same, f"{verb}, repeated: {_told([before])} became {_told([after])}")
        await agent.until(lambda: agent.is_open and not agent.desk["assignments"], 10)


def _told(answers: list[Answer]) -> str:
    return "; ".join(f"{answer.status} {answer.code}" for answer in answers)
