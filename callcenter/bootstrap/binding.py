"""The address a process answers at, known before anybody is answered: other processes are told it."""

import socket as sockets

from aiohttp import web

from callcenter.limits import LISTEN_BACKLOG


def bound_socket(host: str, port: int) -> sockets.socket:
    """A socket whose address is known before anybody is answered. Raises OSError."""
    family = sockets.AF_INET6 if ":" in host else sockets.AF_INET
    bound = sockets.socket(family, sockets.SOCK_STREAM)
    try:
        bound.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except BaseException:
        bound.close()
        raise
    return bound


def site_of(runner: web.AppRunner, bound: sockets.socket) -> web.SockSite:
    """What answers at a bound socket."""
    return web.SockSite(runner, bound, backlog=LISTEN_BACKLOG)
