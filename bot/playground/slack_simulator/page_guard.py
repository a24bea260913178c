"""Keep other sites, and other names that resolve to loopback, away from the page's protocol."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.playground.own_page import is_own_page

_BOT_PATHS = ("/api/", "/commands/", "/actions/", "/upload/", "/files-pri/", "/link/")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard_page(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 403 to requests that are not from the page itself. The bot's own addresses have tokens of their own."""
    if not request.path.startswith(_BOT_PATHS) and not is_own_page(request.host, request.headers.get("Origin")):
        raise web.HTTPForbidden(text="This page answers only to itself, on loopback.")
    return await handler(request)
