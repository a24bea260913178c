"""What is broken until an administrator acts is never called a passing trouble, and is named where they look."""

import logging
import re

import httpx
import pytest

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.world import Person
from tests.conftest import OpenDesk
from tests.desk import ADA, ALL_SCOPES, BATCHES, BEN, OPERATORS, Desk
from tests.journeys.creating import ask_about_file, sound_file
from tests.journeys.watching import add_running_batch, advance_and_sweep, run_sweep, wait_for_card, wait_for_notice

FOR_GOOD = 50
"""More calls than a test makes."""


async def read_health(desk: Desk) -> tuple[int, dict[str, dict[str, str]]]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{desk.bot.health_port}", verify=False) as client:
        ready = await client.get("/readyz")
    return ready.status_code, ready.json()


async def read_metrics(desk: Desk) -> str:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{desk.bot.health_port}", verify=False) as client:
        return (await client.get("/metrics")).text


@pytest.mark.parametrize(
    "error", ["token_revoked", "account_inactive", "invalid_auth", "token_expired", "app_uninstalled", "not_authed"]
)
async def test_a_dead_token_is_the_administrators_and_no_one_can_be_served(desk: Desk, error: str) -> None:
    desk.slack.refuse_token(error)

    [reply] = await desk.type("/batch status last")
    status, health = await read_health(desk)

    assert "minute" not in reply.visible_text
    assert f"`{error}`" in reply.visible_text
    assert "An administrator must replace the token" in reply.visible_text
    assert status == 503
    assert error in health["checks"]["token"]
    assert f'batchdesk_slack_call_seconds_count{{method="users.info",status="{error}"}} 1.0' in await read_metrics(desk)


async def test_one_method_that_refuses_the_token_is_enough(desk: Desk) -> None:
    desk.slack.fail_next("users.info", error="token_revoked", times=FOR_GOOD)

    [reply] = await desk.type("/batch status last")
    status, health = await read_health(desk)

    assert "minute" not in reply.visible_text
    assert "token_revoked from users.info" in health["checks"]["token"]
    assert status == 503


async def test_a_token_that_works_again_serves_again(desk: Desk) -> None:
    desk.slack.refuse_token("invalid_auth")
    await desk.type("/batch help")
    assert "invalid_auth" in await read_metrics(desk)
    desk.slack.refuse_token(None)

    await desk.type("/batch help")

    assert (await read_health(desk))[0] == 200


@pytest.mark.parametrize(
    ("scope", "operators", "user"),
    [("users:read", (ADA,), ADA), ("usergroups:read", (OPERATORS,), BEN), ("channels:read", (ADA,), ADA)],
)
async def test_a_missing_scope_is_named_with_who_adds_it(
    open_desk: OpenDesk, scope: str, operators: tuple[str, ...], user: str
) -> None:
    desk = await open_desk(scopes=ALL_SCOPES - {scope}, operators=operators)
    batch = add_running_batch(desk)

    [reply] = await desk.type(f"/batch cancel {batch.id}", user=user)
    status, health = await read_health(desk)

    assert "minute" not in reply.visible_text
    assert "`missing_scope`" in reply.visible_text
    assert f"`{scope}`" in reply.visible_text
    assert "An administrator must add the scope" in reply.visible_text
    assert status == 200
    assert f"missing_scope ({scope}" in health["warnings"]["slack"]


@pytest.mark.parametrize(
    ("method", "scope"),
    [
        ("conversations.open", "im:write"),
        ("files.getUploadURLExternal", "files:write"),
        ("files.completeUploadExternal", "files:write"),
    ],
)
async def test_a_file_without_its_scope_is_not_tried_again_in_a_minute(desk: Desk, method: str, scope: str) -> None:
    desk.api.workspace.add(succeeded=3)
    desk.slack.fail_next(method, error="missing_scope", times=FOR_GOOD)

    [reply] = await desk.type("/batch results last --file")

    assert "No file was sent" in reply.visible_text
    assert "minute" not in reply.visible_text
    assert f"administrator must add the scope `{scope}`" in reply.visible_text


async def test_a_file_that_cannot_be_looked_up_for_good_names_the_scope_at_once(open_desk: OpenDesk) -> None:
    desk = await open_desk(scopes=ALL_SCOPES - {"files:read"})
    desk.api.workspace.add(succeeded=3)

    [reply] = [each for each in await desk.type("/batch results last --file") if not each.files]

    assert "didn't confirm it: `missing_scope`. Check our direct messages" in reply.visible_text
    assert "administrator must add the scope `files:read`" in reply.visible_text
    assert len(desk.slack.calls("files.info")) == 1


@pytest.mark.parametrize(("error", "says"), [("token_revoked", "administrator"), ("is_archived", "archived")])
async def test_a_look_up_that_fails_for_good_names_what_to_do(desk: Desk, error: str, says: str) -> None:
    desk.slack.fail_next("conversations.info", error=error, times=FOR_GOOD)

    [reply] = await desk.type("/batch status last")

    assert "minute" not in reply.visible_text
    assert says in reply.visible_text


@pytest.mark.parametrize("error", ["internal_error", "fatal_error", "service_unavailable", "ratelimited"])
async def test_a_passing_error_is_not_the_administrators(desk: Desk, error: str) -> None:
    desk.slack.fail_next("users.info", error=error)

    [reply] = await desk.type("/batch status last")
    status, health = await read_health(desk)

    assert "Try again in a minute" in reply.visible_text
    assert "dministrator" not in reply.visible_text
    assert (status, health["warnings"]) == (200, {})


@pytest.mark.worker
async def test_a_card_without_its_scope_is_logged_and_shown_with_slacks_word(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    batch = add_running_batch(desk)
    desk.slack.fail_next("chat.postMessage", error="missing_scope", times=FOR_GOOD)

    with caplog.at_level(logging.WARNING):
        await desk.type(f"/batch watch {batch.id}")
        await desk.slack.wait_for(lambda: any(call.method == "chat.postMessage" for call in desk.slack.calls()))
        await desk.slack.wait_for(lambda: "failed" in caplog.text)
    status, health = await read_health(desk)

    [line] = [record.getMessage() for record in caplog.records if "attempt 1 failed" in record.getMessage()]
    assert line.endswith("failed: missing_scope (chat:write)")
    assert "missing_scope (chat:write) from chat.postMessage" in health["warnings"]["slack"]
    assert status == 200


@pytest.mark.worker
async def test_an_api_that_is_away_is_a_warning_and_people_are_served(desk: Desk) -> None:
    await run_sweep(desk)
    desk.api.add_fault(ApiFault(status=401, times=FOR_GOOD))

    await desk.type("/batch status last")
    status, health = await read_health(desk)

    assert (status, "HTTP 401" in health["warnings"]["api"]) == (200, True)


@pytest.mark.parametrize(
    ("status", "says"),
    [(529, "The Message Batches API is overloaded."), (500, "had an error"), (503, "had an error"), (429, "too many")],
)
async def test_an_api_that_has_trouble_offers_to_try_again(desk: Desk, status: int, says: str) -> None:
    batch = add_running_batch(desk)
    desk.api.add_fault(ApiFault(status=status, should_retry=False))

    [reply] = await desk.type(f"/batch status {batch.id}")
    await desk.press(reply, "Try again")

    assert says in reply.visible_text
    assert "Nothing was changed. Try again in" in reply.visible_text
    assert f"HTTP {status}" in reply.visible_text
    assert "running" in desk.slack.messages(BATCHES, ADA)[-1].visible_text


@pytest.mark.parametrize(
    ("status", "says"),
    [(401, "refused Batchdesk's key"), (403, "doesn't let Batchdesk's key do this")],
)
async def test_a_refused_key_is_the_administrators(desk: Desk, status: int, says: str) -> None:
    desk.api.add_fault(ApiFault(status=status))

    [reply] = await desk.type("/batch status last")

    assert says in reply.visible_text
    assert "An administrator must" in reply.visible_text
    assert "ry again" not in reply.visible_text
    assert reply.buttons == []


async def test_a_passing_error_of_a_look_up_offers_to_try_again(desk: Desk) -> None:
    batch = add_running_batch(desk)
    desk.slack.fail_next("users.info", error="internal_error")

    [reply] = await desk.type(f"/batch cancel {batch.id}")
    [question] = await desk.press(reply, "Try again")

    assert question.buttons == ["Cancel the batch", "Keep it running"]


@pytest.mark.worker
async def test_a_card_calls_an_owner_who_left_by_their_name(desk: Desk) -> None:
    gone = {
        "id": "U0GONE",
        "team_id": "T0DEMO",
        "name": "gone",
        "deleted": True,
        "profile": {"real_name": "Gone Person", "display_name": ""},
    }
    desk.slack.world.add(Person("U0GONE", "Gone", record=gone))
    batch = add_running_batch(desk)

    await desk.type(f"/batch own {batch.id} <@U0GONE>")
    await desk.type(f"/batch watch {batch.id}")

    assert "Gone Person" in (await wait_for_card(desk, batch)).visible_text


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("missing_scope", "I can't post in"),
        ("token_revoked", "I can't post in"),
        ("is_archived", "I can't post in"),
        ("internal_error", "I can't confirm that my question is in"),
    ],
)
async def test_a_question_that_slack_refuses_is_not_called_unconfirmed(
    open_desk: OpenDesk, error: str, says: str
) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=10)
    question = await ask_about_file(desk, sound_file())
    desk.slack.fail_next("chat.postMessage", error=error, times=FOR_GOOD)
    desk.slack.fail_next("conversations.history", error=error, times=FOR_GOOD)

    seen = await desk.press(question, "Ask for approval")

    assert any(says in message.visible_text for message in seen)


@pytest.mark.worker
async def test_the_log_says_why_a_notice_has_no_causes(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    batch = add_running_batch(desk, errored=39, succeeded=1_161)
    desk.api.add_fault(ApiFault(path="/v1/messages/batches/*/results", status=403, times=FOR_GOOD))
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch)

    await advance_and_sweep(desk)
    await wait_for_notice(desk, batch)

    assert re.search(r"has no causes and no cost: permission_error: .*HTTP 403", caplog.text)
