"""Fields that bodies and queries of several subjects have."""

from typing import Annotated

from msgspec import Meta

Version = Annotated[int, Meta(ge=1, le=2**31 - 1)]
"""Of a row that is changed by whoever has seen its newest version."""

AnyId = Annotated[str, Meta(max_length=64)]
"""An id that may be left empty, or name nothing."""

CustomerNumber = Annotated[str, Meta(pattern=r"^$|^\+?[0-9 ()./-]{3,32}$", max_length=32)]
"""A customer's telephone number as it is typed, or none."""
