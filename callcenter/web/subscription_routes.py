"""Where other programs hear of events, for administrators: docs/webhooks.md."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import ObjectKind, Permission
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.ports.integrators import DeadLetter, Feed, Stand, Subscription, Track
from callcenter.web.key_routes import Ids, Name, check_queues
from callcenter.web.schemas import PageLength, Request, Seq
from callcenter.web.services import Services
from routing.errors import RefusalCode

Url = Annotated[str, Meta(min_length=1, max_length=1_000)]
Kinds = Annotated[tuple[Annotated[str, Meta(max_length=50)], ...], Meta(max_length=100)]


class NewSubscription(Request, frozen=True, kw_only=True):
    """An address and what it is told; empty `kinds`: every kind, empty `queue_ids`: of every queue."""

    name: Name
    url: Url
    kinds: Kinds
    queue_ids: Ids


class SubscriptionChange(Request, frozen=True, kw_only=True):
    """What is to be different. Paused, nothing is told; what happens meanwhile is told afterwards."""

    name: Name | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    kinds: Kinds | UnsetType = UNSET
    queue_ids: Ids | UnsetType = UNSET
    is_paused: bool | UnsetType = UNSET


class Replay(Request, frozen=True):
    """The events of a feed from one number to another, both included, are told again, under the ids they had."""

    from_seq: Seq
    until_seq: Seq
    feed: Feed = Feed.JOURNAL


class DeadReplay(Request, frozen=True):
    """Which dead letter of a feed is told once more; null: all there are."""

    seq: Seq | None = None
    feed: Feed = Feed.JOURNAL


class SecretChange(Request, frozen=True):
    """The number of the secret that is to be replaced; the same again answers the same secret."""

    secret_no: Seq


class TrackRow(msgspec.Struct, frozen=True, kw_only=True):
    """How far it has come: every event up to `done_seq` is settled. `last_error` is "" while all is well."""

    done_seq: int
    until_seq: int | None
    failing_since_ms: int | None
    attempts: int
    last_error: str
    delivered_at_ms: int | None


class Tracks(msgspec.Struct, frozen=True, kw_only=True):
    """Where a subscription stands in a feed, and where its replays stand while there are some."""

    live: TrackRow | None
    replay: TrackRow | None
    dead: TrackRow | None


class SubscriptionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription, and where it stands: in the journal, and in the notices of cases, leads, articles and campaigns."""

    subscription_id: str
    name: str
    url: str
    kinds: list[str]
    queue_ids: list[str]
    is_paused: bool
    created_at_ms: int
    created_by: str
    live: TrackRow | None
    replay: TrackRow | None
    dead: TrackRow | None
    notices: Tracks
    secret_no: int
    former_until_ms: int | None


class SubscriptionList(msgspec.Struct, frozen=True):
    """Every subscription; the kinds there are; the newest event of the journal, and of the notices."""

    subscriptions: list[SubscriptionRow]
    kinds: list[str]
    newest_seq: int
    newest_notice_no: int


class SubscriptionMade(msgspec.Struct, frozen=True):
    """`secret` is what the receiver checks signatures with; it is not shown again."""

    subscription: SubscriptionRow
    secret: str


class SubscriptionView(msgspec.Struct, frozen=True):
    """One subscription."""

    subscription: SubscriptionRow


class DeadLetterRow(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was given up: replay it by its number in its feed."""

    feed: Feed
    seq: int
    at_ms: int
    attempts: int
    error: str


class DeadLetterPage(msgspec.Struct, frozen=True):
    """Given up, the newest first; `next_before_seq` is null at the end."""

    dead_letters: list[DeadLetterRow]
    next_before_seq: int | None


class DeadLetterQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Of which feed; `before_seq` of the page before."""

    feed: Feed = Feed.JOURNAL
    before_seq: Seq | None = None
    limit: PageLength = 50


@route(
    "GET",
    "/api/v1/subscriptions",
    summary="Where other programs hear of events, and how far each has come",
    permission=Permission.MANAGE_INTEGRATIONS,
    response=SubscriptionList,
)
async def list_subscriptions(call: Call[Services]) -> SubscriptionList:
    """The oldest first."""
    services = call.services
    stored = await services.store.subscriptions.all()
    stands = await services.store.subscriptions.stands()
    names = await services.names.read()
    rows = [_row(one, stands, names) for one in stored]
    newest_notice_no = await services.store.notices.newest()
    kinds = list(services.telling.kinds)
    return SubscriptionList(rows, kinds, services.host.mirror.seq, newest_notice_no)


@route(
    "POST",
    "/api/v1/subscriptions",
    summary="Tell another program of events from now on",
    permission=Permission.MANAGE_INTEGRATIONS,
    request=NewSubscription,
    response=SubscriptionMade,
    status=201,
    errors=(ApiErrorCode.SUBSCRIPTION_INVALID, RefusalCode.QUEUE_UNKNOWN),
    audit=AuditAction.SUBSCRIPTION_ADDED,
)
async def add_subscription(call: Call[Services]) -> SubscriptionMade:
    """It begins with the next event."""
    wanted, services = call.body(NewSubscription), call.services
    if len(await services.store.subscriptions.all()) >= services.telling.subscriptions_max:
        raise ApiError(ApiErrorCode.SUBSCRIPTION_INVALID, "There are too many subscriptions.")
    subscription = Subscription(
        subscription_id=services.new_id(),
        name=wanted.name,
        url=wanted.url,
        kinds=wanted.kinds,
        queue_ids=wanted.queue_ids,
        is_paused=False,
        created_at_ms=services.now_ms(),
        created_by=call.principal.user_id,
    )
    _check(call, subscription)
    newest = {
        Feed.JOURNAL: services.host.mirror.seq,
        Feed.NOTICES: await services.telling.number_new(),
    }
    subscription_id = subscription.subscription_id
    stands = [
        Stand(subscription_id=subscription_id, feed=feed, track=Track.LIVE, done_seq=seq)
        for feed, seq in newest.items()
    ]
    await services.store.subscriptions.put(subscription)
    for stand in stands:
        await services.store.subscriptions.put_stand(stand)
    services.telling.look_again()
    call.trail.object_kind = ObjectKind.SUBSCRIPTION
    call.trail.object_id = subscription.subscription_id
    row = _row(subscription, stands, await services.names.read())
    return SubscriptionMade(row, services.telling.secret_of(subscription))


@route(
    "PATCH",
    "/api/v1/subscriptions/{subscription_id}",
    summary="Change, pause or resume a subscription",
    permission=Permission.MANAGE_INTEGRATIONS,
    scope=Scope.subscription(),
    request=SubscriptionChange,
    response=SubscriptionView,
    errors=(ApiErrorCode.SUBSCRIPTION_INVALID, RefusalCode.QUEUE_UNKNOWN),
    audit=AuditAction.SUBSCRIPTION_CHANGED,
)
async def change_subscription(call: Call[Services]) -> SubscriptionView:
    """What is not named stays."""
    services = call.services
    stored = await _stored(call)
    given = msgspec.structs.asdict(call.body(SubscriptionChange))
    changes = {name: value for name, value in given.items() if value is not UNSET}
    changed = msgspec.structs.replace(stored, **changes)
    _check(call, changed)
    await services.store.subscriptions.put(changed)
    services.telling.look_again()
    call.trail.facts |= {"fields": sorted(changes)}
    return await _view(call, changed)


@route(
    "DELETE",
    "/api/v1/subscriptions/{subscription_id}",
    summary="End a subscription, and forget what was given up",
    permission=Permission.MANAGE_INTEGRATIONS,
    scope=Scope.subscription(),
    status=204,
    audit=AuditAction.SUBSCRIPTION_REMOVED,
)
async def remove_subscription(call: Call[Services]) -> None:
    """A delivery under way may still arrive."""
    await call.services.store.subscriptions.delete(call.parameters["subscription_id"])
    call.services.telling.look_again()


@route(
    "POST",
    "/api/v1/subscriptions/{subscription_id}/replay",
    summary="Tell a part of the journal once more",
    permission=Permission.MANAGE_INTEGRATIONS,
    scope=Scope.subscription(),
    request=Replay,
    response=SubscriptionView,
    status=202,
    errors=(ApiErrorCode.SUBSCRIPTION_INVALID,),
    audit=AuditAction.EVENTS_REPLAYED,
)
async def replay_events(call: Call[Services]) -> SubscriptionView:
    """Beside what is told anyhow; another replay under way is replaced."""
    wanted, services = call.body(Replay), call.services
    newest_seq = services.host.mirror.seq
    if wanted.feed is Feed.NOTICES:
        newest_seq = await services.store.notices.newest()
    if not 1 <= wanted.from_seq <= wanted.until_seq <= newest_seq:
        raise ApiError(
            ApiErrorCode.SUBSCRIPTION_INVALID,
            "from_seq and until_seq name events of the feed, in this order.",
            path="$.until_seq",
        )
    subscription = await _stored(call)
    stand = Stand(
        subscription_id=subscription.subscription_id,
        feed=wanted.feed,
        track=Track.REPLAY,
        done_seq=wanted.from_seq - 1,
        until_seq=wanted.until_seq,
    )
    await services.store.subscriptions.put_stand(stand)
    services.telling.look_again()
    call.trail.facts |= {
        "feed": wanted.feed,
        "from_seq": wanted.from_seq,
        "until_seq": wanted.until_seq,
    }
    return await _view(call, subscription)


@route(
    "GET",
    "/api/v1/subscriptions/{subscription_id}/dead-letters",
    summary="Events that were given up",
    permission=Permission.MANAGE_INTEGRATIONS,
    scope=Scope.subscription(),
    query=DeadLetterQuery,
    response=DeadLetterPage,
)
async def list_dead_letters(call: Call[Services]) -> DeadLetterPage:
    """One more is read than told, to know whether it goes on."""
    wanted = call.query(DeadLetterQuery)
    found = await call.services.store.subscriptions.dead_letters(
        call.parameters["subscription_id"],
        wanted.feed,
        before_seq=wanted.before_seq,
        limit=wanted.limit + 1,
    )
    rows = [_letter(one) for one in found[: wanted.limit]]
    return DeadLetterPage(rows, rows[-1].seq if len(found) > wanted.limit else None)


@route(
    "POST",
    "/api/v1/subscriptions/{subscription_id}/dead-letters/replay",
    summary="Tell what was given up once more: one event or all",
    permission=Permission.MANAGE_INTEGRATIONS,
    scope=Scope.subscription(),
    request=DeadReplay,
    response=SubscriptionView,
    status=202,
    errors=(ApiErrorCode.CHANGED_MEANWHILE,),
    audit=AuditAction.EVENTS_REPLAYED,
)
async def replay_dead_letters(call: Call[Services]) -> SubscriptionView:
    """Under the ids they had; what is taken leaves the list."""
    wanted, store = call.body(DeadReplay), call.services.store.subscriptions
    subscription = await _stored(call)
    subscription_id = subscription.subscription_id
    until_seq = wanted.seq
    before_seq = None if until_seq is None else until_seq + 1
    newest = await store.dead_letters(subscription_id, wanted.feed, before_seq=before_seq, limit=1)
    if not newest or (wanted.seq is not None and newest[0].seq != wanted.seq):
        message = "There is no such dead letter: it may have been taken since."
        raise ApiError(ApiErrorCode.CHANGED_MEANWHILE, message, path="$.seq")
    key = (subscription_id, wanted.feed, Track.DEAD)
    if any((one.subscription_id, one.feed, one.track) == key for one in await store.stands()):
        message = "Dead letters of this subscription are being told again already."
        raise ApiError(ApiErrorCode.CHANGED_MEANWHILE, message)
    stand = Stand(
        subscription_id=subscription_id,
        feed=wanted.feed,
        track=Track.DEAD,
        done_seq=0 if wanted.seq is None else wanted.seq - 1,
        until_seq=newest[0].seq,
    )
    await store.put_stand(stand)
    call.services.telling.look_again()
    which = "all" if wanted.seq is None else wanted.seq
    call.trail.facts |= {"feed": wanted.feed, "dead_letter": which}
    return await _view(call, subscription)


@route(
    "POST",
    "/api/v1/subscriptions/{subscription_id}/secret",
    summary="Replace a subscription's secret; for a day both sign",
    permission=Permission.MANAGE_INTEGRATIONS,
    scope=Scope.subscription(),
    request=SecretChange,
    response=SubscriptionMade,
    errors=(ApiErrorCode.CHANGED_MEANWHILE,),
    audit=AuditAction.SUBSCRIPTION_CHANGED,
)
async def replace_secret(call: Call[Services]) -> SubscriptionMade:
    """Whoever was not told the answer asks again with the number they began with."""
    services, wanted = call.services, call.body(SecretChange)
    subscription = await _stored(call)
    if wanted.secret_no == subscription.secret_no:
        until_ms = services.now_ms() + services.telling.secret_overlap_ms
        subscription = msgspec.structs.replace(
            subscription, secret_no=subscription.secret_no + 1, former_until_ms=until_ms
        )
        await services.store.subscriptions.put(subscription)
        services.telling.look_again()
    elif wanted.secret_no != subscription.secret_no - 1:
        message = "The secret was replaced meanwhile: read the list again."
        raise ApiError(ApiErrorCode.CHANGED_MEANWHILE, message, path="$.secret_no")
    call.trail.facts |= {"fields": ["secret"], "secret_no": subscription.secret_no}
    row = (await _view(call, subscription)).subscription
    return SubscriptionMade(row, services.telling.secret_of(subscription))


ROUTES = (
    list_subscriptions,
    add_subscription,
    change_subscription,
    remove_subscription,
    replay_events,
    list_dead_letters,
    replay_dead_letters,
    replace_secret,
)


async def _stored(call: Call[Services]) -> Subscription:
    found = await call.services.store.subscriptions.get(call.parameters["subscription_id"])
    if found is None:  # removed since the guard has seen it
        raise ApiError(ApiErrorCode.SUBSCRIPTION_UNKNOWN, "There is no such subscription.")
    return found


def _check(call: Call[Services], subscription: Subscription) -> None:
    telling = call.services.telling
    if fault := telling.url_fault(subscription.url):
        raise ApiError(ApiErrorCode.SUBSCRIPTION_INVALID, f"Not taken: {fault}.", path="$.url")
    if not set(subscription.kinds) <= set(telling.kinds):
        raise ApiError(
            ApiErrorCode.SUBSCRIPTION_INVALID, "There is no such kind of event.", path="$.kinds"
        )
    check_queues(call, subscription.queue_ids)


async def _view(call: Call[Services], subscription: Subscription) -> SubscriptionView:
    stands = await call.services.store.subscriptions.stands()
    return SubscriptionView(_row(subscription, stands, await call.services.names.read()))


def _row(one: Subscription, stands: list[Stand], names: dict[str, str]) -> SubscriptionRow:
    tracks = {
        (stand.feed, stand.track): _track(stand)
        for stand in stands
        if stand.subscription_id == one.subscription_id
    }
    journal, notices = (
        Tracks(
            live=tracks.get((feed, Track.LIVE)),
            replay=tracks.get((feed, Track.REPLAY)),
            dead=tracks.get((feed, Track.DEAD)),
        )
        for feed in (Feed.JOURNAL, Feed.NOTICES)
    )
    return SubscriptionRow(
        subscription_id=one.subscription_id,
        name=one.name,
        url=one.url,
        kinds=list(one.kinds),
        queue_ids=list(one.queue_ids),
        is_paused=one.is_paused,
        created_at_ms=one.created_at_ms,
        created_by=names.get(one.created_by, ""),
        live=journal.live,
        replay=journal.replay,
        dead=journal.dead,
        notices=notices,
        secret_no=one.secret_no,
        former_until_ms=one.former_until_ms,
    )


def _track(stand: Stand) -> TrackRow:
    return TrackRow(
        done_seq=stand.done_seq,
        until_seq=stand.until_seq,
        failing_since_ms=stand.failing_since_ms,
        attempts=stand.attempts,
        last_error=stand.last_error,
        delivered_at_ms=stand.delivered_at_ms,
    )


def _letter(one: DeadLetter) -> DeadLetterRow:
    return DeadLetterRow(
        feed=one.feed, seq=one.seq, at_ms=one.at_ms, attempts=one.attempts, error=one.error
    )
