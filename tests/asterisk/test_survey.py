"""A survey on the real Asterisk: the agent has hung up, the caller stays and presses a key."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from callcenter.ports.visits import SurveyMark
from loadtests.rig.instance import Asterisk
from loadtests.rig.sipp import Sipp
from tests.asterisk.listening import Ear
from tests.asterisk.stage import ANN, PATIENCE_S, Rig, rig

MARK = """  - id: asked
    name: {en: Asked, zh: 评价}
    start: mark
    nodes:
      mark: {kind: survey, question: friendly, label: {en: Friendly, zh: 友好}, text: {en: "How was it, 1 to 5?", zh: 评分}, attempts: 1, wait_s: 60, next: thanks}
      thanks: {kind: hang_up, text: {en: Thank you, zh: 谢谢}}
"""
FLOWS = f"flows:\n{MARK}"


async def asks(stage: Rig, contact_id: str) -> None:
    """Asterisk waits for the caller's key."""
    book = stage.server.parts.telephony.book

    def is_asked() -> bool:
        call = book.call_of(contact_id)  # type: ignore[arg-type]
        return call is not None and call.is_surveyed and call.flow is not None

    await stage.until(is_asked)


async def given(stage: Rig, contact_id: str, ear: Ear, mark: int) -> Sequence[SurveyMark]:
    """The marks, once there are any. A key that comes before Asterisk listens is lost, as on any phone: it is pressed until it counts."""
    marks = stage.server.parts.store.survey_marks
    async with asyncio.timeout(PATIENCE_S):
        while not (found := await marks.of_contact(contact_id)):  # type: ignore[arg-type]
            await asyncio.to_thread(ear.press, mark)
    return found


async def test_after_the_agent_has_hung_up_the_caller_gives_a_mark(
    tmp_path: Path, asterisk: Asterisk
) -> None:
    with Ear() as ear:
        async with rig(tmp_path, asterisk, of_sales="survey: asked, ", flows=FLOWS) as stage:
            with stage.call(wait=120_000, audio_port=ear.port) as caller:
                assert await stage.hears_music(ear)
                with Sipp("agent-answer", port=ANN, ring=100, talk=60_000):
                    desk = await stage.server.ready_desk("ann")
                    leg = await stage.offered_leg(desk)
                    contact_id = (await stage.talk()).contact_id
                    await stage.do("ann", contact_id, "call/hang-up")
                    await asks(stage, contact_id)
                (mark,) = await given(stage, contact_id, ear, 4)
                assert await stage.over(contact_id) == "released"
                await stage.until(lambda: caller.is_over)
                assert caller.status == 0
            assert (mark.mark, mark.low, mark.high, mark.queue_id) == (4, 1, 5, "sales")
            assert mark.assignment_id == leg
            assert mark.agent_id == stage.server.agent("ann").agent_id
            await stage.until_nothing_is_left()
            shown = (await stage.server.ask("GET", f"/api/v1/contacts/{contact_id}", by="sam")).body
            assert [(one["name"]["en"], one["mark"]) for one in shown["marks"]] == [("Friendly", 4)]
            averages = await stage.server.ask("GET", "/api/v1/statistics/surveys", by="sam")
            (average,) = averages.body["averages"]
            assert (average["group_name"], average["mean_hundredths"]) == ("Ann Berg", 400)
