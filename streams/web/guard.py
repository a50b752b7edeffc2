"""What every request must pass and every response must carry.

The page shows names that other people wrote, on a port of somebody's machine: it reads and never writes, answers only
to its own name (a foreign page could otherwise point a name of its own at this address and read along), and tells the
browser to run nothing that is not a file of this server.
"""

from collections.abc import Awaitable, Callable, Collection
from http import HTTPStatus
from ipaddress import ip_address

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

BODY_LIMIT = 64 * 1024
READS = ("GET", "HEAD")
LOOPBACK_NAMES = frozenset({"localhost"})

POLICY = {
    "default-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",  # no string becomes markup, not even by mistake
    "trusted-types": "'none'",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{directive} {source}" for directive, source in POLICY.items()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    response.headers.setdefault(hdrs.CACHE_CONTROL, "no-cache")
    response.headers.popall(hdrs.SERVER, None)


def guard(names: Collection[str]) -> Middleware:
    """Middleware that lets only small reads through, addressed to one of `names`, localhost or an address."""
    known = LOOPBACK_NAMES | {name.lower() for name in names}

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not _is_ours(request.host, known):
            return refusal(HTTPStatus.MISDIRECTED_REQUEST, "this server does not go by that name")
        if (request.content_length or 0) > BODY_LIMIT:
            return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body may have at most {BODY_LIMIT} bytes")
        if request.method not in READS:
            return refusal(HTTPStatus.METHOD_NOT_ALLOWED, "this interface only reads", {hdrs.ALLOW: ", ".join(READS)})
        return await _answer(request, handler)

    return check


def refusal(status: HTTPStatus, error: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": error}, status=status, headers=headers)


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return refusal(HTTPStatus.NOT_FOUND, "there is nothing at this path")


def _is_ours(host: str, known: Collection[str]) -> bool:
    """An address cannot be pointed elsewhere by a name server, so any address may be used; names must be known."""
    name = host.lower().removesuffix(".")
    bare = name[1 : name.find("]")] if name.startswith("[") else name.split(":")[0]
    return bare in known or _is_address(bare)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
