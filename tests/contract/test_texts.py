"""U+0000, which PostgreSQL has no place for: whatever people write, every store keeps the same of it."""

from pathlib import Path

import pytest

from callcenter.storage.store import open_store
from tests.contract.rows import DOMAIN_ID
from tests.integration.api_stage import ApiStage, api_stage
from tests.integration.lead_stage import PLAN

ODD, KEPT = "a\0b", "a\ufffdb"
ARTICLE = {"article_id": "odd", "en": {"title": ODD, "body": ODD}, "tags": [], "note": ODD}
COMPLAINT = {"kind": "complaint", "subject": ODD, "description": ODD, "customer_name": ODD}


async def done(stage: ApiStage, path: str, body: object, by: str = "ann") -> str:
    """A request that is taken: everything it answers, as text."""
    answer = await stage.ask("POST", f"/api/v1{path}", by=by, body=body)
    assert answer.status < 300, (path, answer.body)
    return repr(answer.body)


async def test_every_store_keeps_the_same_of_what_people_write(
    tmp_path: Path, store_url: str
) -> None:
    store = await open_store(store_url, DOMAIN_ID) if store_url else None
    async with api_stage(tmp_path, store) as stage:
        stage.leads.plan = PLAN
        await stage.connect("ann", "chat")
        await done(stage, "/contacts/chat/messages", {"text": ODD})
        opened = await stage.ask("POST", "/api/v1/contacts/chat/cases", by="ann", body=COMPLAINT)
        path = f"/cases/{opened.body['case']['case_id']}/steps"
        moved = await done(stage, path, {"based_on": 1, "step": "note", "text": ODD})
        assert moved.count(repr(KEPT)) == 5
        assert KEPT in await done(stage, "/contacts/chat/leads", {"interest": ODD})
        assert KEPT in await done(stage, "/articles", ARTICLE, "sam")
        await done(stage, "/articles/search", {"query": ODD})


@pytest.mark.parametrize("path", ["/cases/%00", "/contacts/%00/messages", "/articles/%00"])
async def test_an_object_of_such_a_name_is_unknown(
    tmp_path: Path, store_url: str, path: str
) -> None:
    store = await open_store(store_url, DOMAIN_ID) if store_url else None
    async with api_stage(tmp_path, store) as stage:
        assert (await stage.ask("GET", f"/api/v1{path}", by="ada")).status == 404
