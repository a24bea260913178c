"""Tokens, keys, secrets and response_urls appear in no log line, message or stored row."""

import logging
import re
import sqlite3
from contextlib import closing

import pytest
from pydantic import SecretStr

from bot.observability.logs import TEXT_FORMAT, JsonFormatter, TextFormatter
from bot.playground.api_simulator.faults import ApiFault
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, Desk
from tests.slack.refused_once import connections_after_a_refusal

REPORT = "/v1/organizations/*"


async def a_day_at_work(desk: Desk) -> None:
    """Everything a person does, and everything that goes wrong meanwhile."""
    desk.api.workspace.add(succeeded=1)
    [question] = await desk.type("/batch delete last")
    await desk.press(question, "Delete for good")
    desk.api.workspace.add(succeeded=1)
    [question] = await desk.type("/batch delete last")
    desk.slack.fail_next("response_url", error="used_url", status=404, times=2)
    await desk.press(question, "Keep")
    desk.slack.fail_next("chat.postEphemeral", error="channel_not_found")
    await desk.type("/batch audit")
    desk.slack.fail_next("response_url", error="ratelimited", status=429, retry_after=0)
    await desk.type("/batch help")
    await desk.type("/batch audit --export")
    for fault in (ApiFault(status=401), ApiFault(status=500, should_retry=False), ApiFault(body="<html>", times=3)):
        desk.api.add_fault(fault)
        await desk.type("/batch status last")
    for fault in (ApiFault(status=403, path=REPORT), ApiFault(status=500, path=REPORT, times=3)):
        desk.api.add_fault(fault)
        await desk.type("/batch cost --check")
    await desk.type("/batch cost --check")
    desk.slack.fail_next("users.info", error="invalid_auth")
    await desk.type("/batch", user="U0BEN")
    await desk.home()
    await desk.new_messages_after(ADA, lambda: desk.slack.press_raw(ADA, BATCHES, value="forged"))


def secrets_of(desk: Desk) -> list[str]:
    """Return what may appear nowhere: the credentials, and the secret end of every response_url."""
    settings = desk.settings
    given = (settings.slack_bot_token, settings.slack_app_token, settings.slack_signing_secret)
    keys = (settings.anthropic_api_key, settings.analytics_key)
    credentials = [secret.get_secret_value() for secret in (*given, *keys) if secret]
    return [*credentials, "/commands/T0DEMO/", "/actions/T0DEMO/"]


def stored_in(desk: Desk) -> str:
    with closing(sqlite3.connect(desk.store)) as store:
        return "\n".join(store.iterdump())


def shown_in(desk: Desk) -> str:
    places = desk.slack.world.channels
    messages = [message for place in places for message in desk.slack.messages(place)]
    return repr([messages, desk.slack.home(ADA), desk.slack.modal(ADA)])


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_no_secret_is_logged_shown_or_stored(
    open_desk: OpenDesk, transport: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    desk = await open_desk(transport, analytics_key=SecretStr("sk-ant-admin01-for-the-bill"))
    await a_day_at_work(desk)
    await desk.stop()

    logged = "\n".join(map(logging.Formatter().format, caplog.records))

    assert len(logged.splitlines()) > 20
    assert [secret for secret in secrets_of(desk) if secret in logged] == []
    assert [secret for secret in secrets_of(desk) if secret in shown_in(desk)] == []
    assert [secret for secret in secrets_of(desk) if secret in stored_in(desk)] == []


@pytest.mark.parametrize("form", [TextFormatter(TEXT_FORMAT), JsonFormatter()], ids=["text", "json"])
async def test_the_address_of_a_connection_that_is_refused_is_logged_without_its_ticket(
    form: logging.Formatter, caplog: pytest.LogCaptureFixture
) -> None:
    await connections_after_a_refusal()

    said = [record for record in caplog.records if "ticket=" in logging.Formatter().format(record)]
    logged = "\n".join(map(form.format, said))

    assert said
    assert "ticket=…&app_id=" in logged
    assert re.findall(r"ticket=\w+", logged) == []
