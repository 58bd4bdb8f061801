"""A process killed in the middle of appending leaves whole batches and every acknowledged one."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from callcenter.host.chain import ZERO, verify
from callcenter.storage.store import open_store
from routing.ids import ContactId
from tests.contract.append_until_killed import BATCH_SIZES, batch_from
from tests.contract.rows import DOMAIN_ID, all_records


def append_and_kill(url: str, acknowledgements: int) -> int:
    """Let a process append, kill it after some acknowledgements; returns the last one seen."""
    program = Path(__file__).with_name("append_until_killed.py")
    # Who is killed writes down nothing of what was measured: it need not be measured.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, program, url], stdout=subprocess.PIPE, env=plain
    ) as process:
        assert process.stdout is not None
        acknowledged = 0
        for _ in range(acknowledgements):
            acknowledged = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        for line in process.stdout:  # what it had still said before it died
            acknowledged = int(line)
    return acknowledged


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_all_or_nothing(url: str) -> None:
    chance = random.Random(1)
    for _ in range(6):
        acknowledged = append_and_kill(url, chance.randint(1, 400))
        store = await open_store(url, DOMAIN_ID)
        records = await all_records(store.journal)
        verdict = verify(records, 0, ZERO, DOMAIN_ID)
        details = await store.details.of_contact(ContactId("c-1"), kind="message", limit=10**7)
        command_ids = await store.journal.command_ids(10**7)
        await store.close()
        assert verdict.damage is None
        assert verdict.last_seq >= acknowledged
        assert verdict.last_seq in whole_batches(verdict.last_seq)
        assert [detail.seq for detail in details] == list(range(1, verdict.last_seq + 1))
        assert len(command_ids) == len(whole_batches(verdict.last_seq))


def whole_batches(up_to: int) -> list[int]:
    """The seqs at which batches end."""
    ends, seq, number = [], 0, 0
    while seq < up_to:
        seq += BATCH_SIZES[number % len(BATCH_SIZES)]
        number += 1
        ends.append(seq)
    return ends


def test_batches_are_as_expected() -> None:
    assert [len(batch_from(number, (0, ZERO)).records) for number in (0, 1, 6)] == [1, 40, 1]
