"""A terminal on one data directory, in this process."""

import io
import sys
from pathlib import Path

import pytest

from callcenter.cli import main
from tests.integration.live_server import (
    configuration_folder,
    may_block,
)


class Terminal:
    """Commands on one data directory."""

    def __init__(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.data_dir = tmp_path / "data"
        self.folder = tmp_path / "config"
        self._capsys = capsys

    def __call__(self, *arguments: str, typed: str = "", at: bool = True) -> tuple[int, str, str]:
        """Run a command here: (exit code, output, errors)."""
        self._capsys.readouterr()
        where = ["--data-dir", str(self.data_dir)] if at else []
        stdin, sys.stdin = sys.stdin, io.StringIO(typed)
        try:
            with may_block():
                code = main([*arguments, *where])
        finally:
            sys.stdin = stdin
        output, errors = self._capsys.readouterr()
        return code, output, errors

    def ok(self, *arguments: str, typed: str = "", at: bool = True) -> str:
        """Run a command that succeeds."""
        code, output, errors = self(*arguments, typed=typed, at=at)
        assert (code, errors) == (0, "")
        return output

    def fails(self, *arguments: str, typed: str = "", at: bool = True) -> str:
        """Run a command that fails; returns its one line."""
        code, output, errors = self(*arguments, typed=typed, at=at)
        assert (code, output) == (1, "")
        assert errors.startswith("callcenter: ")
        assert "Traceback" not in errors
        assert errors.count("\n") == 1
        return errors

    def init(self) -> str:
        """Make the data directory ready."""
        configuration_folder(self.folder)
        return self.ok("init", "--config", str(self.folder))
