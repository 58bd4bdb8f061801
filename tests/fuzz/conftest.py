"""A server to be attacked: in this process, on its own thread, over real sockets and a real SQLite file."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from callcenter.bootstrap.gateway import HostGateway
from callcenter.channels.chat_entrance import ChatEntrance
from callcenter.channels.chat_routes import ROUTES as CHAT_ROUTES
from callcenter.channels.chat_routes import ChatServices, WidgetConfiguration, WidgetText
from callcenter.channels.chat_throttle import StartThrottle
from callcenter.channels.chat_tokens import ChatTokens
from callcenter.channels.visit_book import VisitBook
from callcenter.clock import new_id
from callcenter.customers.keys import CustomerKeys
from callcenter.customers.lookup import CustomerLookup
from callcenter.customers.rules import CustomerRules
from callcenter.http.serving import mount
from callcenter.ports.articles import (
    Article,
    ArticleText,
    ArticleWrite,
    Asked,
    Asking,
    Question,
)
from callcenter.ports.integrators import Subscription
from callcenter.storage.schema import upgrade
from callcenter.storage.store import open_store
from callcenter.tries import MemoryTries
from crm_link.outbound.model import EntryState
from tests.contract.test_campaigns import campaign, entry, import_
from tests.contract.test_cases import event as case_event
from tests.contract.test_cases import stored as stored_case
from tests.contract.test_leads import event as lead_event
from tests.contract.test_leads import stored as stored_lead
from tests.integration.api_stage import SALES, ApiStage
from tests.integration.lead_stage import PLAN as LEAD_PLAN

T = TypeVar("T")


class Target:
    """The server, and a way to move things inside it from the test's thread."""

    def __init__(self, console_dir: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="target")
        self._thread.start()
        self.stage = self.run(self._start(console_dir))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run on the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def cookie_of(self, name: str) -> str:
        """A session of somebody that has just been opened."""
        self.run(self.stage.log_in(name))
        return self.stage.token(name)

    def stop(self) -> None:
        """Stop the server and its thread."""
        self.run(self.stage.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self, console_dir: Path) -> ApiStage:
        url = f"sqlite:///{console_dir / 'callcenter.db'}"
        await upgrade(url)
        stage = ApiStage(console_dir, await open_store(url, "test"))
        await stage.prepare()
        stage.leads.plan = LEAD_PLAN
        heard = stored_lead("l-sales", queue_id=SALES)
        await stage.store.leads.put(heard, lead_event(heard))
        wrong = stored_case("k-care", department_id="care", from_department_id="works")
        await stage.store.cases.put(wrong, case_event(wrong))
        await stage.store.campaigns.put(campaign("spring", SALES))
        held = entry(1, state=EntryState.PREVIEWED, agent_id="u-ann")
        await stage.store.campaigns.add_list(import_(), [held, entry(2)])
        chat = ChatServices(
            host=stage.host,
            tokens=ChatTokens(b"a secret of this test"),
            entrance=ChatEntrance(
                stage.host,
                CustomerKeys(b"a secret of this test"),
                CustomerLookup(stage.store.profiles, CustomerRules, HostGateway(stage.host)),
                now_ms=stage.clock.now_ms,
                new_id=new_id,
            ),
            visits=_NoVisits(),
            throttle=StartThrottle(10_000, MemoryTries(stage.clock.monotonic_s), new_id),
            widget={"shop": _widget()}.get,
            can_call=lambda _widget: False,
            closed_message=stage.services.closed_messages.of_queue,
            now_ms=stage.clock.now_ms,
            new_id=new_id,
        )
        app = stage.app(
            lambda app, guard: mount(app, CHAT_ROUTES, chat, guard), more_routes=CHAT_ROUTES
        )
        await stage.serve(app)
        await stage.connect("ann", "with-ann")
        await stage.offer_to("ann", "offered-to-ann")
        await stage.catch_up()
        await stage.store.subscriptions.put(
            Subscription(
                subscription_id="s-1",
                name="CRM",
                url="https://crm.example/hook",
                kinds=(),
                queue_ids=(),
                is_paused=True,
                created_at_ms=0,
                created_by="u-ada",
            )
        )
        parcels = Article(article_id="parcels", en=ArticleText("Parcels", "They are late."))
        await stage.store.articles.put([ArticleWrite(parcels, ())])
        await stage.store.article_questions.ask(
            Question(question_id="q-1", query="parcel", first_at_ms=1, last_at_ms=1),
            Asking("a-1", Asked.NO_ANSWER, "u-ann", "", 1),
            open_max=9,
        )
        return stage


class _NoVisits(VisitBook):
    """No widget here has a flow."""

    def __init__(self) -> None:
        pass


def _widget() -> WidgetConfiguration:
    text = WidgetText("Shop", "商店")
    return WidgetConfiguration(
        widget_id="shop", name=text, greeting=text, queue_id=SALES, allowed_origins=frozenset()
    )


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """One server for the whole attack: what one call leaves behind, the next one meets."""
    started = Target(tmp_path_factory.mktemp("console"))
    yield started
    started.stop()
