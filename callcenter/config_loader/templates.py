"""Canned replies: what agents need not type again, by queue and in the customer's language."""

import re
from typing import Annotated, Final

from pydantic import Field, field_validator

from callcenter.config_loader.base import Closed, Id, Name

PLACEHOLDERS: Final = ("customer_name", "agent_name")
"""What the console fills in; written in braces: `{customer_name}`."""

_IN_BRACES = re.compile(r"\{([^{}]*)\}")

LanguageTag = Annotated[str, Field(pattern=r"^[a-z]{2}(-[A-Za-z]{2,4})?$")]
Text = Annotated[str, Field(min_length=1, max_length=4_000)]


class Template(Closed):
    """A canned reply. `queues`: where it is offered, everywhere if none is named; `texts`: by language."""

    id: Id
    name: Name
    queues: list[Id] = []
    texts: Annotated[dict[LanguageTag, Text], Field(min_length=1, max_length=50)]

    @field_validator("texts")
    @classmethod
    def _only_known_placeholders(cls, texts: dict[str, str]) -> dict[str, str]:
        for language, text in texts.items():
            for found in _IN_BRACES.findall(text):
                if found not in PLACEHOLDERS:
                    known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
                    raise ValueError(
                        f"{language}: {{{found}}} is no placeholder; there are {known}"
                    )
        return texts
