"""Tables whose rows are committed with an append of the journal, besides its own."""

from typing import Final

from callcenter.storage.tables.articles import article_sendings
from callcenter.storage.tables.campaigns import campaign_attempts
from callcenter.storage.tables.integrators import notices
from callcenter.storage.tables.main import mails, placed_calls

COMMITTED_TABLES: Final = {
    table.name: table
    for table in (mails, placed_calls, article_sendings, campaign_attempts, notices)
}
"""What may be changed together with an append."""
