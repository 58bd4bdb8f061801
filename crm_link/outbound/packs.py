"""The rules of a country, as data."""

from typing import Final

from crm_link.outbound.model import RulePack

EVERY_DAY: Final = (1, 2, 3, 4, 5, 6, 7)

CN: Final = RulePack(
    pack_id="cn",
    needs_consent=True,
    from_minute=9 * 60,
    until_minute=20 * 60,
    weekdays=EVERY_DAY,
    per_number_day_max=2,
)
"""Consent first, one refusal is final, called by day."""

FTC: Final = RulePack(
    pack_id="ftc",
    needs_consent=False,
    from_minute=8 * 60,
    until_minute=21 * 60,
    weekdays=EVERY_DAY,
    per_number_day_max=3,
    ring_ms_min=15_000,
    abandoned_permille_max=30,
)
"""The US Telemarketing Sales Rule: 8 to 21 h at the called party, a ring of 15 s, 3 % of live answers in 30 days."""

PACKS: Final = {pack.pack_id: pack for pack in (CN, FTC)}
