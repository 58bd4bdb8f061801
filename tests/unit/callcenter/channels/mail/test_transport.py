"""A mail on the line: whatever its lines end with and begin with, it ends once and reads back as it was."""

from hypothesis import given
from hypothesis import strategies as st

from callcenter.channels.mail import limits
from callcenter.channels.mail.transport import pieces

BITS = st.sampled_from(
    [b"\r\n", b"\n", b"\r", b".", b"..", b"a", b"\r\n.\r\n", b"\n.\n", b"x" * 70]
)


@given(st.lists(BITS, max_size=60).map(b"".join), st.integers(1, 200))
def test_pieces_are_the_whole_mail_and_hold_no_end_of_it(raw: bytes, size: int) -> None:
    usual, limits.PIECE_BYTES = limits.PIECE_BYTES, size  # type: ignore[misc]
    try:
        sent = b"".join(pieces(raw))
    finally:
        limits.PIECE_BYTES = usual  # type: ignore[misc]
    lines = sent.split(b"\r\n")
    assert b"." not in lines
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    wanted = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    read = [line.removeprefix(b".") if line.startswith(b".") else line for line in lines]
    assert b"\n".join(read) == (wanted if wanted.endswith(b"\n") or not wanted else wanted + b"\n")


def test_a_large_mail_goes_in_pieces_that_end_with_a_line() -> None:
    raw = (b"x" * 70 + b"\r\n") * 5_000
    parts = list(pieces(raw))
    assert b"".join(parts) == raw
    assert all(part.endswith(b"\r\n") and len(part) < limits.PIECE_BYTES + 100 for part in parts)
