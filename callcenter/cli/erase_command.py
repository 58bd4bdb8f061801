"""`callcenter erase`: forget a customer. What happened stays on record, without a name, an address or a word."""

import argparse

from callcenter.auth.audit import AuditAction
from callcenter.bootstrap.data_dir import secret_of
from callcenter.cli.audit_command import on_record
from callcenter.cli.errors import CommandError
from callcenter.cli.on_store import on_store
from callcenter.cli.options import Subcommands, add_data_dir, say, settings_of
from callcenter.customers.keys import CustomerKeys
from callcenter.log_rows import EVERYTHING, InteractionFilter
from callcenter.ports.read_models import Interaction
from callcenter.projections.interactions import NAME
from callcenter.storage.store import SqlStore
from routing.ids import ContactId

_PAGE = 500


def add(commands: Subcommands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "erase", help="erase everything personal of a customer, or of one contact"
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--customer",
        metavar="KEY",
        help="as the log shows it; write --customer=KEY, a key may begin with -",
    )
    which.add_argument("--address", help="the customer's address or number")
    which.add_argument("--contact", metavar="ID", help="a contact of a customer without an address")
    add_data_dir(parser)
    parser.set_defaults(action=on_store(_erase))


async def _erase(opened: SqlStore, parsed: argparse.Namespace) -> int:
    await _check_log(opened)
    key = parsed.customer or ""
    if parsed.address is not None:
        key = CustomerKeys(secret_of(settings_of(parsed).data_dir)).key_of(parsed.address)
    contacts = await _contacts(opened, key, parsed.contact)
    still_open = sum([await _is_open(opened, one) for one in contacts])
    if still_open:
        raise CommandError(
            f"{still_open} contacts are not closed yet; nothing was erased: erase when they are"
        )
    rows = await opened.erase_contacts([one.contact_id for one in contacts])
    has_profile = bool(key) and await opened.profiles.delete(key)
    await on_record(
        opened,
        parsed,
        AuditAction.CUSTOMER_ERASED,
        object_kind="customer" if key else "contact",
        object_id=key or str(parsed.contact),
        facts={"contacts": len(contacts), "rows": rows, "has_profile": has_profile},
    )
    profile = "and the profile " if has_profile else ""
    say(f"{rows} rows of {len(contacts)} contacts {profile}are erased; the journal is untouched.")
    return 0


async def _check_log(opened: SqlStore) -> None:
    """The customer's contacts are found in the interaction log: it must know all there are."""
    newest, _ = await opened.journal.last()
    if await opened.rows.cursor(NAME) < newest:
        raise CommandError(
            "the interaction log is behind the journal; run the server until it has caught up"
        )


async def _is_open(opened: SqlStore, contact: Interaction) -> bool:
    """Also while its phone system has not said that the call is over: a restart still reads what was told of it."""
    if contact.closed_at_ms is None:
        return True
    call = await opened.calls.get(contact.contact_id)
    return call is not None and call.ended_at_ms is None


async def _contacts(opened: SqlStore, key: str, contact_id: str | None) -> list[Interaction]:
    if contact_id is not None:
        one = await opened.interactions.get(ContactId(contact_id))
        if one is None:
            raise CommandError(f"there is no contact {contact_id}")
        return [one]
    if not key:
        raise CommandError("this is no address or number")
    found: list[Interaction] = []
    before = None
    wanted = InteractionFilter(customer_key=key)
    while True:
        page = await opened.interactions.page(EVERYTHING, wanted, before=before, limit=_PAGE)
        found += page.interactions
        before = page.next_before
        if before is None:
            return found
