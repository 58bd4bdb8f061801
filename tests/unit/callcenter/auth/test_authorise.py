"""The table of permissions, walked whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.auth.authorise import (
    GRANTS,
    Decision,
    NoObject,
    ObjectFacts,
    Permission,
    authorise,
    may,
)
from callcenter.auth.principal import KeyRole, Principal, Role

IDS = ("a", "b", "c")
FACTS = st.builds(
    ObjectFacts,
    agent_id=st.sampled_from(IDS) | st.none(),
    queue_id=st.sampled_from(IDS) | st.none(),
    team_id=st.sampled_from(IDS) | st.none(),
    department_team_ids=st.lists(st.sampled_from(IDS), max_size=2).map(tuple),
)
OF_NO_OBJECT = (
    Permission.PUBLIC,
    Permission.READ_ARTICLES,
    Permission.EDIT_ARTICLES,
    Permission.READ_TELEPHONY,
    Permission.SUPPRESS_NUMBERS,
)
"""Whoever has it has it everywhere: articles, lines and numbers nobody calls are the whole company's."""
OF_DEPARTMENTS = (Permission.READ_CASE, Permission.WORK_CASE)
PRINCIPALS = st.builds(
    Principal,
    user_id=st.sampled_from(IDS),
    username=st.just("name"),
    display_name=st.just("Name"),
    role=st.sampled_from((*Role, *KeyRole)),
    team_id=st.sampled_from(IDS),
    queue_ids=st.frozensets(st.sampled_from(IDS)),
    watched_team_ids=st.frozensets(st.sampled_from(IDS)),
    language=st.just("en"),
    session_hash=st.just(b""),
    expires_at_ms=st.just(0),
)


def is_watched(principal: Principal, facts: ObjectFacts) -> bool:
    """Of a queue of the principal's, or of a team that the principal watches; a case is of its department's teams."""
    teams = {facts.team_id, *facts.department_team_ids}
    return facts.queue_id in principal.queue_ids or bool(teams & principal.watched_team_ids)


def test_every_role_has_a_row() -> None:
    assert set(GRANTS) == {*Role, *KeyRole}


def test_public_is_granted_to_nobody_because_everybody_has_it() -> None:
    assert all(Permission.PUBLIC not in granted for granted in GRANTS.values())
    assert authorise(None, Permission.PUBLIC, NoObject.MISSING) is Decision.ALLOWED


def test_every_other_permission_is_somebodys() -> None:
    granted = {permission for row in GRANTS.values() for permission in row}
    assert granted == set(Permission) - {Permission.PUBLIC}


@pytest.mark.parametrize("permission", sorted(set(Permission) - {Permission.PUBLIC}))
def test_without_a_session_nothing_else_is_allowed(permission: Permission) -> None:
    for subject in (*NoObject, ObjectFacts("a", "a", "a")):
        assert authorise(None, permission, subject) is Decision.UNAUTHENTICATED


@given(PRINCIPALS, st.sampled_from(Permission), FACTS)
def test_what_is_missing_and_what_is_hidden_are_told_alike(
    principal: Principal, permission: Permission, facts: ObjectFacts
) -> None:
    answers = {authorise(principal, permission, subject) for subject in (facts, NoObject.MISSING)}
    if permission is Permission.PUBLIC:
        assert answers == {Decision.ALLOWED}
    elif permission not in GRANTS[principal.role]:
        assert answers == {Decision.FORBIDDEN}
    else:
        assert answers <= {Decision.ALLOWED, Decision.HIDDEN}
        assert authorise(principal, permission, NoObject.MISSING) is Decision.HIDDEN


@pytest.mark.parametrize("permission", Permission)
@given(principal=PRINCIPALS, facts=FACTS)
def test_an_agent_reaches_only_the_own_and_the_own_queues(
    permission: Permission, principal: Principal, facts: ObjectFacts
) -> None:
    if principal.role is not Role.AGENT or permission in OF_NO_OBJECT:
        return
    if may(principal, permission, facts):
        own = facts.agent_id == principal.user_id or facts.queue_id in principal.queue_ids
        ours = principal.team_id in facts.department_team_ids and permission in OF_DEPARTMENTS
        assert own or ours


@pytest.mark.parametrize("permission", Permission)
@given(principal=PRINCIPALS, facts=FACTS)
def test_a_supervisor_reaches_only_the_own_queues_and_teams(
    permission: Permission, principal: Principal, facts: ObjectFacts
) -> None:
    if principal.role is not Role.SUPERVISOR:
        return
    if permission in (*OF_NO_OBJECT, Permission.HOLD_SESSION, Permission.READ_CONFIGURATION):
        return
    if may(principal, permission, facts):
        assert is_watched(principal, facts)


@given(PRINCIPALS, st.sampled_from(Permission), FACTS)
def test_a_program_reaches_only_the_queues_and_teams_of_its_key(
    principal: Principal, permission: Permission, facts: ObjectFacts
) -> None:
    if principal.role not in set(KeyRole):
        return
    if permission in (
        *OF_NO_OBJECT,
        Permission.READ_CONFIGURATION,
        Permission.MANAGE_PROFILES,
    ):
        return
    if may(principal, permission, facts):
        assert is_watched(principal, facts)


def test_a_log_never_shows_a_name() -> None:
    principal = Principal(
        "u1", "wang.fang", "Wang Fang", Role.AGENT, "t", frozenset(), frozenset(), "zh-CN", b"x", 0
    )
    assert "ang" not in repr(principal)
    assert "u1" in repr(principal)
