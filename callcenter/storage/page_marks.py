"""Where a page of the interaction log ends: opaque to clients, the same for SQL and memory."""


def mark(arrived_at_ms: int, contact_id: str) -> str:
    """The mark after which the next page starts."""
    return f"{arrived_at_ms}-{contact_id}"


def place(before: str) -> tuple[int, str]:
    """The (arrived_at_ms, contact_id) a mark stands for; ValueError when it stands for nothing."""
    arrived_at_ms, separator, contact_id = before.partition("-")
    if not separator or not arrived_at_ms.isdecimal() or len(arrived_at_ms) > 18:
        raise ValueError("not a page mark")
    return int(arrived_at_ms), contact_id
