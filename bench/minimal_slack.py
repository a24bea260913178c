"""A minimal Slack that costs almost no CPU, as a process of its own: a few Web API methods and response_urls."""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable

from aiohttp import web

_ANSWERS: dict[str, dict[str, object]] = {
    "auth.test": {"team_id": "T0BENCH", "user_id": "U0BOT", "bot_id": "B0BOT"},
    "users.info": {"user": {"id": "U0ADA", "team_id": "T0BENCH", "is_restricted": False}},
    "conversations.info": {"channel": {"id": "C0BATCHES"}},
    "conversations.open": {"channel": {"id": "D0ADA"}},
    "chat.postMessage": {"channel": "D0ADA", "ts": "1.1"},
    "chat.update": {"channel": "D0ADA", "ts": "1.1"},
    "files.completeUploadExternal": {"files": [{"id": "F0RESULTS"}]},
}


class MinimalSlack:
    """Answer every call with success, and count the calls by method."""

    def __init__(self, on_answer: Callable[[str, bytes], None] = lambda *_: None) -> None:
        """`on_answer` receives the last part of each response_url to which an answer was posted, and the answer."""
        self._calls: Counter[str] = Counter()
        self._on_answer = on_answer

    def application(self) -> web.Application:
        """Return the server; GET /calls returns the counts, GET /answered/N waits for N answers of the bot."""
        app = web.Application()
        app.router.add_get("/calls", self._send_counts)
        app.router.add_get("/answered/{count}", self._wait_for_answers)
        app.router.add_route("*", "/api/{method}", self._call_method)
        app.router.add_post("/commands/{rest:.+}", self._take_answer)
        app.router.add_post("/upload", self._take_upload)
        return app

    async def _send_counts(self, _request: web.Request) -> web.Response:
        return web.json_response(self._calls)

    async def _wait_for_answers(self, request: web.Request) -> web.Response:
        while self._calls["response_url"] < int(request.match_info["count"]):  # noqa: ASYNC110 - it is not measured
            await asyncio.sleep(0.001)
        return await self._send_counts(request)

    async def _call_method(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self._calls[method] += 1
        if method == "files.getUploadURLExternal":
            return web.json_response({"ok": True, "upload_url": str(request.url.with_path("/upload")), "file_id": "F0"})
        return web.json_response({"ok": True, **_ANSWERS.get(method, {})})

    async def _take_upload(self, request: web.Request) -> web.Response:
        async for _ in request.content.iter_any():
            pass
        return web.Response(text="OK")

    async def _take_answer(self, request: web.Request) -> web.Response:
        answer = await request.read()
        self._calls["response_url"] += 1
        self._on_answer(request.match_info["rest"].rpartition("/")[2], answer)
        return web.Response(text="ok")


if __name__ == "__main__":
    web.run_app(MinimalSlack().application(), host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
