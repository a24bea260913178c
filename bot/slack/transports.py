"""How Slack reaches the bot: a WebSocket the bot opens, or signed HTTP requests on a port."""

import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import ExpectedError
from bot.observability.http_server import LISTEN_ON, HttpLimits, serve_http
from bot.proxies import Proxies
from bot.slack.client import SlackClient
from bot.slack.door import EVENTS_PATH, Door
from bot.slack.errors import SLACK_ERRORS, UnusableAnswer, describe_error, get_code, may_have_happened
from bot.slack.session import open_slack_session
from bot.slack_faults import DEAD_TOKEN, PASSING
from bot.store.db.retrying import retry

log = logging.getLogger(__name__)

_BOLT_VARIABLES = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
"""Variables that Bolt reads by itself. The first makes it warn about a token; the last two switch on its OAuth."""

START_PAUSES = (1.0, 2.0, 4.0)
"""Seconds between the tries of a first call that fails for a moment. Then the start fails, and may be repeated."""


@dataclass(eq=False)
class TokenRejected(ExpectedError):
    """Slack refused the token of this setting when the bot started."""

    setting: str
    reason: str

    def _fact(self) -> str:
        is_dead = self.reason in DEAD_TOKEN
        step = f"Reinstall the Slack app and set the new {self.setting}" if is_dead else "Fix that in the Slack app"
        return f"Slack refused {self.setting}: {self.reason}. {step}."


class OrgWideToken(ExpectedError):
    """The bot token belongs to an organization and to no workspace, so many calls and payloads name no workspace."""

    def _fact(self) -> str:
        return (
            "SLACK_BOT_TOKEN belongs to an installation for a whole organization. Batchdesk works in one workspace. "
            "Install the app in that workspace, and use the bot token of that installation."
        )


@dataclass(eq=False)
class SlackUnreachable(ExpectedError):
    """Slack gave no usable answer when the bot started."""

    address: str
    reason: str

    def _fact(self) -> str:
        return f"Can't reach Slack at {self.address}: {self.reason}. Check SLACK_API_URL and the network."


@dataclass(eq=False)
class SlackFailing(ExpectedError):
    """Slack had a temporary error when the bot started, which says nothing about the token."""

    setting: str
    reason: str

    def _fact(self) -> str:
        return f"Slack couldn't answer: {self.reason}. Nothing is wrong with {self.setting}. Try again in a minute."


@dataclass(eq=False)
class PortUnavailable(ExpectedError):
    """The bot cannot listen on this port."""

    port: int
    reason: str

    def _fact(self) -> str:
        return f"Can't listen on PORT {self.port}: {self.reason}. Free it or set another PORT."


async def check_bot_token(client: AsyncWebClient) -> AuthorizeResult:
    """Ask Slack once whose token this is, so that no command has to.

    Raises:
        TokenRejected, SlackFailing, SlackUnreachable: Slack named no one.
        OrgWideToken: the token belongs to no workspace.
    """
    answer = await ask_identity(client)
    return AuthorizeResult(
        enterprise_id=answer.get("enterprise_id"),
        team_id=answer["team_id"],
        bot_user_id=answer["user_id"],
        bot_id=answer.get("bot_id"),
        bot_token=client.token,
    )


async def ask_identity(client: AsyncWebClient, pauses: Sequence[float] = START_PAUSES) -> AsyncSlackResponse:
    """Return Slack's answer to whose token this is. Raises as `check_bot_token`."""

    async def ask() -> AsyncSlackResponse:
        answer = await client.auth_test()
        team_id = answer.get("team_id") or ""
        if (
            answer.get("is_enterprise_install")
            or team_id.startswith("E")
            or (answer.get("enterprise_id") and not team_id)
        ):
            raise OrgWideToken
        return answer

    return await _ask(ask, ("team_id", "user_id"), "SLACK_BOT_TOKEN", client, pauses)


async def find_app_id(client: AsyncWebClient, bot_id: str | None) -> str | None:
    """Return the id of the app that the bot token belongs to; None if Slack does not say."""
    if bot_id is None:
        return None
    try:
        answer = await client.bots_info(bot=bot_id)
    except SLACK_ERRORS as error:
        log.warning("payloads of other apps are not refused, because bots.info failed: %s", describe_error(error))
        return None
    return (answer.get("bot") or {}).get("app_id")


async def ask_socket_address(client: AsyncWebClient, app_token: str, pauses: Sequence[float] = START_PAUSES) -> str:
    """Return an address for Socket Mode. Raises as `check_bot_token`."""

    async def ask() -> AsyncSlackResponse:
        return await client.apps_connections_open(app_token=app_token)

    return str((await _ask(ask, ("url",), "SLACK_APP_TOKEN", client, pauses))["url"])


async def _ask(
    call: Callable[[], Awaitable[AsyncSlackResponse]],
    fields: tuple[str, ...],
    setting: str,
    client: AsyncWebClient,
    pauses: Sequence[float],
) -> AsyncSlackResponse:
    """Make a first call, and repeat it while it fails for a moment. The answer has these fields."""

    async def attempt() -> AsyncSlackResponse:
        try:
            answer = await call()
            if not all(answer.get(field) for field in fields):
                raise UnusableAnswer("a field is missing")
        except SLACK_ERRORS as error:
            raise _start_failure(error, setting, client) from error
        return answer

    return await retry(attempt, pauses, errors=(SlackFailing, SlackUnreachable), report=_report_failed_try)


def _report_failed_try(error: Exception, pause: float) -> None:
    log.warning("%s The next try is in %g s.", str(error).removesuffix(" Try again in a minute."), pause)


def make_bolt_app(api_url: str, authorized: AuthorizeResult, app_id: str | None = None) -> AsyncApp:
    """Return Bolt with the cheapest ack (bench/README.md): no polling for it, no auth.test before it.

    Bolt verifies no request: in HTTP mode the door has done that. Payloads that name another app than `app_id` reach
    no listener.
    """

    async def authorize() -> AuthorizeResult:
        return authorized

    with _hide_variables(*_BOLT_VARIABLES):
        app = AsyncApp(
            name="batchdesk",  # without a name, Bolt searches every loaded module for its caller: 30 ms
            client=SlackClient(base_url=api_url),  # without a token, because listeners have a client of their own
            authorize=authorize,
            request_verification_enabled=False,
            process_before_response=True,
            raise_error_for_unhandled_request=True,
            attaching_conversation_kwargs_enabled=False,
        )
    if app_id is not None:
        app.use(_refuse_other_apps(app_id))
    return app


def _refuse_other_apps(app_id: str) -> Callable[..., Awaitable[BoltResponse | None]]:
    """Return a middleware that answers 403 to the payloads of another app. In Socket Mode they get no ack."""

    async def refuse(body: dict[str, Any], next_: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse | None:
        sender = body.get("api_app_id")
        if sender is None or sender == app_id:
            return await next_()
        log.error(
            "refused a payload of the app %.20r: SLACK_BOT_TOKEN belongs to the app %s. Use the secrets of one app.",
            sender,
            app_id,
        )
        return BoltResponse(status=403, body="")

    return refuse


@contextmanager
def _hide_variables(*names: str) -> Iterator[None]:
    """Hide environment variables from a library that would use them instead of the settings."""
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


@asynccontextmanager
async def open_socket(
    app: AsyncApp, client: AsyncWebClient, app_token: str, proxies: Proxies
) -> AsyncIterator[AsyncSocketModeHandler]:
    """Connect through Socket Mode, and disconnect at the end.

    Asks Slack for the first address itself. With a wrong token, Bolt's handler would ask for ever.

    Raises:
        TokenRejected, SlackFailing, SlackUnreachable: Slack gave no address.
    """
    handler = AsyncSocketModeHandler(app, app_token, web_client=client)
    await _replace_session(handler.client, proxies)
    try:
        handler.client.wss_uri = await ask_socket_address(client, app_token)
        await handler.client.connect()  # type: ignore[no-untyped-call] # slack_sdk leaves it unannotated
        yield handler
    finally:
        await handler.client.close()  # type: ignore[no-untyped-call] # slack_sdk leaves it unannotated


async def _replace_session(client: SocketModeClient, proxies: Proxies) -> None:
    """Use the bot's proxies, and each address for one attempt only: slack_sdk retries a refused one for ever."""

    async def forget_address(*_: object) -> None:
        client.wss_uri = None

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(forget_address)
    await client.aiohttp_client_session.close()
    client.aiohttp_client_session = open_slack_session(proxies, trace)
    client.proxy = None  # slack_sdk takes it from the environment, and ignores NO_PROXY


@asynccontextmanager
async def open_port(
    door: Door,
    port: int,
    host: str = LISTEN_ON,
    add_routes: Callable[[web.Application], None] = lambda _: None,
    limits: HttpLimits = HttpLimits(),
) -> AsyncIterator[int]:
    """Listen for Slack's signed requests on EVENTS_PATH, and yield the port. `add_routes` adds other routes.

    Raises:
        PortUnavailable: the bot cannot listen there.
    """
    application = web.Application()
    application.router.add_post(EVENTS_PATH, door.answer)
    add_routes(application)
    async with AsyncExitStack() as stack:
        try:
            found = await stack.enter_async_context(serve_http(application, host, port, limits, EVENTS_PATH))
        except OSError as error:
            raise PortUnavailable(port, os.strerror(error.errno) if error.errno else type(error).__name__) from error
        yield found


def _start_failure(error: BaseException, setting: str, client: AsyncWebClient) -> ExpectedError:
    code = get_code(error)
    if code is None:
        return SlackUnreachable(client.base_url, describe_error(error))
    is_passing = not code or code in PASSING or may_have_happened(error)
    return (SlackFailing if is_passing else TokenRejected)(setting, code or "HTTP 429")
