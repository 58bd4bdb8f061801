"""`callcenter audit verify`: whether the audit log is as it was written; and who is at the command line, for it."""

import argparse
import getpass
import json
from pathlib import Path

from callcenter.auth.audit import AuditAction, AuditTrail, Entry, verify_audit
from callcenter.cli.errors import CommandError
from callcenter.cli.on_store import on_store
from callcenter.cli.options import Subcommands, add_data_dir, say, settings_of
from callcenter.clock import Clock
from callcenter.storage.store import SqlStore


def add(commands: Subcommands) -> None:
    """Declare the commands."""
    audit = commands.add_parser("audit", help="audit log").add_subparsers(required=True)
    verifying = audit.add_parser("verify", help="check every record against the hash chain")
    verifying.add_argument(
        "--anchor", type=Path, metavar="FILE", help="also against what `audit anchor` wrote earlier"
    )
    add_data_dir(verifying)
    verifying.set_defaults(action=on_store(_verify))
    anchoring = audit.add_parser(
        "anchor", help="print where the log ends and its chain value, to be kept elsewhere"
    )
    add_data_dir(anchoring)
    anchoring.set_defaults(action=on_store(_anchor))


async def on_record(
    opened: SqlStore,
    parsed: argparse.Namespace,
    action: AuditAction,
    *,
    object_kind: str = "",
    object_id: str = "",
    facts: dict[str, object] | None = None,
) -> None:
    """Record what somebody did at the command line, under the name of the system's user."""
    trail = AuditTrail(opened.audit_log, settings_of(parsed).domain_id, Clock().now_ms)
    await trail.record(
        Entry(
            action=action,
            user_id=f"cli:{getpass.getuser()}",
            object_kind=object_kind,
            object_id=object_id,
            facts=facts or {},
        )
    )


async def _verify(opened: SqlStore, parsed: argparse.Namespace) -> int:
    anchor = None if parsed.anchor is None else _read_anchor(parsed.anchor)
    verdict = await verify_audit(opened.audit_log, settings_of(parsed).domain_id, anchor)
    if verdict.damaged_no is not None:
        raise CommandError(
            f"audit record {verdict.damaged_no} is damaged: {verdict.damage}; "
            f"{verdict.checked} records before it are whole"
        )
    say(f"The audit log is whole: {verdict.checked} records.")
    return 0


async def _anchor(opened: SqlStore, parsed: argparse.Namespace) -> int:
    audit_no, chain = await opened.audit_log.last()
    say(json.dumps({"audit_no": audit_no, "chain": chain.hex()}))
    return 0


def _read_anchor(file: Path) -> tuple[int, bytes]:
    try:
        anchor = json.loads(file.read_text())
        return int(anchor["audit_no"]), bytes.fromhex(anchor["chain"])
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(
            f"{file} holds no anchor: `callcenter audit anchor` prints one"
        ) from error
