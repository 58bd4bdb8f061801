"""The knowledge base beside a conversation: what may answer the customer, and an article sent with one call.

What is sent is a message or a mail like any other, and a row that says which version of which article it was becomes
durable with it.
"""

from typing import Final

import msgspec

from callcenter.articles import limits
from callcenter.articles.schemas import (
    ArticleSent,
    FoundArticles,
    SendArticle,
    SentArticle,
    SentArticles,
    found_view,
)
from callcenter.articles.services import ArticleServices
from callcenter.articles.wording import told
from callcenter.auth.authorise import Permission
from callcenter.channels.mail.schemas import SendMail
from callcenter.channels.mail.thread import thread_of
from callcenter.channels.mail.writing import letter_of, outgoing_for
from callcenter.customers.profiles import mail_addresses_of
from callcenter.host.envelope import CommandRefused, Envelope, Submitted
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.notices import notice_change, sending_notice
from callcenter.ports.articles import SENDINGS_TABLE, Article, ArticleText, Sending
from callcenter.ports.journal import Detail, RowChange
from callcenter.projections.transcript import MAIL, MESSAGE, Line, line_of
from routing.commands import AddMessage
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId, DetailId
from routing.model import Channel, Party
from routing.state import Contact


class Chosen(msgspec.Struct, frozen=True):
    """What goes out: a version of an article in a language."""

    article: Article
    language: str
    text: ArticleText


SUGGESTED_MAX: Final = 3
"""Articles suggested at once."""

LINES_READ: Final = 3
"""Of the customer's messages: what was said last says what is wanted."""

LINES_CHARACTERS_MAX: Final = 600

_REFUSALS = (
    RefusalCode.NOT_YOUR_CONTACT,
    RefusalCode.CONTACT_NOT_CONNECTED,
    RefusalCode.CONTACT_ENDED,
)


@route(
    "GET",
    "/api/v1/contacts/{contact_id}/article-suggestions",
    summary="Articles that may answer what the customer wrote last",
    permission=Permission.READ_CONTACT,
    scope=Scope.contact(),
    response=FoundArticles,
)
async def suggest_articles(call: Call[ArticleServices]) -> FoundArticles:
    """None while the customer has written nothing."""
    services = call.services
    rows = await services.store.details.of_contact(_contact_id(call), kind=MESSAGE)
    said = [line.text for line in map(line_of, rows) if line.author == Party.CUSTOMER]
    text = "\n".join(said[-LINES_READ:])[-LINES_CHARACTERS_MAX:]
    return found_view(await services.book.suggest(text, limit=SUGGESTED_MAX))


@route(
    "POST",
    "/api/v1/contacts/{contact_id}/articles",
    summary="Send an article to the customer, into the chat or by mail",
    permission=Permission.WORK_CONTACT,
    scope=Scope.contact(),
    request=SendArticle,
    response=ArticleSent,
    is_idempotent=True,
    errors=(
        *_REFUSALS,
        ApiErrorCode.ARTICLE_ADDRESS_UNKNOWN,
        ApiErrorCode.ARTICLE_UNKNOWN,
        ApiErrorCode.ARTICLE_UNSENDABLE,
        ApiErrorCode.MAIL_REFUSED,
    ),
)
async def send_article(call: Call[ArticleServices]) -> ArticleSent:
    """In the customer's language, or in the one there is; during a call to an address of the customer's profile.

    A repeat answers as the first time and sends nothing.
    """
    services, wanted, contact_id = call.services, call.body(SendArticle), _contact_id(call)
    contact = services.mail.host.mirror.contacts.get(contact_id)
    if contact is None:
        raise ApiError(RefusalCode.CONTACT_ENDED, "The contact is closed.")
    article = await services.article(wanted.article_id, "$.article_id")
    if article.is_retired:
        raise _unsendable("This article is retired: take another.")
    asked = wanted.language or services.introductions(contact_id).language[:2]
    chosen = Chosen(article, *article.said_in(asked))
    match contact.channel:
        case Channel.CHAT:
            envelope = _chat(call, chosen)
        case Channel.EMAIL:
            envelope = await _mail(call, contact, chosen)
        case _:
            envelope = await _mail_beside(call, contact, chosen, wanted.to)
    submitted = await _submit(services, envelope)
    services.mail.on_outgoing()
    reply = submitted.reply
    return ArticleSent(submitted.seq, int(reply["version"]), str(reply["language"]))


@route(
    "GET",
    "/api/v1/contacts/{contact_id}/articles",
    summary="Which articles went to the customer in a contact",
    permission=Permission.READ_CONTACT,
    scope=Scope.contact(),
    response=SentArticles,
)
async def read_sent_articles(call: Call[ArticleServices]) -> SentArticles:
    """In the version that was sent."""
    services, contact_id = call.services, _contact_id(call)
    names = await services.names.read()
    mails = {row.mail_id: row.state for row in await services.store.mails.of_contact(contact_id)}
    rows = []
    for one in await services.store.articles.sent_in(contact_id):
        article = await services.store.articles.get(one.article_id, one.version)
        text = None if article is None else article.text(one.language)
        row = SentArticle(
            article_id=one.article_id,
            version=one.version,
            language=one.language,
            title="" if text is None else text.title,
            channel=one.channel,
            sent_by=names.get(one.by_user_id, ""),
            at_ms=one.at_ms,
            state=str(mails.get(DetailId(one.sending_id), "")),
        )
        rows.append(row)
    contact = services.mail.host.mirror.contacts.get(contact_id)
    is_asked = contact is not None and _is_beside(contact, call.principal.user_id)
    addresses = await _addresses_of(services, contact) if contact and is_asked else []
    return SentArticles(rows, addresses)


ROUTES = (suggest_articles, send_article, read_sent_articles)


def _contact_id(call: Call[ArticleServices]) -> ContactId:
    return ContactId(call.parameters["contact_id"])


def _unsendable(message: str) -> ApiError:
    return ApiError(ApiErrorCode.ARTICLE_UNSENDABLE, message)


def _chat(call: Call[ArticleServices], chosen: Chosen) -> Envelope:
    words = told(chosen.text)
    if len(words) > limits.SENT_CHARACTERS_MAX:
        raise _unsendable("This article is too long for a chat message: send it by mail.")
    message_id = DetailId(call.services.new_id())
    line = Line(Party.AGENT, call.principal.display_name, words)
    body, now_ms = msgspec.json.encode(line), call.services.now_ms()
    detail = Detail(_contact_id(call), message_id, MESSAGE, body, now_ms)
    rows = _rows(call, message_id, chosen, Channel.CHAT)
    return _envelope(call, message_id, chosen, ((detail,), rows))


async def _mail(call: Call[ArticleServices], contact: Contact, chosen: Chosen) -> Envelope:
    """An answer to what came last, as the console starts one."""
    services = call.services.mail
    thread = await thread_of(services, contact.contact_id)
    reply = thread.reply
    if reply is None or not reply.to:
        raise ApiError(ApiErrorCode.MAIL_REFUSED, "There is nobody to answer to.")
    newest = next((one for one in reversed(thread.mails) if one.kind == "mail"), thread.mails[-1])
    stored = await services.store.details.of_contact(ContactId(newest.contact_id), kind=MAIL)
    answered = next((row for row in stored if row.detail_id == newest.mail_id), None)
    signature = f"\n\n{reply.signature}" if reply.signature else ""
    mail = SendMail(
        to=[one.address for one in reply.to],
        subject=reply.subject,
        text=f"{told(chosen.text)}{signature}",
        mail_id=newest.mail_id,
    )
    letter = await letter_of(services, contact, mail, author=call.principal, answered=answered)
    rows = _rows(call, letter.mail_id, chosen, Channel.EMAIL)
    return _envelope(call, letter.text_id, chosen, (letter.details, (*letter.rows, *rows)))


def _is_beside(contact: Contact, user_id: str) -> bool:
    """Whether this agent holds something in which nothing can be written to the customer."""
    return contact.channel not in (Channel.CHAT, Channel.EMAIL) and contact.agent_id == user_id


async def _addresses_of(services: ArticleServices, contact: Contact) -> list[str]:
    profile = None
    if contact.customer_key:
        profile = await services.store.profiles.get(contact.customer_key)
    return mail_addresses_of(profile)


async def _mail_beside(
    call: Call[ArticleServices], contact: Contact, chosen: Chosen, to: str | None
) -> Envelope:
    """A first mail, to an address that the profile names now: the console shows it, and the agent has chosen it."""
    services = call.services
    if to is None or to not in await _addresses_of(services, contact):
        message = "The customer's profile names no such e-mail address."
        raise ApiError(ApiErrorCode.ARTICLE_ADDRESS_UNKNOWN, message, path="$.to")
    outgoing = outgoing_for(services.mail, contact, chosen.language)
    mailbox = outgoing.mailbox
    own = services.mail.signature(contact.queue_id) or mailbox.signature
    signature = mailbox.told(own, chosen.language)
    told_whole = f"{told(chosen.text)}\n\n{signature}" if signature else told(chosen.text)
    mail = SendMail(to=[to], subject=chosen.text.title, text=told_whole)
    letter = await letter_of(
        services.mail, contact, mail, author=call.principal, answered=None, outgoing=outgoing
    )
    rows = _rows(call, letter.mail_id, chosen, Channel.EMAIL)
    return _envelope(call, letter.text_id, chosen, (letter.details, (*letter.rows, *rows)))


def _rows(
    call: Call[ArticleServices], sending_id: str, chosen: Chosen, channel: Channel
) -> tuple[RowChange, ...]:
    """That it went out, and what other programs are told of it."""
    sending = Sending(
        sending_id=sending_id,
        article_id=chosen.article.article_id,
        version=chosen.article.version,
        language=chosen.language,
        contact_id=_contact_id(call),
        channel=channel.value,
        by_user_id=call.principal.user_id,
        at_ms=call.services.now_ms(),
    )
    values = msgspec.structs.asdict(sending)
    row = RowChange(SENDINGS_TABLE, {"sending_id": values.pop("sending_id")}, values)
    return row, notice_change(sending_notice(sending))


def _envelope(
    call: Call[ArticleServices],
    text_id: DetailId,
    chosen: Chosen,
    durable: tuple[tuple[Detail, ...], tuple[RowChange, ...]],
) -> Envelope:
    agent_id = AgentId(call.principal.user_id)
    command = AddMessage(_contact_id(call), text_id, Party.AGENT, agent_id)
    reply = {"version": chosen.article.version, "language": chosen.language}
    return Envelope(command, call.command_id, call.digest, reply, *durable)


async def _submit(services: ArticleServices, envelope: Envelope) -> Submitted:
    try:
        return await services.mail.host.submit(envelope)
    except CommandRefused as error:
        if error.refusal.code is RefusalCode.CONTACT_UNKNOWN:
            raise ApiError(RefusalCode.CONTACT_ENDED, "The contact is closed.") from error
        raise
