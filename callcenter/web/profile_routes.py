"""Customers' profiles, for administrators. An address stands in a body only, never in a URL: those end up in logs.

A profile is a row of the store and no command: putting the same again, or deleting what is gone, changes nothing.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import ObjectKind, Permission
from callcenter.auth.principal import Role
from callcenter.customers.profiles import (
    ADDRESS_CHARACTERS_MAX,
    LANGUAGE_PATTERN,
    WORD_PATTERN,
    profile_fault,
)
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.ports.profiles import Profile
from callcenter.web.schemas import Id
from callcenter.web.services import Services
from routing.errors import RefusalCode
from routing.ids import AgentId

Address = Annotated[str, Meta(min_length=1, max_length=ADDRESS_CHARACTERS_MAX)]
Word = Annotated[str, Meta(pattern=WORD_PATTERN)]


class FindProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The address or number of the customer, however it is written."""

    address: Address


class PutProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that is known of a customer; null is not known. It replaces what was known before.

    `email` is where mail reaches a customer who is known by a number.
    """

    address: Address
    email: Address | None = None
    tier: Word | None = None
    language: Annotated[str, Meta(pattern=LANGUAGE_PATTERN)] | None = None
    region: Word | None = None
    owner_agent_id: Id | None = None
    has_open_complaint: bool = False


class ProfileRow(msgspec.Struct, frozen=True, kw_only=True):
    """A profile. `customer_key` is what journal and interaction log know the customer by."""

    customer_key: str
    address: str
    email: str | None
    tier: str | None
    language: str | None
    region: str | None
    owner_agent_id: str | None
    has_open_complaint: bool


class ProfileView(msgspec.Struct, frozen=True):
    """One profile."""

    profile: ProfileRow


@route(
    "PUT",
    "/api/v1/profiles",
    summary="Add or replace a customer's profile",
    permission=Permission.MANAGE_PROFILES,
    request=PutProfile,
    response=ProfileView,
    errors=(ApiErrorCode.PROFILE_INVALID, RefusalCode.AGENT_UNKNOWN),
    audit=AuditAction.PROFILE_PUT,
)
async def put_profile(call: Call[Services]) -> ProfileView:
    """It counts for contacts that arrive from now on."""
    wanted, store = call.body(PutProfile), call.services.store
    if wanted.owner_agent_id is not None:
        owner = await store.users.get(wanted.owner_agent_id)
        if owner is None or owner.role != Role.AGENT:
            message = "There is no such agent."
            raise ApiError(RefusalCode.AGENT_UNKNOWN, message, path="$.owner_agent_id")
    profile = Profile(
        customer_key=call.services.customer_keys.key_of(wanted.address),
        address=wanted.address.strip(),
        email=(wanted.email or "").strip(),
        tier=wanted.tier or "",
        language=wanted.language or "",
        region=wanted.region or "",
        owner_agent_id=None if wanted.owner_agent_id is None else AgentId(wanted.owner_agent_id),
        has_open_complaint=wanted.has_open_complaint,
    )
    if fault := profile_fault(profile):
        field, sentence = fault
        raise ApiError(ApiErrorCode.PROFILE_INVALID, f"{sentence}.", path=f"$.{field}")
    await store.profiles.put([profile])
    call.trail.object_id = profile.customer_key
    call.trail.object_kind = ObjectKind.PROFILE
    return _view(profile)


@route(
    "POST",
    "/api/v1/profiles/find",
    summary="What is known of a customer, by address or number",
    permission=Permission.MANAGE_PROFILES,
    request=FindProfile,
    response=ProfileView,
    errors=(ApiErrorCode.PROFILE_UNKNOWN,),
    audit=AuditAction.PROFILE_READ,
)
async def find_profile(call: Call[Services]) -> ProfileView:
    """However it is written."""
    customer_key = call.services.customer_keys.key_of(call.body(FindProfile).address)
    return await _read(call, customer_key)


@route(
    "GET",
    "/api/v1/profiles/{customer_key}",
    summary="What is known of a customer, by customer key",
    permission=Permission.MANAGE_PROFILES,
    scope=Scope.profile(),
    response=ProfileView,
    audit=AuditAction.PROFILE_READ,
)
async def read_profile(call: Call[Services]) -> ProfileView:
    """One profile."""
    return await _read(call, call.parameters["customer_key"])


@route(
    "DELETE",
    "/api/v1/profiles/{customer_key}",
    summary="Forget what is known of a customer",
    permission=Permission.MANAGE_PROFILES,
    scope=Scope.profile(),
    status=204,
    audit=AuditAction.PROFILE_DELETED,
)
async def delete_profile(call: Call[Services]) -> None:
    """The address leaves the store with it."""
    await call.services.store.profiles.delete(call.parameters["customer_key"])


ROUTES = (put_profile, find_profile, read_profile, delete_profile)


async def _read(call: Call[Services], customer_key: str) -> ProfileView:
    profile = await call.services.store.profiles.get(customer_key)
    if profile is None:
        raise ApiError(ApiErrorCode.PROFILE_UNKNOWN, "Nothing is known of this customer.")
    call.trail.object_kind, call.trail.object_id = ObjectKind.PROFILE, customer_key
    return _view(profile)


def _view(profile: Profile) -> ProfileView:
    return ProfileView(
        ProfileRow(
            customer_key=profile.customer_key,
            address=profile.address,
            email=profile.email or None,
            tier=profile.tier or None,
            language=profile.language or None,
            region=profile.region or None,
            owner_agent_id=profile.owner_agent_id,
            has_open_complaint=profile.has_open_complaint,
        )
    )
