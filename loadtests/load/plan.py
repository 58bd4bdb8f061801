"""What one run is about, handed from the driver to locust in a file."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from loadtests.load.profiles import PROFILES, Profile

VARIABLE = "CC_LOAD_PLAN"


@dataclass
class Plan:
    """`urls` are the addresses of one service, `seconds` the time in which people come; `cookies` are agents' log-ins, one for each desk."""

    urls: list[str]
    name: str
    seconds: float
    cookies: list[str]
    watcher: str
    report: str
    _given: int = field(default=0, repr=False)

    @property
    def profile(self) -> Profile:
        """How many come when."""
        return PROFILES[self.name]

    def next_cookie(self) -> str:
        """A log-in nobody has been given."""
        self._given += 1
        return self.cookies[self._given - 1]

    def store(self, file: Path) -> None:
        """For `load` in another process."""
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")
        file.chmod(0o600)


def load() -> Plan:
    """The plan whose file the environment names."""
    return Plan(**json.loads(Path(os.environ[VARIABLE]).read_text(encoding="utf-8")))
