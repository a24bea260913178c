"""`doctor`: checks the settings against the real services, and says what is wrong and how to mend it."""

from collections.abc import AsyncIterator

import httpx
from msgspec import Struct
from slack_sdk.web.async_client import AsyncWebClient

from bot.api.client import BatchesClient
from bot.clients import api_http, secret
from bot.errors import ExpectedError
from bot.pricing.prices import Prices, PricesUnreadable
from bot.settings.checks import check_for_run
from bot.settings.loading import SettingsError, unknown_settings
from bot.settings.model import Settings
from bot.slack.errors import SLACK_ERRORS, describe_error
from bot.slack.scopes import BOT_SCOPES
from bot.slack.transports import check_bot_token
from bot.store.db.database import Database, StoreUnavailable


class Finding(Struct, frozen=True):
    """One thing that was checked, and what came of it."""

    good: bool
    said: str


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Yield what is found, one check after the other; later checks go on where earlier ones failed."""
    for warning in unknown_settings():
        yield Finding(False, warning)
    try:
        check_for_run(settings)
        yield Finding(True, "the settings are complete and well formed")
    except SettingsError as error:
        for problem in error.problems:
            yield Finding(False, problem)
    yield _prices(settings)
    yield await _store(settings)
    yield await _api(settings)
    async for finding in _slack(settings):
        yield finding


def _prices(settings: Settings) -> Finding:
    try:
        Prices.load(settings.prices)
    except PricesUnreadable as error:
        return Finding(False, f"the prices cannot be read: {error}; check BATCHDESK_PRICES")
    return Finding(True, "the prices can be read")


async def _store(settings: Settings) -> Finding:
    try:
        database = Database(settings.database_url)
        try:
            database.open()
        finally:
            await database.close()
    except StoreUnavailable as error:
        return Finding(False, f"the store that DATABASE_URL names is {error.reason}; check its address and its rights")
    return Finding(True, "the store opens")


async def _api(settings: Settings) -> Finding:
    if settings.anthropic_api_key is None:
        return Finding(False, "ANTHROPIC_API_KEY is not set, so the Message Batches API was not asked")
    try:
        made = api_http(settings)
    except (ValueError, httpx.InvalidURL):  # a header or an address that cannot be sent
        return Finding(False, "the Message Batches API was not asked, because a setting for it is malformed")
    async with made as http:
        try:
            page = await BatchesClient(http).list(limit=1)
        except ExpectedError as error:
            return Finding(False, f"the Message Batches API did not answer as it should: {error}")
    newest = page.data[0].id if page.data else "none yet"
    return Finding(True, f"the Message Batches API takes the key (newest batch: {newest})")


async def _slack(settings: Settings) -> AsyncIterator[Finding]:
    if settings.slack_bot_token is None:
        return
    client = AsyncWebClient(secret(settings.slack_bot_token), base_url=settings.slack_api_url)
    try:
        await check_bot_token(client)
    except ExpectedError as error:
        yield Finding(False, str(error))
        return
    except ValueError:  # a header that cannot be sent
        yield Finding(False, "Slack was not asked, because SLACK_BOT_TOKEN is malformed")
        return
    answered = await client.auth_test()
    yield Finding(True, f"Slack takes SLACK_BOT_TOKEN, for the workspace {answered['team']}")
    granted = set(str(answered.headers.get("x-oauth-scopes", "")).split(","))
    missing = [f"{scope} ({reason})" for scope, reason in BOT_SCOPES.items() if scope not in granted]
    said = f"missing scopes: {', '.join(missing)}" if missing else "the app has every scope it needs"
    yield Finding(not missing, said)
    if settings.slack_app_token is not None:
        yield await _app_token(settings, client)


async def _app_token(settings: Settings, client: AsyncWebClient) -> Finding:
    try:
        await client.apps_connections_open(app_token=secret(settings.slack_app_token))
    except SLACK_ERRORS as error:
        return Finding(
            False, f"Slack refused SLACK_APP_TOKEN ({describe_error(error)}); make one with connections:write"
        )
    except ValueError:
        return Finding(False, "Slack was not asked about SLACK_APP_TOKEN, because it is malformed")
    return Finding(True, "Slack takes SLACK_APP_TOKEN: Socket Mode will work")
