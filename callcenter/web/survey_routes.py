"""Marks of surveys: averages by agent, queue or day."""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from callcenter.auth.authorise import ObjectFacts, Permission, may
from callcenter.clock import day_start_ms
from callcenter.http.contract import Call, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.limits import STATISTICS_FOR_MS_MAX
from callcenter.ports.visits import MarkSum
from callcenter.web.schemas import SEQ_MAX, LocalName
from callcenter.web.services import Services

HOUR_MS = 3_600_000
Hour = Annotated[int, Meta(ge=0, le=SEQ_MAX, multiple_of=HOUR_MS)]


class SurveyQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The time [from, until) in whole hours, and by what marks are counted.

    Without `from_ms` the day that has begun, without `until_ms` up to the end of this hour.
    """

    from_ms: Hour | None = None
    until_ms: Hour | None = None
    by: Literal["agent", "queue", "day"] = "agent"


class SurveyAverage(msgspec.Struct, frozen=True):
    """Marks of one question for an agent or queue, or of a day: how many, and their mean in hundredths.

    `group` is the agent's or queue's id, or the instant at which the day begins; `group_name` an agent's name, else "".
    """

    group: str
    group_name: str
    question: str
    name: LocalName
    low: int
    high: int
    count: int
    mean_hundredths: int


class SurveyAverages(msgspec.Struct, frozen=True):
    """Averages of the queues the caller may see."""

    from_ms: int
    until_ms: int
    averages: list[SurveyAverage]


@route(
    "GET",
    "/api/v1/statistics/surveys",
    summary="What customers answered to surveys: averages by agent, queue or day",
    permission=Permission.LIST_AGENTS,
    query=SurveyQuery,
    response=SurveyAverages,
    errors=(ApiErrorCode.REQUEST_INVALID,),
)
async def survey_averages(call: Call[Services]) -> SurveyAverages:
    """Of the time asked for; marks count when they are given."""
    services, wanted = call.services, call.query(SurveyQuery)
    now_ms = services.now_ms()
    today_ms = day_start_ms(now_ms) // HOUR_MS * HOUR_MS
    from_ms = today_ms if wanted.from_ms is None else wanted.from_ms
    this_hour_ms = (now_ms // HOUR_MS + 1) * HOUR_MS
    until_ms = this_hour_ms if wanted.until_ms is None else wanted.until_ms
    if not 0 < until_ms - from_ms <= STATISTICS_FOR_MS_MAX:
        days = STATISTICS_FOR_MS_MAX // 86_400_000
        raise ApiError(
            ApiErrorCode.REQUEST_INVALID,
            f"The time asked for must end after it begins, and be no longer than {days} days.",
            path="$.until_ms",
        )
    queue_ids = [
        queue_id
        for queue_id in services.host.mirror.queues
        if may(call.principal, Permission.READ_QUEUE, ObjectFacts(queue_id=queue_id))
    ]
    sums = await services.store.survey_marks.sums(from_ms, until_ms, queue_ids)
    names = await services.names.read() if wanted.by == "agent" else {}
    return SurveyAverages(from_ms, until_ms, _averages(sums, wanted.by, names))


def _averages(sums: Iterable[MarkSum], by: str, names: dict[str, str]) -> list[SurveyAverage]:
    counts: dict[tuple[str, str, int, int], tuple[int, int]] = {}
    questions: dict[str, LocalName] = {}
    for one in sums:
        key = (_group(one, by), one.question, one.low, one.high)
        count, total = counts.get(key, (0, 0))
        counts[key] = count + one.count, total + one.total
        questions[one.question] = LocalName(
            one.name_en or one.question.replace("_", " "),
            one.name_zh or one.question.replace("_", " "),
        )
    return [
        SurveyAverage(
            group=group,
            group_name=names.get(group, ""),
            question=question,
            name=questions[question],
            low=low,
            high=high,
            count=count,
            mean_hundredths=(200 * total + count) // (2 * count),
        )
        for (group, question, low, high), (count, total) in sorted(counts.items())
    ]


def _group(one: MarkSum, by: str) -> str:
    if by == "agent":
        return one.agent_id
    return one.queue_id if by == "queue" else str(day_start_ms(one.hour * HOUR_MS))


ROUTES = (survey_averages,)
