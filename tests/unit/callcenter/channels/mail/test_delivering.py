"""What goes out: the same bytes each time, tried again with patience, and given up with a word to somebody."""

from email import message_from_bytes
from email.policy import default

import msgspec
import pytest

from callcenter.channels.mail import limits
from callcenter.channels.mail.composing import composed
from callcenter.channels.mail.delivering import Sender, pause_ms
from callcenter.channels.mail.mails import Address, Attached, Mail, MailKind
from callcenter.channels.mail.storing import Letter
from callcenter.channels.mail.tokens import MailTokens
from callcenter.channels.mail.transport import Outcome
from callcenter.host.chain import ZERO, next_chain
from callcenter.host.envelope import HostUnavailable
from callcenter.ports.journal import JournalBatch, JournalRecord
from callcenter.ports.mails import MailRow, MailState
from callcenter.projections.transcript import MAIL
from callcenter.storage.memory.store import MemoryStore
from routing.ids import ContactId, DetailId
from routing.model import Party

CONTACT = ContactId("00000000-0000-0000-0000-000000000007")
MAIL_ID = DetailId("00000000-0000-0000-0000-000000000009")
TOKENS = MailTokens(b"a secret of this test, long enough")


def mail(**changes: object) -> Mail:
    body = Mail(
        kind=MailKind.REPLY,
        mailbox_id="help",
        message_id=TOKENS.message_id("help@shop.example", CONTACT, MAIL_ID),
        sender=Address("help@shop.example", "竹里客服"),
        to=[Address("mia@example.org", "Mia")],
        subject="Re: 包裹",
        text="It is on its way.\n",
        references=[f"<{number}{'x' * 80}@example.org>" for number in range(20)],
    )
    return msgspec.structs.replace(body, **changes)


def test_the_same_mail_has_the_same_bytes_and_reads_back() -> None:
    files = {"d1": b"\x00\x01"}
    body = mail(
        attachments=[Attached("d1", "发票.pdf", "application/pdf", 2)], cc=[Address("a@b.c")]
    )
    raw = composed(body, 1_000, "help+t@shop.example", files)
    assert raw == composed(body, 1_000, "help+t@shop.example", files)
    told = message_from_bytes(raw, policy=default)
    assert told["Subject"] == "Re: 包裹"
    assert told["Reply-To"].addresses[0].addr_spec == "help+t@shop.example"
    assert told["Message-ID"] == body.message_id
    assert str(told["References"]).split() == list(reversed(body.references))
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert [part.get_filename() for part in told.iter_attachments()] == ["发票.pdf"]


def test_what_is_sent_by_itself_says_so() -> None:
    raw = composed(mail(kind=MailKind.ACKNOWLEDGEMENT), 1_000, "a@b.c", {})
    told = message_from_bytes(raw, policy=default)
    assert (told["Auto-Submitted"], told["Precedence"]) == ("auto-replied", "bulk")


@pytest.mark.parametrize("subject", ["a\nBcc: x@y.z", "a\r\nX: y"])
def test_no_header_gets_in_by_a_subject(subject: str) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        composed(mail(subject=subject), 1_000, "a@b.c", {})


def test_no_header_gets_in_by_a_name() -> None:
    raw = composed(mail(to=[Address("mia@example.org", "Mia\r\nBcc: x@y.z")]), 1_000, "a@b.c", {})
    assert message_from_bytes(raw, policy=default)["Bcc"] is None


def test_pauses_double_up_to_an_hour_with_some_jitter() -> None:
    assert [pause_ms(n, 0.0) for n in (1, 2, 3, 20, 400)] == [
        30_000,
        60_000,
        120_000,
        3_600_000,
        3_600_000,
    ]
    assert pause_ms(1, 0.999) < 37_500


class Post:
    """A next server that answers as told, and those who hear of failures."""

    def __init__(self) -> None:
        self.answers: list[Outcome] = []
        self.sent: list[tuple[str, list[str], bytes]] = []
        self.told: list[MailRow] = []
        self.is_host_there = True

    async def send(self, sender: str, recipients: list[str], raw: bytes) -> Outcome:
        """As told, then taken."""
        self.sent.append((sender, recipients, raw))
        return self.answers.pop(0) if self.answers else Outcome(is_taken=True)

    async def undelivered(self, row: MailRow, mail: Mail) -> None:
        """Noted."""
        del mail
        if not self.is_host_there:
            raise HostUnavailable
        self.told.append(row)


class Office:
    """A store with one mail to send, and a clock."""

    def __init__(self) -> None:
        self.now_ms = 1_000
        self.store, self.post = MemoryStore(), Post()
        self.moves: list[MailState] = []
        self.sender = Sender(
            store=self.store,
            tokens=TOKENS,
            transport=self.post,
            reporter=self.post,
            on_moved=lambda row: self.moves.append(row.state),
            now_ms=lambda: self.now_ms,
            luck=lambda: 0.0,
        )

    async def queue(self, body: Mail) -> None:
        """Put it into the journal as an agent's answer does."""
        row = MailRow(
            mail_id=MAIL_ID,
            contact_id=CONTACT,
            mailbox_id="help",
            message_key="k",
            participants=(),
            state=MailState.QUEUED,
            at_ms=1_000,
            next_at_ms=1_000,
        )
        letter = Letter.of(body, row, author=Party.AGENT, author_name="Ann", told="x")
        details = [msgspec.structs.replace(one, seq=1) for one in letter.details]
        chain = next_chain(ZERO, "d", 1, 1, True, "X", b"")
        record = JournalRecord(1, 1, True, "X", b"", chain)
        await self.store.journal.append(JournalBatch([record], details, (), letter.rows))

    async def row(self) -> MailRow:
        """How far it got."""
        row = await self.store.mails.get(MAIL_ID)
        assert row is not None
        return row

    async def pass_to(self, now_ms: int) -> None:
        """Look what is due then."""
        self.now_ms = now_ms
        await self.sender.send_due()


@pytest.fixture
async def office() -> Office:
    office = Office()
    await office.queue(mail())
    return office


async def test_a_mail_is_marked_then_sent(office: Office) -> None:
    await office.sender.send_due()
    assert office.moves == [MailState.SENDING, MailState.SENT]
    ((sender, recipients, _),) = office.post.sent
    assert TOKENS.contact_of_address(sender) == CONTACT
    assert recipients == ["mia@example.org"]
    assert (await office.row()).next_at_ms is None


async def test_a_server_that_is_down_is_asked_again_later_and_later(office: Office) -> None:
    office.post.answers = [Outcome(is_taken=False, code="unreachable")] * 3
    await office.pass_to(1_000)
    assert (await office.row()).next_at_ms == 31_000
    await office.pass_to(30_999)
    assert len(office.post.sent) == 1
    await office.pass_to(31_000)
    assert (await office.row()).next_at_ms == 91_000
    await office.pass_to(91_000)
    await office.pass_to(10**6)
    row = await office.row()
    assert (row.state, row.attempts, row.failure) == (MailState.SENT, 4, "")
    assert len({raw for _, _, raw in office.post.sent}) == 1, "a repeat is the same mail"


async def test_after_a_day_it_has_failed_and_somebody_hears_it(office: Office) -> None:
    office.post.answers = [Outcome(is_taken=False, code="451 4.3.0")] * 9
    await office.pass_to(1_000 + limits.GIVE_UP_AFTER_MS)
    row = await office.row()
    assert (row.state, row.failure, row.next_at_ms) == (MailState.FAILED, "451 4.3.0", None)
    assert [one.mail_id for one in office.post.told] == [MAIL_ID]


async def test_what_is_refused_for_good_is_not_tried_again(office: Office) -> None:
    office.post.answers = [Outcome(is_taken=False, is_final=True, code="550 5.1.1")]
    await office.sender.send_due()
    assert (await office.row()).state is MailState.FAILED
    assert not await office.sender.send_due()
    assert len(office.post.sent) == 1


async def test_a_failure_that_cannot_be_told_is_told_after_the_lease(office: Office) -> None:
    office.post.answers = [Outcome(is_taken=False, is_final=True, code="550")] * 2
    office.post.is_host_there = False
    await office.sender.send_due()
    assert (await office.row()).state is MailState.SENDING
    office.post.is_host_there = True
    await office.pass_to(1_000 + limits.SENDING_LEASE_MS)
    assert ((await office.row()).state, len(office.post.told)) == (MailState.FAILED, 1)


async def test_a_process_that_died_while_sending_tries_again_after_the_lease(
    office: Office,
) -> None:
    row = await office.row()
    lease = {"state": MailState.SENDING, "next_at_ms": 1_000 + limits.SENDING_LEASE_MS}
    await office.store.mails.put(msgspec.structs.replace(row, **lease))
    await office.sender.send_due()
    assert not office.post.sent
    await office.pass_to(1_000 + limits.SENDING_LEASE_MS)
    assert (await office.row()).state is MailState.SENT


async def test_what_was_erased_is_not_sent(office: Office) -> None:
    await office.store.details.erase(CONTACT)
    await office.sender.send_due()
    assert ((await office.row()).state, (await office.row()).failure) == (
        MailState.FAILED,
        "erased",
    )
    assert not office.post.sent


async def test_a_store_that_fails_leaves_it_where_it_is(office: Office) -> None:
    memory = office.store
    memory.fail_writes()
    await office.sender.send_due()
    assert not office.post.sent
    memory.fail_writes(fail=False)
    assert (await office.row()).state is MailState.QUEUED


async def test_what_cannot_be_written_as_a_mail_fails_with_a_word() -> None:
    office = Office()
    await office.queue(mail(subject="a\nb"))
    await office.sender.send_due()
    assert ((await office.row()).state, (await office.row()).failure) == (
        MailState.FAILED,
        "unwritable",
    )
    assert await office.store.details.of_contact(CONTACT, kind=MAIL)
