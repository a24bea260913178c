"""A Slack that costs next to nothing, as a process of its own: the few Web API methods, response_urls, and a count."""

import asyncio
import sys
from collections import Counter

from aiohttp import web

_ANSWERS: dict[str, dict[str, object]] = {
    "auth.test": {"team_id": "T0BENCH", "user_id": "U0BOT", "bot_id": "B0BOT"},
    "users.info": {"user": {"id": "U0ADA"}},
    "conversations.info": {"channel": {"id": "C0BATCHES"}},
    "conversations.open": {"channel": {"id": "D0ADA"}},
    "chat.postMessage": {"channel": "D0ADA", "ts": "1.1"},
    "chat.update": {"channel": "D0ADA", "ts": "1.1"},
    "files.completeUploadExternal": {"files": [{"id": "F0RESULTS"}]},
}


class Outside:
    """Answers every call as Slack would where all is well, and counts calls by method."""

    def __init__(self) -> None:
        self._calls: Counter[str] = Counter()

    def application(self) -> web.Application:
        """Return the server's routes; a GET of /calls gives the counts, of /answered/N waits for N answers."""
        app = web.Application()
        app.router.add_get("/calls", self._count)
        app.router.add_get("/answered/{count}", self._answered)
        app.router.add_route("*", "/api/{method}", self._method)
        app.router.add_post("/commands/{rest:.+}", self._hook)
        app.router.add_post("/upload", self._upload)
        return app

    async def _count(self, _request: web.Request) -> web.Response:
        return web.json_response(self._calls)

    async def _answered(self, request: web.Request) -> web.Response:
        while self._calls["response_url"] < int(request.match_info["count"]):  # noqa: ASYNC110 - it is not measured
            await asyncio.sleep(0.001)
        return await self._count(request)

    async def _method(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self._calls[method] += 1
        if method == "files.getUploadURLExternal":
            return web.json_response({"ok": True, "upload_url": str(request.url.with_path("/upload")), "file_id": "F0"})
        return web.json_response({"ok": True, **_ANSWERS.get(method, {})})

    async def _upload(self, request: web.Request) -> web.Response:
        async for _ in request.content.iter_any():
            pass
        return web.Response(text="OK")

    async def _hook(self, request: web.Request) -> web.Response:
        await request.read()
        self._calls["response_url"] += 1
        return web.Response(text="ok")


if __name__ == "__main__":
    web.run_app(Outside().application(), host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
