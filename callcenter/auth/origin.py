"""The Origin check: a foreign page must not be able to act with somebody's cookie.

`SameSite=Strict` already keeps the cookie away from cross-site requests; this is the second lock, and the only
one for sockets in old browsers and for another site on the same registrable domain.
"""

from collections.abc import Mapping
from typing import Final

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def is_own_origin(
    headers: Mapping[str, str], *, own: str, listed: frozenset[str], is_required: bool
) -> bool:
    """Whether a request comes from the server's own page, or a listed one.

    `own` is `scheme://host` as the browser sees it; a front that ends TLS makes the scheme unreliable, so an
    `https` page of the same host is the server's own too. `is_required`: a request without any Origin (not
    from a browser's page) is foreign; it must be so whenever the cookie is what speaks for the caller.
    """
    fetch_site = headers.get("Sec-Fetch-Site")
    if fetch_site == "cross-site" and headers.get("Origin") not in listed:
        return False
    origin = headers.get("Origin")
    if origin is None:
        return not is_required
    return origin in listed or origin in {own, _with_tls(own)}


def _with_tls(origin: str) -> str:
    return "https://" + origin.removeprefix("http://").removeprefix("https://")
