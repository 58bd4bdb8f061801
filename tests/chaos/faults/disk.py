"""The disk fills up under a conversation: 503, nothing lost, recovery by itself (F3)."""

import asyncio
import resource

from loadtests.clients import AgentClient, CustomerClient
from tests.chaos.faults.scene import Scene

RECOVERED_WITHIN_S = 5.0
LOG_FITS_BYTES = 8_192
"""More than the log of a scene, less than the write-ahead log has reached when the disk fills up."""


def limit_files(pid: int, soft: int) -> None:
    """No file of that process may grow or be written past `soft` bytes: a full disk, seen from inside."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, resource.RLIM_INFINITY))


async def full_disk(scene: Scene) -> None:
    """No write of the store succeeds for a while; the log, a short file, can still be written."""
    await _full(scene, LOG_FITS_BYTES)


async def full_disk_and_log(scene: Scene) -> None:
    """The log lies on the same full disk: losing log lines must not cost the server."""
    await _full(scene, 0)


async def _full(scene: Scene, bytes_max: int) -> None:
    """Clients are told so, and all goes on when there is room again."""
    agent = await scene.agent(0)
    customer = await scene.connected(agent, "in conversation when the disk fills up")
    waiting = await scene.customer("has just been offered")
    offer = await scene.offer_of(agent)
    limit_files(scene.server.pid, bytes_max)
    try:
        await _refused_while_full(scene, agent, customer)
    finally:
        limit_files(scene.server.pid, resource.RLIM_INFINITY)
    await scene.server.until_ready(RECOVERED_WITHIN_S)
    answer = await agent.accept(offer["offer_id"])
    scene.check(answer.is_done, f"accept after recovery was answered {answer.status} {answer.code}")
    await _repeats_are_done_once(scene, agent, customer)
    told = await customer.until(lambda: customer.owed == 0, 10)
    if not told:
        await customer.say_again(0)
        told = await customer.until(lambda: customer.owed == 0, 5)
    scene.check(told, "the customer's message was never stored")
    await waiting.until(lambda: waiting.state == "connected", 5)
    for one in (customer, waiting):
        scene.check(one.state == "connected", f"{one.contact_id} is {one.state} after recovery")
        await scene.finish(agent, one.contact_id)


async def _repeats_are_done_once(
    scene: Scene, agent: AgentClient, customer: CustomerClient
) -> None:
    """What was answered 503 is asked again with the same keys, twice."""
    path = f"/api/v1/contacts/{customer.contact_id}/messages"
    for number in (0, 1, 2, 0, 1, 2):
        body = {"text": f"line {number} to a full disk"}
        answer = await agent.link.request("POST", path, body, f"full-{number}")
        scene.check(answer.is_done, f"a repeat was answered {answer.status} {answer.code}")


async def _refused_while_full(scene: Scene, agent: AgentClient, customer: CustomerClient) -> None:
    path = f"/api/v1/contacts/{customer.contact_id}/messages"
    for number in range(3):
        async with agent.link.http.post(
            agent.link.url + path,
            json={"text": f"line {number} to a full disk"},
            headers={**agent.link.headers(), "Idempotency-Key": f"full-{number}"},
        ) as reply:
            body = await reply.json()
            code = body.get("error", {}).get("code")
            text = f"a command on a full disk was answered {reply.status} {code}"
            scene.check(reply.status == 503 and code == "storage_unavailable", text)
            scene.check("Retry-After" in reply.headers, "the 503 carries no Retry-After")
        await asyncio.sleep(0.3)
    await customer.say("a customer's line to a full disk")
    scene.check(await scene.server.ask("/readyz") == 503, "/readyz is not 503 on a full disk")
    scene.check(await scene.server.ask("/healthz") == 200, "/healthz is not 200 on a full disk")
    state = await agent.link.request("GET", "/api/v1/me/desk")
    scene.check(state.status == 200, f"reading the desk on a full disk was answered {state.status}")
    await asyncio.sleep(1.0)
    scene.check(scene.server.is_running, "the server ended on a full disk")
