"""Structured logs: a static message and fields, never what a customer said or is called."""

import contextlib
import logging
import sys
from typing import TextIO, cast

import structlog


class _Forgiving:
    """A stream whose failures cost log lines and nothing else: the disk the log lies on may be full."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or lose the line."""
        with contextlib.suppress(OSError):
            return self._stream.write(text)
        return 0

    def flush(self) -> None:
        """Flush, or leave it."""
        with contextlib.suppress(OSError):
            self._stream.flush()


def configure_logs(*, is_json: bool) -> None:
    """Send everything to standard error, as JSON lines or for a person's eyes."""
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer() if is_json else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Forgiving(sys.stderr))),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s %(message)s")
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
