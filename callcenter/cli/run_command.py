"""`callcenter run`: the server."""

import argparse
import sys

from callcenter import memory
from callcenter.bootstrap.configuration import NoConfiguration
from callcenter.bootstrap.data_dir import DataDirInUse, SecretDamaged
from callcenter.bootstrap.demo_clock import DemoClockRefused, is_loopback
from callcenter.bootstrap.server import PortInUse, Server
from callcenter.cli import loops
from callcenter.cli.errors import CommandError
from callcenter.cli.options import Subcommands, add_data_dir, say, settings_of
from callcenter.config_loader.loader import ConfigError
from callcenter.host.envelope import HostUnavailable
from callcenter.host.recovery import JournalDamaged
from callcenter.observability.logs import configure_logs
from callcenter.ports.errors import StorageError
from callcenter.settings import Role, Settings


def add(commands: Subcommands) -> None:
    """Declare the command."""
    parser = commands.add_parser("run", help="start the server")
    add_data_dir(parser)
    parser.add_argument("--host", help="address to listen on (CC_HOST; default 127.0.0.1)")
    parser.add_argument("--port", help="port to listen on, 0 = any (CC_PORT; default 8080)")
    parser.add_argument(
        "--demo", action="store_true", help="apply config/demo and make the demo accounts"
    )
    parser.add_argument(
        "--story", action="store_true", help="with --demo: begin with cases under way, in Chinese"
    )
    parser.add_argument(
        "--role",
        choices=[role.value for role in Role],
        help="what this process does of it (CC_ROLE; default all; see docs/cluster.md)",
    )
    parser.set_defaults(action=_run)


def _run(parsed: argparse.Namespace) -> int:
    settings = settings_of(parsed, ("data_dir", "host", "port", "role"))
    if settings.role is not Role.ALL:
        _check_cluster(settings)
    if parsed.demo and not is_loopback(settings.host):
        raise CommandError(
            f"the demo's passwords are printed, so it is refused on {settings.host}: "
            "use a loopback address, or `callcenter init` and `callcenter run` without --demo"
        )
    if parsed.story and not parsed.demo:
        raise CommandError("--story tells of the demo's people: give --demo as well")
    # A person at a terminal reads lines, a log collector behind a pipe reads JSON.
    configure_logs(is_json=settings.is_log_json and not sys.stderr.isatty())
    return loops.run(_serve(settings, demo=parsed.demo, story=parsed.story))


async def _serve(settings: Settings, *, demo: bool, story: bool) -> int:
    server = Server(settings, say)
    try:
        await _start(server, settings, demo=demo, story=story)
        memory.settle()
        server.hear_signals()
        _announce(server, settings)
        is_asked = await server.run_until_stopped()
        say("Stopping: finishing what is under way ..." if is_asked else "Giving up, see the log.")
    finally:
        await server.stop()
    say("Stopped.")
    return 0 if is_asked else 1


async def _start(server: Server, settings: Settings, *, demo: bool, story: bool) -> None:
    """Start, with every way it can fail told in one line."""
    try:
        await server.start(demo=demo, story=story)
    except DataDirInUse as error:
        raise CommandError(
            f"another callcenter runs on the data directory {error}; stop it, or set CC_DATA_DIR"
        ) from error
    except NoConfiguration as error:
        raise CommandError(
            f"{settings.data_dir} holds no configuration yet: run `callcenter init` first"
        ) from error
    except PortInUse as error:
        raise CommandError(
            f"{error} is in use by another program: stop it, or choose with --port or CC_PORT"
        ) from error
    except (ConfigError, DemoClockRefused, JournalDamaged) as error:
        raise CommandError(str(error)) from error
    except (StorageError, HostUnavailable) as error:
        raise CommandError(f"the database cannot be used: {error}") from error
    except SecretDamaged as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{settings.data_dir} cannot be used: {error.strerror}") from error


def _announce(server: Server, settings: Settings) -> None:
    say("")
    if not settings.role.serves:
        say(f"Ready as a {settings.role}. Ctrl-C stops.")
        return
    say(f"  Console   {server.url}/")
    say(f"  Shop page {server.url}/demo   (chat as a customer)")
    say(f"  API       {server.url}/api/v1/openapi.json")
    if server.smtp_address:
        say(f"  Mail in   smtp://{server.smtp_address}")
    if server.accounts:
        say("")
        for account in server.accounts:
            say(f"  {account.role:<11} {account.username:<6} {account.password}")
    if settings.clock == "demo":
        say("")
        say("  Demo clock: callcenter clock advance 2d leads it ahead; every deadline follows.")
    say("")
    say("Ready. Ctrl-C stops.")


def _check_cluster(settings: Settings) -> None:
    role = settings.role
    if not settings.redis_url:
        raise CommandError(f"a {role} needs Redis: set CC_REDIS_URL, e.g. redis://127.0.0.1:6379/0")
    if not settings.database.startswith("postgresql"):
        raise CommandError(f"a {role} needs PostgreSQL: set CC_DATABASE_URL")
    if settings.clock == "demo":
        raise CommandError(
            f"a {role} goes by the clock on the wall: start it without CC_CLOCK=demo"
        )
