"""What the demo begins with: cases in every state, told as if they had happened, and a message on the voicemail.

Theory: each step is taken through the service of cases, by the rules and at an instant that has passed, under an id made of
the story's: started again, or killed in between, nothing comes twice. It is told before anything runs, so that no customer
is called about what was settled long ago.
"""

import asyncio
import hashlib
from pathlib import Path
from typing import Final

import msgspec
import structlog
import yaml

from callcenter.bootstrap.parts import Parts
from callcenter.cases.plans import CasePlan
from callcenter.cases.service import CaseChanged, CaseRefused, CaseService, NewCase, Request
from callcenter.customers.keys import CustomerKeys
from callcenter.ports.cases import CaseWords
from callcenter.ports.people import Users
from callcenter.ports.recordings import (
    RecordingKind,
    RecordingRow,
    Recordings,
    RecordingState,
)
from callcenter.telephony.limits import RECORDING_PART_BYTES
from callcenter.telephony.voicemail import message_contact_id
from callcenter.telephony.waves import WaveRead
from crm_link.cases.model import Actor, CaseKind, Category, RootCause, Step, Taken
from routing.ids import ContactId, QueueId

_log = structlog.get_logger("callcenter.demo")

_HOUR_MS: Final = 3_600_000
_KEPT_MS: Final = 30 * 24 * _HOUR_MS
_LANGUAGE: Final = "zh"


class _Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    hours_ago: float
    by: str
    step: Step
    department: str = ""
    category: Category | None = None
    root_cause: RootCause | None = None
    text: str = ""


class _Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was left on the voicemail, for a queue."""

    file: str
    queue: str
    dialled: str


class ToldCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A case of the story."""

    id: str
    kind: CaseKind
    customer: str
    number: str
    subject: str
    text: str
    by: str
    hours_ago: float
    steps: list[_Step]
    is_major: bool = False
    recording: _Message | None = None

    def named(self, what: str) -> str:
        """An id that is the same at every start."""
        return hashlib.sha256(f"story\0{self.id}\0{what}".encode()).hexdigest()[:32]


def read_story(folder: Path) -> list[ToldCase]:
    """What stands in the folder. Raises OSError, and msgspec.ValidationError for what is no story."""
    content = yaml.safe_load((folder / "cases.yaml").read_text(encoding="utf-8"))
    return msgspec.convert(content, list[ToldCase])


class StoryTeller:
    """One for a start; `tell` may be called at every one."""

    def __init__(self, cases: CaseService, plan: CasePlan, users: Users, *, now_ms: int) -> None:
        """`now_ms`: what the hours are counted from."""
        self._cases = cases
        self._plan = plan
        self._users = users
        self._now_ms = now_ms

    async def tell(self, told: ToldCase, keys: CustomerKeys) -> None:
        """The case and its steps, as far as they were not told before. Raises CaseRefused, CaseChanged, LookupError, StorageError."""
        recording = told.recording
        contact_id = message_contact_id(told.named("message")) if recording else ContactId("")
        new = NewCase(
            case_id=told.named("case"),
            command_id=told.named("received"),
            kind=told.kind,
            is_major=told.is_major,
            words=CaseWords(
                subject=told.subject,
                description=told.text,
                customer_name=told.customer,
                number=told.number,
            ),
            contact_id=contact_id,
            customer_key=keys.key_of(told.number),
            language=_LANGUAGE,
            at_ms=self._at_ms(told.hours_ago),
        )
        actor = await self._actor(told.by)
        await self._cases.open(new, actor.user_id)
        for index, step in enumerate(told.steps):
            request = Request(
                command_id=told.named(f"step {index}"),
                taken=Taken(
                    step=step.step,
                    department_id=step.department,
                    category=step.category,
                    root_cause=step.root_cause,
                    has_text=bool(step.text),
                ),
                text=step.text,
                at_ms=self._at_ms(step.hours_ago),
            )
            await self._cases.take(new.case_id, request, await self._actor(step.by))

    def _at_ms(self, hours_ago: float) -> int:
        return self._now_ms - int(hours_ago * _HOUR_MS)

    async def _actor(self, username: str) -> Actor:
        user = await self._users.by_username(username)
        if user is None:
            raise LookupError(f"the story needs somebody called {username}")
        return Actor(user.user_id, self._plan.of_teams((user.team_id,)))


async def tell_story(parts: Parts, folder: Path, secret: bytes) -> None:
    """All of it that fits people and departments as they are, before anything runs. Raises OSError, StorageError."""
    plan, now_ms = parts.configuration.case_plan(), parts.clock.now_ms()
    if plan is None or not await asyncio.to_thread(folder.exists):
        return
    store, keys = parts.store, CustomerKeys(secret)
    teller = StoryTeller(parts.cases, plan, store.users, now_ms=now_ms)
    for told in await asyncio.to_thread(read_story, folder):
        if await store.cases.get(told.named("case")) is None:
            await leave_message(told, folder, store.recordings, now_ms=now_ms)
        try:
            await teller.tell(told, keys)
        except (CaseRefused, CaseChanged, LookupError) as error:
            _log.warning("story_does_not_fit", case=told.id, kind=type(error).__name__)


async def leave_message(
    told: ToldCase, folder: Path, recordings: Recordings, *, now_ms: int
) -> None:
    """As if it had just been fetched from the phone system: whoever keeps recordings brings it to an agent. Raises OSError, StorageError."""
    message, recording_id = told.recording, told.named("message")
    if message is None:
        return
    began_at_ms = now_ms - int(told.hours_ago * _HOUR_MS)
    row = RecordingRow(
        recording_id=recording_id,
        connection_id="",
        call_id=told.named("call"),
        contact_id=message_contact_id(recording_id),
        kind=RecordingKind.VOICEMAIL,
        queue_id=QueueId(message.queue),
        caller=told.number,
        dialled=message.dialled,
        language=_LANGUAGE,
        state=RecordingState.FETCHING,
        began_at_ms=began_at_ms,
        ended_at_ms=began_at_ms,
        expires_at_ms=now_ms + _KEPT_MS,
        next_at_ms=now_ms,
    )
    await recordings.begin(row)
    read = WaveRead(RECORDING_PART_BYTES, is_listened_to=False)
    content = await asyncio.to_thread((folder / message.file).read_bytes)
    for part, piece in enumerate((*read.add(content), *read.rest())):
        await recordings.put_part(recording_id, part, piece)
    whole = msgspec.structs.replace(
        row,
        state=RecordingState.ARRIVED,
        length_ms=read.length_ms,
        size_bytes=read.size_bytes,
    )
    await recordings.change(whole, [RecordingState.FETCHING])
