"""What all parts of a configuration document share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
Seconds = Annotated[int, Field(ge=1, le=7 * 24 * 3600)]


class Closed(BaseModel):
    """Immutable, and an unknown key is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Name(Closed):
    """A text in both languages."""

    en: Annotated[str, Field(min_length=1, max_length=200)]
    zh: Annotated[str, Field(min_length=1, max_length=200)]


class Text(Closed):
    """A longer text in both languages."""

    en: Annotated[str, Field(min_length=1, max_length=4_000)]
    zh: Annotated[str, Field(min_length=1, max_length=4_000)]


class Named(Closed):
    """Something with an id and a name and no more: a skill, a site, a team, a disposition."""

    id: Id
    name: Name
