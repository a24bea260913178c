"""The page's protocol: the browser's requests, and the socket that sends it every change."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import BodyPartReader, WSCloseCode, web

from bot.playground.slack_simulator.file_store import make_file_frame
from bot.playground.slack_simulator.page_frames import make_world_frame
from bot.playground.slack_simulator.person_actions import PersonActions
from bot.playground.slack_simulator.records import Json, SlackMessage, View
from bot.playground.slack_simulator.state import SlackState
from bot.playground.slack_simulator.view_store import make_view

_MAX_FORM_FILE_BYTES = 10 * 1024 * 1024  # a file_input's limit
_MAX_PASS_SECONDS = 30 * 24 * 3_600.0  # seconds: results are kept for 29 days
_MAX_SHARED_FILE_BYTES = 256_000_000  # Slack allows more, which is too much for the memory of a demo
Act = Callable[[Json], Awaitable[Json]]


class PageEndpoints:
    """Serves everything under /_page/."""

    def __init__(self, state: SlackState, people: PersonActions) -> None:
        self._state = state
        self._people = people
        self._open: set[web.WebSocketResponse] = set()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        acts = {
            "command": self._command,
            "press": self._press,
            "view_submit": self._view_submit,
            "view_close": self._view_close,
            "open_home": self._open_home,
            "shortcut": self._shortcut,
            "let_pass": self._let_pass,
        }
        posts = [web.post(f"/_page/{name}", _serve_json(act)) for name, act in acts.items()]
        return [*posts, web.post("/_page/upload", self._upload), web.get("/_page/socket", self._socket)]

    async def close(self) -> None:
        """Close every page's socket."""
        for socket in list(self._open):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(timeout=1.0)
        await socket.prepare(request)
        self._open.add(socket)
        frames = self._state.feed.listen()
        sending = asyncio.create_task(self._send_frames(socket, frames))
        try:
            async for _ in socket:
                pass
        finally:
            sending.cancel()
            self._state.feed.stop_listening(frames)
            self._open.discard(socket)
        return socket

    async def _send_frames(self, socket: web.WebSocketResponse, frames: "asyncio.Queue[Json]") -> None:
        with contextlib.suppress(ConnectionError):
            await socket.send_json(make_world_frame(self._state))
            while True:
                await socket.send_json(await frames.get())

    async def _command(self, body: Json) -> Json:
        user, channel, text = str(body["user"]), str(body["channel"]), str(body["text"]).strip()
        if not text:
            raise LookupError("Type something first.")
        if not text.startswith("/"):
            await self._people.say(user, channel, text, body.get("thread_ts") or None)
            return {}
        name = text.split()[0]
        if body.get("thread_ts"):
            raise LookupError(f"{name} is not supported in threads. Sorry!")
        if name == "/invite":
            self._people.invite(user, channel, text)
            return {}
        known = {command.command for command in self._state.page_options.commands}
        if known and name not in known:
            raise LookupError(f"{name} is not a valid command.")
        await self._people.slash(user, channel, text)
        return {}

    async def _press(self, body: Json) -> Json:
        user = str(body["user"])
        target: SlackMessage | View | None
        if body.get("view_id"):
            target = make_view(user, self._state.views.find_open_view(user, str(body["view_id"])))
        else:
            target = self._state.messages.find(str(body.get("channel")), str(body.get("ts")))
        if target is None:
            raise LookupError("This message is not there any more.")
        state, selected = body.get("state"), body.get("selected")
        action_id, block_id = str(body["action_id"]), body.get("block_id")
        await self._people.press(user, target, action_id, None, block_id, state, selected)
        return {}

    async def _view_submit(self, body: Json) -> Json:
        delivery = await self._people.submit_view(str(body["user"]), str(body["view_id"]), body.get("state"))
        answer = delivery.ack_body
        if isinstance(answer, dict) and answer.get("response_action") == "errors":
            return {"response_action": "errors", "errors": answer.get("errors")}
        return {}

    async def _view_close(self, body: Json) -> Json:
        await self._people.close_view(str(body["user"]), str(body["view_id"]))
        return {}

    async def _open_home(self, body: Json) -> Json:
        await self._people.open_home(str(body["user"]))
        return {}

    async def _shortcut(self, body: Json) -> Json:
        callback_id = str(body["callback_id"])
        found = [each for each in self._state.page_options.shortcuts if each.callback_id == callback_id]
        if not found:
            raise LookupError("The app has no such shortcut.")
        if found[0].is_global:
            await self._people.global_shortcut(str(body["user"]), callback_id)
            return {}
        message = self._state.messages.find(str(body["channel"]), str(body["ts"]))
        if message is None:
            raise LookupError("This message is not there any more.")
        await self._people.message_shortcut(str(body["user"]), message, callback_id)
        return {}

    async def _let_pass(self, body: Json) -> Json:
        let_pass = self._state.page_options.let_pass
        seconds = float(body["seconds"])
        if let_pass is None or not 0 < seconds <= _MAX_PASS_SECONDS:
            raise LookupError("Time cannot pass like that here.")
        let_pass(seconds)
        self._state.seconds_passed += seconds
        self._state.feed.publish({"type": "time", "seconds_passed": self._state.seconds_passed})
        return {}

    async def _upload(self, request: web.Request) -> web.Response:
        if not request.content_type.startswith("multipart/"):
            return web.json_response({"ok": False, "error": "Send the file as a form."})
        fields: dict[str, str] = {}
        name, content = "", None
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name == "file":
                name, content = part.filename or "file", bytes(await part.read())
            elif isinstance(part, BodyPartReader):
                fields[part.name or ""] = await part.text()
        channel = fields.get("channel")
        largest = _MAX_SHARED_FILE_BYTES if channel else _MAX_FORM_FILE_BYTES
        if content is None or len(content) > largest or fields.get("user") not in self._state.world.people:
            return web.json_response({"ok": False, "error": f"One file of at most {largest >> 20} MB, please."})
        try:
            file = await self._keep(fields["user"], channel, name, content)
        except LookupError as error:
            return web.json_response({"ok": False, "error": str(error)})
        return web.json_response({"ok": True, "file": file})

    async def _keep(self, user: str, channel: str | None, name: str, content: bytes) -> Json:
        file = self._state.files.keep(user, name, content)
        if channel:
            await self._people.say(user, channel, "", files=[file])
        return make_file_frame(file)


def _serve_json(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def serve(request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            return web.json_response({"ok": False, "error": "Send JSON."}, status=415)
        try:
            body: Any = await request.json()
            return web.json_response({"ok": True, **await act(body)})
        except KeyError as missing:
            return web.json_response({"ok": False, "error": f"{missing} is missing."})
        except LookupError as error:
            return web.json_response({"ok": False, "error": str(error)})
        except (ValueError, TypeError):
            return web.json_response({"ok": False, "error": "That is not what this address takes."})

    return serve
