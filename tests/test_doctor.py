"""`doctor` reports on each setting and service, and one problem stops none of the other checks."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.doctor import examine
from bot.playground.simulation import make_settings
from tests.simulators import Simulators


async def test_doctor_reports_that_everything_works(simulators: Simulators) -> None:
    status, printed, complained = await simulators.finish("doctor")

    assert (status, complained) == (0, "")
    assert all(line.startswith("OK ") for line in printed.splitlines())
    assert len(printed.splitlines()) == 7


async def test_doctor_reports_a_failure_and_checks_the_rest(simulators: Simulators) -> None:
    status, printed, complained = await simulators.finish(
        "doctor", SLACK_BOT_TOKEN="xoxb-0-0-wrong", BATCHDESK_OPERATOR="U0ADA"
    )

    assert status == 1
    assert complained == ""
    wrong = [line for line in printed.splitlines() if line.startswith("FAIL")]
    assert "Did you mean BATCHDESK_OPERATORS?" in wrong[0]
    assert "Slack refused SLACK_BOT_TOKEN" in wrong[1]
    assert re.search("^OK .*Message Batches API accepts the key", printed, re.MULTILINE)


async def test_doctor_names_the_wrong_field_of_the_prices(simulators: Simulators, tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text("[regions]\n[[prices]]\nmodels = ['x']\ninput = 'much'\n")

    status, printed, _ = await simulators.finish("doctor", BATCHDESK_PRICES=str(prices))

    assert status == 1
    assert re.search(r"^FAIL .*prices\.toml: prices\.0\.input: .*Check BATCHDESK_PRICES\.$", printed, re.MULTILINE)


@pytest.mark.parametrize(
    "change",
    [
        {"anthropic_api_key": SecretStr("sk-ant-schlüssel")},
        {"anthropic_base_url": "http://[bad"},
        {"anthropic_base_url": "http://api.example:port"},
        {"anthropic_workspace_id": "wrkspc_é"},
        {"slack_bot_token": SecretStr("xoxb-1\nxapp-2")},
        {"slack_app_token": SecretStr("xapp-1\nxoxb-2")},
        {"database_url": "mysql://u:geheim@h/x"},
    ],
    ids=str,
)
async def test_no_malformed_setting_stops_doctor(simulators: Simulators, change: dict[str, object]) -> None:
    settings = make_settings(simulators.slack, simulators.api, simulators.folder / "store.sqlite3").model_copy(
        update=change
    )

    found = [finding async for finding in examine(settings)]

    [name] = change
    problems = " ".join(finding.message for finding in found if not finding.ok)
    assert name.upper() in problems
    assert "geheim" not in problems
    assert "schl" not in problems
