"""What all tables are made of: the metadata they belong to, and columns by the kind of what they hold."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

Kind = type[TypeEngine[Any]]
Columns = list[sa.Column[Any]]

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


def table(name: str, *items: SchemaItem | Sequence[SchemaItem]) -> sa.Table:
    """A table of domains: `domain_id` leads its primary key. The order counts: rows in bulk are tuples in the columns' order."""
    given = [[one] if isinstance(one, SchemaItem) else one for one in items]
    return sa.Table(name, metadata, *keys("domain_id"), *(one for some in given for one in some))


def keys(*names: str, kind: Kind = sa.String) -> Columns:
    """Of the primary key."""
    return [sa.Column(name, kind, primary_key=True, autoincrement=False) for name in names]


def must(kind: Kind, *names: str) -> Columns:
    """Always there."""
    return [sa.Column(name, kind, nullable=False) for name in names]


def texts(*names: str) -> Columns:
    """Always there; "" for none."""
    return must(sa.String, *names)


def counts(*names: str) -> Columns:
    """Always there."""
    return must(sa.Integer, *names)


def instants(*names: str) -> Columns:
    """In ms, always there."""
    return must(sa.BigInteger, *names)


def flags(*names: str) -> Columns:
    """Always there."""
    return must(sa.Boolean, *names)


def maybe(*names: str, kind: Kind = sa.BigInteger) -> Columns:
    """NULL for what is not so; instants unless said otherwise."""
    return [sa.Column(name, kind) for name in names]
