"""docs/configuration.md names every key and every finding there is."""

import re
from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import BaseModel

from callcenter.config_loader.calendars import BusinessCalendar
from callcenter.config_loader.findings import FindingCode
from callcenter.config_loader.schema import Document
from tests.tidy.tree import ROOT

QUOTED = re.compile(r"`([^`]+)`")
WORD = re.compile(r"\w+")


def models(kind: object) -> Iterator[type[BaseModel]]:
    """A model and those its fields are made of; calendars have a page of their own."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if kind is BusinessCalendar:
            return
        yield kind
        for field in kind.model_fields.values():
            yield from models(field.annotation)
    for argument in get_args(kind):
        yield from models(argument)


def documented() -> set[str]:
    """The words in backticks on the page."""
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    return {word for quoted in QUOTED.findall(text) for word in WORD.findall(quoted)}


@pytest.mark.parametrize("model", sorted(set(models(Document)), key=str), ids=lambda m: m.__name__)
def test_every_key_is_documented(model: type[BaseModel]) -> None:
    assert set(model.model_fields) - documented() - {"en", "zh"} == set()


def test_every_finding_is_documented() -> None:
    assert {str(code) for code in FindingCode} - documented() == set()
