"""Settings of the process: environment variables `CC_...`, each also a flag of `callcenter run`.

Closed and typed: a wrong value is one clear line at the start. What belongs to the contact centre (queues,
reasons, deadlines) is configuration, not a setting; see docs/configuration.md.
"""

from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

WebhookKey = Annotated[str, Field(pattern=r"^whsec_[A-Za-z0-9+/]{32,100}={0,2}$")]

_ROOT = Path(__file__).resolve().parent.parent

_IN_CLONE = _ROOT / "config" / "demo"
_IN_WHEEL = Path(__file__).resolve().parent / "demo_config"
_DEMO_CONFIG_DIR = _IN_CLONE if _IN_CLONE.is_dir() else _IN_WHEEL


class Role(StrEnum):
    """What a process does of what a domain needs. See docs/cluster.md."""

    ALL = "all"
    ROUTER = "router"
    GATEWAY = "gateway"
    WORKER = "worker"

    @property
    def decides(self) -> bool:
        """Whether the domain's commands are decided here, and what follows from them is done here."""
        return self in (Role.ALL, Role.ROUTER)

    @property
    def keeps(self) -> bool:
        """Whether what is read is kept up to date here, and other programs are told of events from here."""
        return self in (Role.ALL, Role.WORKER)

    @property
    def serves(self) -> bool:
        """Whether pages and programs are answered here."""
        return self is not Role.WORKER


class PhoneSystem(BaseModel):
    """What a process knows of one phone system besides the configuration: its keys, and perhaps another address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["webhook"] = "webhook"
    keys: Annotated[tuple[WebhookKey, ...], Field(min_length=1, max_length=2)]
    control_url: str = ""


class IceServerSetting(BaseModel):
    """A STUN or TURN server that pages are told of."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    urls: Annotated[
        tuple[Annotated[str, Field(pattern=r"^(stun|stuns|turn|turns):[!-~]{1,200}$")], ...],
        Field(min_length=1, max_length=5),
    ]
    username: str = ""
    credential: str = ""


_Context = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,79}$")]


class BrowserSystem(BaseModel):
    """Phones in browsers at an Asterisk. See docs/browser-phone.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    agents_context: _Context = "from-agent"
    guests_context: _Context = "from-web"
    """Where customers' calls begin: it must hold one extension, `call`, and nothing else."""

    options: dict[Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")], str] = {}
    """Further options of every such PJSIP endpoint, e.g. `media_address`."""

    ice_servers: tuple[IceServerSetting, ...] = ()


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

    trunk: str = ""
    """What dials a customer's number, e.g. `PJSIP/{number}@trunk`; empty: no calls are placed."""

    sounds: str = ""
    """Where Asterisk finds spoken texts, e.g. a folder; empty: nothing is heard."""

    outside_after_s: Annotated[int, Field(ge=0, le=3_600)] = 0
    """How long we may be away until the dial plan takes back who waits; 0: never. Needs its extension `T`."""

    browsers: BrowserSystem | None = None
    """Phones in browsers register here: of one phone system alone."""


class SpokenAs(BaseModel):
    """How a phone system that speaks texts itself is told a language and a voice; an empty voice leaves it to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    voice: str = ""


class TwilioSystem(BaseModel):
    """An account of Twilio's, reached by TwiML and REST. See docs/twilio.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["twilio"]
    account_sid: Annotated[str, Field(pattern=r"^AC[0-9a-fA-F]{32}$")]
    auth_tokens: Annotated[
        tuple[Annotated[str, Field(min_length=16, max_length=200)], ...],
        Field(min_length=1, max_length=2),
    ]
    """The first one is used; each is accepted in signatures."""

    public_url: Annotated[str, Field(pattern=r"^https?://[^\s?#]{1,200}$")]
    """Where Twilio reaches this process, as Twilio has it: in front of every proxy."""

    control_url: str = "https://api.twilio.com"
    shown_number: Annotated[str, Field(min_length=1, max_length=64)]
    """The number that agents' phones see: one of the account's."""

    agent_address: Annotated[str, Field(pattern=r"^[!-~]{0,100}\{phone\}[!-~]{0,100}$")] = "{phone}"
    """What rings an agent's phone, e.g. `sip:{phone}@example.sip.twilio.com` or `client:{phone}`."""

    voices: dict[str, SpokenAs] = {}
    """By language; what is not named here is spoken as docs/twilio.md says."""

    sounds_url: Annotated[str, Field(pattern=r"^(https?://[^\s?#]{1,200})?$")] = ""
    """Where files of sounds are served; empty: texts are spoken instead."""

    music_urls: dict[str, Annotated[str, Field(pattern=r"^https?://[^\s#]{1,200}$")]] = {}
    """What waiting callers hear, by the name flows have for it, `""` being the usual; none: Twilio's own music."""


def _kind_of(value: Any) -> str:  # noqa: ANN401 - whatever stands in the setting
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return kind if kind in ("asterisk", "twilio") else "webhook"


AnyPhoneSystem = Annotated[
    Annotated[PhoneSystem, Tag("webhook")]
    | Annotated[AsteriskSystem, Tag("asterisk")]
    | Annotated[TwilioSystem, Tag("twilio")],
    Discriminator(_kind_of),
]


class Settings(BaseSettings):
    """What a process needs to know before it can read anything else."""

    model_config = SettingsConfigDict(env_prefix="CC_", extra="ignore", frozen=True)

    data_dir: Path = Path("var")
    """Where the database, the secret key and the demo passwords live."""

    host: str = "127.0.0.1"
    """The address pages and programs are answered at; `0.0.0.0` is every address of the machine."""

    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """0 takes any free port and prints it."""

    database_url: str = ""
    """`sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/DATABASE`; empty: SQLite in the data directory."""

    migrates_at_start: bool = False
    """Bring PostgreSQL's tables to this version at the start, too; SQLite's always are."""

    role: Role = Role.ALL
    """What this process does; anything but `all` needs PostgreSQL and Redis."""

    redis_url: Annotated[
        str,
        Field(
            pattern=r"^(rediss?://([^\s/@]*@)?([\w.-]+|\[[\da-fA-F:]+\])(:\d{1,5})?(/\d{1,3})?)?$"
        ),
    ] = ""
    """`redis://HOST:PORT/0`; for roles alone."""

    reached_at: Annotated[str, Field(pattern=r"^(https?://[^\s?#/]{1,200})?$")] = ""
    """Where gateways reach this router; empty: its own address and port."""

    domain_id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")] = "main"
    """Whose contacts these are; every row is keyed by it. Never changed afterwards."""

    listed_origins: frozenset[str] = frozenset()
    """Origins besides the server's own that may act with the log-in cookie, e.g. a front's public name."""

    trusted_proxies: frozenset[str] = frozenset()
    """Networks of the reverse proxies in front, e.g. `127.0.0.1/32`: what they say of a caller's address (`X-Forwarded-For`) is believed, nobody else's word is."""

    subscriber_networks: frozenset[str] = frozenset()
    """Networks, besides public addresses, that events may be sent to, e.g. `10.20.0.0/16`; there http will do."""

    is_https: bool = False
    """Behind TLS: the cookie is then sent over https only."""

    is_metrics_public: bool = False
    """Answer /metrics, /healthz and /readyz to other machines too."""

    chats_per_minute: Annotated[int, Field(ge=1)] = 30
    """Chats one network address may start in a minute, in all processes of the domain together."""

    web_calls_per_minute: Annotated[int, Field(ge=1)] = 6
    """Calls from pages that one network address may make in a minute."""

    smtp_listen_host: str = "127.0.0.1"
    """The address mail comes in at."""

    smtp_listen_port: Annotated[int, Field(ge=0, le=65535)] | None = None
    """Where mail comes in, behind a mail server; none: it does not. 0 takes any free port and prints it."""

    mail_bytes_max: Annotated[int, Field(ge=10_000, le=100_000_000)] = 25_000_000
    """Size of one mail; a larger one is refused with 552."""

    smtp_out_host: str = "127.0.0.1"
    """The mail server that takes our mails."""

    smtp_out_port: Annotated[int, Field(ge=1, le=65535)] = 25
    """Its port."""

    smtp_out_tls: Literal["none", "starttls", "tls"] = "none"
    """Whether it is spoken to in the clear, by STARTTLS, or by TLS from the first byte."""

    smtp_out_user: str = ""
    """Who logs in there; empty: nobody does."""

    smtp_out_password: str = ""
    """The password for it."""

    email_from_domain: Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9.-]*)?$")] = ""
    """What stands behind the @ of our Message-IDs; empty: the mailbox's own domain."""

    telephony: dict[str, AnyPhoneSystem] = {}
    """By connection; JSON in the environment. See docs/telephony-protocol.md, docs/asterisk.md and docs/twilio.md."""

    console_dir: Path = _ROOT / "agents" / "console" / "dist"
    """Where the built console lies."""

    demo_config_dir: Path = _DEMO_CONFIG_DIR
    """The configuration folder of `callcenter run --demo`, and of `callcenter init` without `--config`."""

    clock: Literal["wall", "demo"] = "wall"
    """`demo`: `callcenter clock advance` leads it ahead, so that a demo shows in minutes what takes days (docs/cases.md)."""

    demo_password: str = ""
    """One password for all demo accounts instead of random ones; for automated tests."""

    is_log_json: bool = True
    """JSON lines to standard error; at a terminal they are always for a person's eyes."""

    @field_validator("telephony")
    @classmethod
    def _have_one_for_browsers(
        cls, systems: dict[str, AnyPhoneSystem]
    ) -> dict[str, AnyPhoneSystem]:
        taking = [
            one for one in systems.values() if isinstance(one, AsteriskSystem) and one.browsers
        ]
        if len(taking) > 1:
            raise ValueError(
                "phones in browsers register with one phone system: only one may have `browsers`"
            )
        return systems

    @field_validator("subscriber_networks", "trusted_proxies")
    @classmethod
    def _are_networks(cls, texts: frozenset[str]) -> frozenset[str]:
        for text in texts:
            ip_network(text)
        return texts

    @property
    def database(self) -> str:
        """The database's URL."""
        if self.database_url and self.role is not Role.ALL:
            # Whoever takes over ends by this name what its predecessor has open.
            joint = "&" if "?" in self.database_url else "?"
            name = f"callcenter-{self.role}-{self.domain_id}"
            return f"{self.database_url}{joint}application_name={name}"
        if self.database_url:
            return self.database_url
        return f"sqlite:///{self.data_dir.resolve() / 'callcenter.db'}"
