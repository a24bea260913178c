"""`doctor`: check the settings against the real services, and say what is wrong and how to fix it."""

from collections.abc import AsyncIterator

import aiohttp
from msgspec import Struct
from slack_sdk.web.async_client import AsyncWebClient

from bot.api.client import BatchesClient
from bot.api.errors import ApiError, ApiUnavailable, KeyRefused
from bot.clients import make_slack_client, open_api_http, reveal_secret
from bot.errors import ExpectedError
from bot.pricing.prices import Prices, PricesUnreadable
from bot.settings.checks import check_for_run, warn_about_clear_text
from bot.settings.loading import SettingsError, unknown_settings
from bot.settings.model import Settings
from bot.settings.table import SETTINGS
from bot.slack.client import SESSION_TIMEOUT
from bot.slack.scopes import BOT_SCOPES
from bot.slack.transports import TokenRejected, ask_identity, ask_socket_address
from bot.store.db.database import Database, StoreUnavailable


class Finding(Struct, frozen=True):
    """The result of one check, in a sentence for the administrator. A warning is about what works all the same."""

    ok: bool
    message: str
    is_warning: bool = False


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Yield a finding for each check. A check that fails stops none of the others."""
    for warning in unknown_settings():
        yield Finding(False, warning)
    try:
        check_for_run(settings)
        yield Finding(True, "The settings are complete and well formed.")
    except SettingsError as error:
        for problem in error.problems:
            yield Finding(False, problem)
    for warning in warn_about_clear_text(settings) if settings.allow_http else ():
        yield Finding(True, warning, is_warning=True)
    yield _prices(settings)
    yield await _store(settings)
    yield await _api(settings)
    async for finding in _slack(settings):
        yield finding


def _prices(settings: Settings) -> Finding:
    try:
        Prices.load(settings.prices)
    except PricesUnreadable as error:
        return Finding(False, f"Can't read the prices: {error.describe()}. Check {SETTINGS['prices'].name}.")
    return Finding(True, "The prices are readable.")


async def _store(settings: Settings) -> Finding:
    try:
        database = Database(settings.database_url)
        try:
            database.open()
        finally:
            await database.close()
    except StoreUnavailable as error:
        name = SETTINGS["database_url"].name
        return Finding(False, f"Can't open the store in {name}: {error.reason}. Check its address and permissions.")
    return Finding(True, "The store opens.")


async def _api(settings: Settings) -> Finding:
    if settings.anthropic_api_key is None:
        name = SETTINGS["anthropic_api_key"].name
        return Finding(False, f"{name} is not set, so the Message Batches API was not checked.")
    try:
        client = open_api_http(settings)
    except ValueError:  # a header or an address that cannot be sent
        return Finding(False, "The Message Batches API was not checked, because one of its settings is malformed.")
    async with client as http:
        try:
            page = await BatchesClient(http).list(limit=1)
        except ExpectedError as error:
            return Finding(False, _api_problem(error, settings))
    newest = page.data[0].id if page.data else "none yet"
    return Finding(True, f"The Message Batches API accepts the key (newest batch: {newest}).")


def _api_problem(error: ExpectedError, settings: Settings) -> str:
    """Return what is wrong with the API, and what to check."""
    key, address = SETTINGS["anthropic_api_key"].name, SETTINGS["anthropic_base_url"].name
    if isinstance(error, ApiError) and error.status and (error.kind.startswith("http_") or error.kind == "not_json"):
        return (
            f"Something other than the Message Batches API answered at {settings.anthropic_base_url} (HTTP "
            f"{error.status}, not the API's JSON). Check {address} and the network, or try again in a minute."
        )
    if isinstance(error, KeyRefused):
        return f"The Message Batches API refused the key: {error.message} Check {key}."
    if isinstance(error, ApiUnavailable) and error.status is None:
        return (
            f"Can't reach the Message Batches API at {settings.anthropic_base_url}: {error.message}. Check {address}."
        )
    return f"The Message Batches API answered with an error: {error}. Try again in a minute."


async def _slack(settings: Settings) -> AsyncIterator[Finding]:
    if settings.slack_bot_token is None:
        return
    async with aiohttp.ClientSession(timeout=SESSION_TIMEOUT) as session:
        async for finding in _slack_findings(settings, make_slack_client(settings, session, retries=True)):
            yield finding


async def _slack_findings(settings: Settings, client: AsyncWebClient) -> AsyncIterator[Finding]:
    name = SETTINGS["slack_bot_token"].name
    try:
        answer = await ask_identity(client)
    except ExpectedError as error:
        yield Finding(False, error.describe())
        return
    except ValueError:  # a header that cannot be sent
        yield Finding(False, f"Slack was not checked, because {name} is malformed.")
        return
    yield Finding(True, f"Slack accepts {name} for the workspace {answer.get('team')}.")
    granted = set(str(answer.headers.get("x-oauth-scopes", "")).split(","))
    missing = [f"{scope} ({reason})" for scope, reason in BOT_SCOPES.items() if scope not in granted]
    message = (
        f"The app lacks scopes: {', '.join(missing)}. Add them and reinstall the app."
        if missing
        else "The app has all scopes."
    )
    yield Finding(not missing, message)
    if settings.slack_app_token is not None:
        yield await _app_token(settings, client)


async def _app_token(settings: Settings, client: AsyncWebClient) -> Finding:
    name = SETTINGS["slack_app_token"].name
    try:
        await ask_socket_address(client, reveal_secret(settings.slack_app_token))
    except TokenRejected as error:
        return Finding(False, f"Slack refused {name}: {error.reason}. Create one with connections:write.")
    except ExpectedError as error:
        return Finding(False, error.describe())
    except ValueError:
        return Finding(False, f"{name} was not checked, because it is malformed.")
    return Finding(True, f"Slack accepts {name} for Socket Mode.")
