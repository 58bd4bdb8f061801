"""Tables whose rows are committed with an append of the journal, besides its own."""

from typing import Final

from callcenter.storage.article_tables import article_sendings
from callcenter.storage.campaign_tables import campaign_attempts
from callcenter.storage.integrator_tables import notices
from callcenter.storage.tables import mails, placed_calls

COMMITTED_TABLES: Final = {
    table.name: table
    for table in (mails, placed_calls, article_sendings, campaign_attempts, notices)
}
"""What may be changed together with an append."""
