"""A passing failure of Slack or the API at the start is one sentence and a retry; it blames no token."""

import re
import signal

import pytest

from bot.doctor import Finding, examine
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.simulation import make_settings
from tests.simulators import Simulators
from tests.test_main import sentences

PASSING: dict[str, dict[str, object]] = {
    "internal_error": {"error": "internal_error"},
    "ratelimited": {"error": "ratelimited"},
    "429": {"retry_after": 1},
    "503": {"status": 503, "error": "service_unavailable"},
    "an HTML page with 200": {"body": "<!DOCTYPE html><title>Slack</title><p>We'll be right back"},
    "an HTML page with 502": {"status": 502, "body": "<html>Bad Gateway</html>"},
    "JSON cut in the middle": {"body": '{"ok": true, "team": "De'},
    "JSON of another shape": {"body": '["ok"]'},
    "JSON without the ids": {"body": '{"ok": true}'},
}
BLAME = re.compile("refused|Traceback|invalid_auth|[Cc]heck SLACK_BOT_TOKEN")


async def examined(simulators: Simulators) -> list[Finding]:
    settings = make_settings(simulators.slack, simulators.api, simulators.folder / "store.sqlite3")
    return [finding async for finding in examine(settings)]


async def test_the_start_outlasts_passing_failures_of_slack(simulators: Simulators) -> None:
    simulators.slack.fail_next("auth.test", error="internal_error")
    simulators.slack.fail_next("auth.test", body="<!DOCTYPE html><title>Slack</title><p>We'll be right back")
    simulators.slack.fail_next("apps.connections.open", error="ratelimited")

    process = await simulators.start("web")
    await simulators.slack.wait_for(lambda: simulators.slack.sockets, timeout=60)
    process.send_signal(signal.SIGTERM)
    _, log = await process.communicate()

    assert process.returncode == 0
    assert sentences(log.decode()) == []
    assert not BLAME.search(log.decode())


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_a_failure_of_slack_that_stays_ends_the_start_with_one_sentence_that_blames_no_token(
    simulators: Simulators, method: str
) -> None:
    simulators.slack.fail_next(method, error="internal_error", times=100)

    status, printed, complained = await simulators.finish("web")

    assert (status, printed) == (1, "")
    [sentence] = sentences(complained)
    assert "Slack couldn't answer: internal_error." in sentence
    assert not BLAME.search(complained)
    assert len(simulators.slack.calls(method)) > 2


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
async def test_doctor_outlasts_a_passing_failure_of_slack(simulators: Simulators, fault: dict[str, object]) -> None:
    simulators.slack.fail_next("auth.test", **fault)  # type: ignore[arg-type] # each is a keyword of it
    simulators.slack.fail_next("apps.connections.open", **fault)  # type: ignore[arg-type] # likewise

    found = await examined(simulators)

    assert [finding.message for finding in found if not finding.ok] == []
    assert "Slack accepts SLACK_BOT_TOKEN" in " ".join(finding.message for finding in found)


async def test_doctor_names_a_failure_of_slack_that_stays_and_blames_no_token(simulators: Simulators) -> None:
    simulators.slack.fail_next("auth.test", error="internal_error", times=100)

    status, printed, complained = await simulators.finish("doctor")

    assert (status, complained) == (1, "")
    [failure] = [line for line in printed.splitlines() if line.startswith("FAIL")]
    assert "Slack couldn't answer: internal_error." in failure
    assert not BLAME.search(printed)


@pytest.mark.parametrize("command", ["run", "doctor"])
async def test_an_address_that_would_send_a_secret_in_clear_text_is_refused(
    simulators: Simulators, command: str
) -> None:
    status, printed, complained = await simulators.finish(command, ANTHROPIC_BASE_URL="http://gateway.invalid")

    assert status == (2 if command == "run" else 1)
    lines = (printed + complained).splitlines()
    [refusal] = [line for line in lines if "clear text" in line]
    assert refusal.removeprefix("FAIL ").startswith("ANTHROPIC_BASE_URL begins with http://, so the API key would go")
    assert "BATCHDESK_ALLOW_HTTP=true" in refusal
    assert (len(lines) == 1) == (command == "run")


async def test_an_allowed_address_that_sends_a_secret_in_clear_text_is_named_at_the_start_and_by_doctor(
    simulators: Simulators,
) -> None:
    allowed = {"ANTHROPIC_BASE_URL": "http://gateway.invalid", "BATCHDESK_ALLOW_HTTP": "true"}

    _, printed, _ = await simulators.finish("doctor", **allowed)
    process = await simulators.start("web", **allowed)
    await simulators.slack.wait_for(lambda: simulators.slack.sockets, timeout=60)
    process.send_signal(signal.SIGTERM)
    _, log = await process.communicate()

    assert process.returncode == 0
    assert "WARN ANTHROPIC_BASE_URL begins with http://" in printed
    assert "ANTHROPIC_BASE_URL begins with http://" in log.decode()


@pytest.mark.parametrize(
    "fault",
    [
        ApiFault(status=500, times=9),
        ApiFault(status=529, times=9),
        ApiFault(status=429, times=9),
        ApiFault(body="<!DOCTYPE html>\n<title>Just a moment</title>\n<p>Checking", times=9),
        ApiFault(status=502, body="<html>\n<h1>Bad Gateway</h1>\n</html>", times=9),
        ApiFault(status=403, body="<html>\n<h1>Forbidden</h1>\n</html>", times=9),
        ApiFault(cut="before", times=9),
        ApiFault(cut="middle", times=9),
    ],
    ids=lambda fault: f"{fault.status} {fault.cut} {(fault.body or '')[:6]}",
)
async def test_doctor_names_a_failure_of_the_api_in_one_line_and_blames_no_key(
    simulators: Simulators, fault: ApiFault
) -> None:
    simulators.api.add_fault(fault)

    found = await examined(simulators)

    [failure] = [finding.message for finding in found if not finding.ok]
    assert "Message Batches API" in failure
    assert "refused the key" not in failure
    assert "<" not in failure
    assert "\n" not in failure
