"""Asked by hatchling when a wheel is built: one without the console would be of no use, and nobody would notice."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ConsoleIsBuilt(BuildHookInterface[Any]):
    """Refuses to build without it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before anything is packed; an editable install serves the clone's own files."""
        page = Path(self.root) / "agents" / "console" / "dist" / "index.html"
        if version != "editable" and not page.is_file():
            raise RuntimeError("the console is not built: run `make console` first")
