"""Everything in this folder draws examples, also what runs the machine itself."""

import pytest


def pytest_itemcollected(item: pytest.Item) -> None:
    """`-m hypothesis` means all of it: the plugin marks only what is decorated."""
    item.add_marker("hypothesis")
