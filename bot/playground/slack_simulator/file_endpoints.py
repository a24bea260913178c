"""The endpoints for the bytes of files."""

from urllib.parse import quote

from aiohttp import BodyPartReader, web

from bot.playground.slack_simulator.faults import SlackFault, reset_connection
from bot.playground.slack_simulator.file_store import StoredFile, make_file_object
from bot.playground.slack_simulator.records import Json
from bot.playground.slack_simulator.refusals import Refusal
from bot.playground.slack_simulator.request_arguments import read_bearer_token
from bot.playground.slack_simulator.state import SlackState
from bot.playground.slack_simulator.web_api import record_call

_CHUNK_BYTES = 256 * 1024
_PAGE_MODES = frozenset({"post", "space", "quip", "canvas", "docs", "list"})
"""Modes of files that are served as a page, even with a good token."""
_LOGIN_PAGE = "<!DOCTYPE html><title>Slack</title><p>Sign in to continue"


class FileEndpoints:
    """The upload address, the bot's private download, and the page's download."""

    def __init__(self, state: SlackState) -> None:
        self._state = state

    async def upload(self, request: web.Request) -> web.Response:
        """Receive the bytes of an announced file, raw or as a multipart form. `fail_next("upload")` applies here."""
        content = await _content(request)
        fault = self._state.faults.take("upload")
        if fault is not None:
            await fault.wait()
        status, text = 200, f"OK - {len(content)}"
        try:
            if fault is not None and not fault.carries_out:
                raise Refusal(str(fault.answer["error"]), status=fault.http_status)
            self._state.files.receive(request.path, content)
        except Refusal as refusal:
            status, text = refusal.status, refusal.error
        answer: Json | str = text if status == 200 else {"ok": False, "error": text}
        record_call(self._state, "upload", None, {"bytes": len(content)}, status, answer, 0.0)
        if fault is not None and fault.loses_answer:
            return reset_connection(request)
        return web.Response(text=text, status=status, headers=fault.headers if fault else None)

    async def private(self, request: web.Request) -> web.StreamResponse:
        """Serve a file to the bot. Without its token or files:read, serve a login page with status 200, as Slack does.

        `fail_next("download")` applies here. Its error "cut" closes the connection half-way, "stall" waits there for
        the delay, and "login" serves the page.
        """
        file = self._state.files.files.get(request.match_info["file"])
        fault = self._state.faults.take("download")
        code = str(fault.answer["error"]) if fault is not None and not fault.carries_out else ""
        record_call(
            self._state, "download", read_bearer_token(request), {"file": request.match_info["file"]}, 200, {}, 0.0
        )
        stall = fault if code == "stall" else None
        if fault is not None and stall is None:
            await fault.wait()
        may = read_bearer_token(request) == self._state.credentials.bot_token and "files:read" in self._state.scopes
        is_page = file is not None and make_file_object(file, "").get("mode") in _PAGE_MODES
        if not may or code == "login" or is_page:
            return web.Response(text=_LOGIN_PAGE, content_type="text/html")
        if file is None or file.content is None or file.deleted:
            raise web.HTTPNotFound
        return await _streamed(request, file.content, len(file.content) // 2 if code == "cut" else None, stall)

    async def for_page(self, request: web.Request) -> web.Response:
        """Serve a file to the demo page."""
        return _bytes_of(self._state.files.files.get(request.match_info["file"]))


async def _content(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader):
            return bytes(await part.read())
    return b""


async def _streamed(
    request: web.Request, content: bytes, cut_at: int | None, stall: SlackFault | None
) -> web.StreamResponse:
    """Send a file in chunks. With `cut_at`, close the connection there; with `stall`, wait half-way for its delay."""
    response = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
    response.content_length = len(content)
    await response.prepare(request)
    end = len(content) if cut_at is None else cut_at
    middle = end // 2 if stall is not None else 0
    for first, last in ((0, middle), (middle, end)):
        for start in range(first, last, _CHUNK_BYTES):
            await response.write(content[start : min(start + _CHUNK_BYTES, last)])
        if stall is not None and last == middle:
            await stall.wait()
    if cut_at is not None and request.transport is not None:
        request.transport.close()
    return response


def _bytes_of(file: StoredFile | None) -> web.Response:
    if file is None or file.content is None:
        raise web.HTTPNotFound
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return web.Response(body=file.content, content_type=file.mimetype, headers=headers)
