"""Settings of the process: environment variables `CC_...`, each also a flag of `callcenter run`.

Closed and typed: a wrong value is one clear line at the start. What belongs to the contact centre (queues,
reasons, deadlines) is configuration, not a setting; see docs/configuration.md.
"""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

WebhookKey = Annotated[str, Field(pattern=r"^whsec_[A-Za-z0-9+/]{32,100}={0,2}$")]

_ROOT = Path(__file__).resolve().parent.parent


class PhoneSystem(BaseModel):
    """What a process knows of one phone system besides the configuration: its keys, and perhaps another address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["webhook"] = "webhook"
    keys: Annotated[tuple[WebhookKey, ...], Field(min_length=1, max_length=2)]
    control_url: str = ""


class AsteriskSystem(BaseModel):
    """An Asterisk, reached by ARI: who we are to it. See docs/asterisk.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["asterisk"]
    control_url: str = ""
    user: str
    password: str
    app: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")] = "callcenter"
    """Under this name the dial plan hands us calls: of one process alone."""

    endpoint: str = "PJSIP/{phone}"
    """What rings an agent's phone."""

    sounds: str = ""
    """Where Asterisk finds spoken texts, e.g. a folder; empty: nothing is heard."""


def _kind_of(value: Any) -> str:  # noqa: ANN401 - whatever stands in the setting
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return "asterisk" if kind == "asterisk" else "webhook"


AnyPhoneSystem = Annotated[
    Annotated[PhoneSystem, Tag("webhook")] | Annotated[AsteriskSystem, Tag("asterisk")],
    Discriminator(_kind_of),
]


class Settings(BaseSettings):
    """What a process needs to know before it can read anything else."""

    model_config = SettingsConfigDict(env_prefix="CC_", extra="ignore", frozen=True)

    data_dir: Path = Path("var")
    """Where the database, the secret key and the demo passwords live."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """0 takes any free port and prints it."""

    database_url: str = ""
    """`sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/DATABASE`; empty: SQLite in the data directory."""

    migrates_at_start: bool = False
    """Bring PostgreSQL's tables to this version at the start, too; SQLite's always are."""

    domain_id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")] = "main"

    listed_origins: frozenset[str] = frozenset()
    """Origins besides the server's own that may act with the log-in cookie, e.g. a front's public name."""

    subscriber_networks: frozenset[str] = frozenset()
    """Networks, besides public addresses, that events may be sent to, e.g. `10.20.0.0/16`; there http will do."""

    is_https: bool = False
    """Behind TLS: the cookie is then sent over https only."""

    is_metrics_public: bool = False
    """Answer /metrics, /healthz and /readyz to other machines too."""

    chats_per_minute: Annotated[int, Field(ge=1)] = 30
    """Chats one network address may start in a minute."""

    smtp_listen_host: str = "127.0.0.1"
    smtp_listen_port: Annotated[int, Field(ge=0, le=65535)] | None = None
    """Where mail comes in, behind a mail server; none: it does not. 0 takes any free port and prints it."""

    mail_bytes_max: Annotated[int, Field(ge=10_000, le=100_000_000)] = 25_000_000
    """Size of one mail; a larger one is refused with 552."""

    smtp_out_host: str = "127.0.0.1"
    smtp_out_port: Annotated[int, Field(ge=1, le=65535)] = 25
    smtp_out_tls: Literal["none", "starttls", "tls"] = "none"
    smtp_out_user: str = ""
    smtp_out_password: str = ""
    """The mail server that takes our mails."""

    email_from_domain: Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9.-]*)?$")] = ""
    """What stands behind the @ of our Message-IDs; empty: the mailbox's own domain."""

    telephony: dict[str, AnyPhoneSystem] = {}
    """By connection; JSON in the environment. See docs/telephony-protocol.md and docs/asterisk.md."""

    console_dir: Path = _ROOT / "agents" / "console" / "dist"
    demo_config_dir: Path = _ROOT / "config" / "demo"
    demo_password: str = ""
    """One password for all demo accounts instead of random ones; for automated tests."""

    is_log_json: bool = True

    @field_validator("subscriber_networks")
    @classmethod
    def _are_networks(cls, texts: frozenset[str]) -> frozenset[str]:
        for text in texts:
            ip_network(text)
        return texts

    @property
    def database(self) -> str:
        """The database's URL."""
        if self.database_url:
            return self.database_url
        return f"sqlite:///{self.data_dir.resolve() / 'callcenter.db'}"
