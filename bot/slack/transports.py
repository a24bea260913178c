"""How Slack reaches the bot: a WebSocket the bot opens, or signed HTTP requests on a port."""

import os
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import ExpectedError
from bot.slack.errors import SLACK_ERRORS, describe_error

EVENTS_PATH = "/slack/events"
_BOLTS_OWN = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
"""What Bolt reads by itself: the first makes it warn of a token it does not use, the last two switch on its OAuth."""


@dataclass(eq=False)
class TokenRejected(ExpectedError):
    """Slack did not take a token at the start; `setting` names the one."""

    setting: str
    reason: str

    def __str__(self) -> str:
        return f"Slack refused {self.setting} ({self.reason}); check it with `python -m bot doctor`"


@dataclass(eq=False)
class SlackUnreachable(ExpectedError):
    """Slack could not be asked at all."""

    address: str
    reason: str

    def __str__(self) -> str:
        return f"Slack could not be reached at {self.address} ({self.reason}); check SLACK_API_URL and the network"


@dataclass(eq=False)
class PortUnavailable(ExpectedError):
    """The port cannot be listened on."""

    port: int
    reason: str

    def __str__(self) -> str:
        return f"PORT {self.port} cannot be listened on ({self.reason}); free it, or set PORT to another"


async def check_bot_token(client: AsyncWebClient) -> AuthorizeResult:
    """Ask Slack once whose token this is, so that no command has to. Raises TokenRejected, SlackUnreachable."""
    try:
        said = await client.auth_test()
    except SLACK_ERRORS as error:
        raise _start_failure(error, "SLACK_BOT_TOKEN", client) from error
    return AuthorizeResult(
        enterprise_id=said.get("enterprise_id"),
        team_id=said["team_id"],
        bot_user_id=said["user_id"],
        bot_id=said.get("bot_id"),
        bot_token=client.token,
    )


def make_bolt_app(api_url: str, signing_secret: str | None, authorized: AuthorizeResult) -> AsyncApp:
    """Return Bolt set up so that an ack costs least (bench/README.md): no polling for it, no auth.test before it.

    Without a `signing_secret` nothing is verified, which is right for Socket Mode only.
    """

    async def authorize() -> AuthorizeResult:
        return authorized

    with _hidden(*_BOLTS_OWN):
        return AsyncApp(
            name="batchdesk",  # left out, Bolt looks through every loaded module for who calls it: 30 ms
            client=AsyncWebClient(base_url=api_url),  # without a token: listeners use one of their own
            authorize=authorize,
            signing_secret=signing_secret,
            request_verification_enabled=signing_secret is not None,
            process_before_response=True,
            attaching_conversation_kwargs_enabled=False,
        )


@contextmanager
def _hidden(*names: str) -> Iterator[None]:
    """Keep variables from a library that would read them past our settings, and put them back."""
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


@asynccontextmanager
async def open_socket(app: AsyncApp, client: AsyncWebClient, app_token: str) -> AsyncIterator[AsyncSocketModeHandler]:
    """Connect through Socket Mode, and disconnect at the end.

    The address is asked for here and not by the handler, which would go on asking for ever with a wrong token.

    Raises:
        TokenRejected, SlackUnreachable: no address was given.
    """
    handler = AsyncSocketModeHandler(app, app_token, web_client=client)
    await _use_addresses_once(handler.client)
    try:
        try:
            handler.client.wss_uri = (await client.apps_connections_open(app_token=app_token))["url"]
        except SLACK_ERRORS as error:
            raise _start_failure(error, "SLACK_APP_TOKEN", client) from error
        await handler.client.connect()  # type: ignore[no-untyped-call] # slack_sdk leaves it unannotated
        yield handler
    finally:
        await handler.client.close()  # type: ignore[no-untyped-call] # slack_sdk leaves it unannotated


async def _use_addresses_once(client: SocketModeClient) -> None:
    """Let each try to connect ask for an address: slack_sdk goes on for ever with one that was refused or is old."""

    async def forget(*_: object) -> None:
        client.wss_uri = None

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(forget)
    await client.aiohttp_client_session.close()
    client.aiohttp_client_session = aiohttp.ClientSession(trace_configs=[trace])


@asynccontextmanager
async def open_port(
    app: AsyncApp,
    port: int,
    host: str = "0.0.0.0",  # noqa: S104 - Slack calls it
    add_routes: Callable[[web.Application], None] = lambda _: None,
) -> AsyncIterator[int]:
    """Listen for Slack's signed requests on EVENTS_PATH, and serve what `add_routes` adds; yields the port.

    Raises:
        PortUnavailable: somebody else listens there.
    """
    listening = app.server(port=port, path=EVENTS_PATH).web_app
    listening.middlewares.append(_dated)
    add_routes(listening)
    runner = web.AppRunner(listening, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise PortUnavailable(port, os.strerror(error.errno) if error.errno else type(error).__name__) from error
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@web.middleware
async def _dated(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn away what comes with a time that is no number: whoever sends it, slack_sdk breaks over it unsigned."""
    if not re.fullmatch(r"[0-9]{1,12}", request.headers.get("X-Slack-Request-Timestamp", "0")):
        return web.Response(status=401)
    return await handler(request)


def _start_failure(error: BaseException, setting: str, client: AsyncWebClient) -> ExpectedError:
    if isinstance(error, SlackApiError) and error.response.status_code < 500:
        return TokenRejected(setting, describe_error(error))
    return SlackUnreachable(client.base_url, describe_error(error))
