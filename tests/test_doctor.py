"""`doctor` reports on each setting and service, and one problem stops none of the other checks."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.doctor import HUMAN_REVIEW_OFF, examine
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.simulation import make_settings
from bot.playground.slack_simulator.world import Channel, Person, UserGroup
from bot.pricing.prices import Prices
from bot.settings.checks import find_problems
from bot.slack.scopes import BOT_SCOPES
from bot.store.db.database import Database
from tests.desk import ADA, BATCHES, BOT, GENERAL, GUEST
from tests.identity_tokens import make_identity_token
from tests.simulators import Simulators


async def list_failures(simulators: Simulators, **changes: object) -> list[str]:
    """Return what `doctor` says is wrong with the playground's settings, changed so."""
    settings = make_settings(simulators.slack, simulators.api, simulators.folder / "store.sqlite3")
    found = [finding async for finding in examine(settings.model_copy(update=changes))]
    return [finding.message for finding in found if not finding.ok]


async def test_doctor_reports_that_everything_works(simulators: Simulators) -> None:
    status, printed, complained = await simulators.finish("doctor")

    assert (status, complained) == (0, "")
    # the built-in prices grow old
    assert [line for line in printed.splitlines() if not line.startswith(("OK ", "WARN The newest price"))] == []
    assert len(printed.splitlines()) == 12
    assert "Everyone in the workspace may read the contents of results. BATCHDESK_READERS limits that." in printed
    assert "The clock agrees with the Message Batches API and Slack." in printed
    assert list(simulators.folder.iterdir()) == []


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


async def test_doctor_warns_of_old_prices(simulators: Simulators) -> None:
    settings = make_settings(simulators.slack, simulators.api, simulators.folder / "store.sqlite3")
    newest = Prices.load().newest_date
    assert newest is not None

    async def list_warnings(days: int) -> list[str]:
        found = [each async for each in examine(settings, today=newest + timedelta(days=days))]
        return [finding.message for finding in found if finding.is_warning and "price" in finding.message]

    assert await list_warnings(90) == []
    assert await list_warnings(91) == [
        f"The newest price is from {newest}, more than 90 days ago. Upgrade, or set BATCHDESK_PRICES."
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"anthropic_api_key": SecretStr("sk-ant-schlüssel")},
        {"anthropic_base_url": "http://[bad"},
        {"anthropic_base_url": "http://api.example:port"},
        {"slack_api_url": "http://[bad/api/"},
        {"slack_api_url": "http://127.0.0.1:port/api/"},
        {"http_proxy": "socks5://u:geheim@127.0.0.1:1"},
        {"all_proxy": "http://u:geheim@127.0.0.1:port"},
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


@pytest.mark.parametrize("field", ["audit_channel", "feed_channel", "digest_channel"])
@pytest.mark.parametrize(
    ("channel", "says"),
    [
        (Channel("C0GONE", "gone", is_private=True), "Slack shows the bot no channel C0GONE"),
        (Channel("C0OTHER", "other"), "the bot is not in #other (C0OTHER). Invite it there"),
        (Channel("C0OLD", "old", frozenset({BOT}), is_archived=True), "#old (C0OLD) is archived. Unarchive it"),
        (
            Channel("C0ACME", "acme", frozenset({BOT}), is_ext_shared=True),
            "#acme (C0ACME) is shared with another organization",
        ),
    ],
    ids=lambda each: each.id if isinstance(each, Channel) else "",
)
async def test_a_channel_that_cannot_be_posted_in_is_named_with_its_setting(
    simulators: Simulators, field: str, channel: Channel, says: str
) -> None:
    simulators.slack.world.add(channel)

    [failure] = await list_failures(simulators, digest_hour=9, **{"digest_channel": BATCHES, field: channel.id})

    assert failure.startswith(f"BATCHDESK_{field.upper()}: {says}")


async def test_a_shared_channel_is_fine_where_the_settings_allow_it(simulators: Simulators) -> None:
    simulators.slack.world.add(Channel("C0ACME", "acme", frozenset({BOT}), is_ext_shared=True))

    assert await list_failures(simulators, feed_channel="C0ACME", allow_external=True) == []


async def test_a_direct_message_is_a_fine_audit_channel(simulators: Simulators) -> None:
    assert await list_failures(simulators, audit_channel="D0ADA") == []


async def test_every_id_in_the_settings_is_looked_up(simulators: Simulators) -> None:
    gone = {"id": "U0GONE", "name": "gone", "deleted": True, "profile": {"real_name": "Gone Person"}}
    simulators.slack.world.add(
        Person("U0GONE", "Gone", record=gone),
        Person(GUEST, "Gus Guest", is_restricted=True),
        UserGroup("S0EMPTY", "empty"),
    )

    failures = await list_failures(
        simulators,
        operators=(ADA, "U0NOWHERE", "S0NOWHERE"),
        admins=(ADA, "U0GONE"),
        approvers=("S0EMPTY", GUEST, BOT),
        channels=(BATCHES, GENERAL, "C0DEAD"),
    )

    assert [failure.partition(":")[0] for failure in failures] == [
        "BATCHDESK_CHANNELS",
        *["BATCHDESK_OPERATORS"] * 2,
        "BATCHDESK_ADMINS",
        *["BATCHDESK_APPROVERS"] * 3,
    ]
    for words in (
        "no channel C0DEAD",
        "no person U0NOWHERE",
        "no user group S0NOWHERE",
        "Gone Person (U0GONE) is deactivated",
        "S0EMPTY has no members",
        "Gus Guest (U0GUEST) is a guest",
        "Batchdesk (U0BATCHDESK) is an app",
    ):
        assert any(words in failure for failure in failures), words


@pytest.mark.parametrize("operators", [(), ("U0NOWHERE",), ("S0NOWHERE", "U0BATCHDESK")])
async def test_someone_has_to_be_able_to_operate(simulators: Simulators, operators: tuple[str, ...]) -> None:
    failures = await list_failures(simulators, operators=operators, admins=operators)

    assert failures[-1].startswith("No one may operate batches")


@pytest.mark.parametrize("operators", [("*",), ("U0NOWHERE", ADA)])
async def test_one_who_can_is_enough(simulators: Simulators, operators: tuple[str, ...]) -> None:
    failures = await list_failures(simulators, operators=operators, admins=operators)

    assert "No one may operate" not in " ".join(failures)


@pytest.mark.parametrize(
    ("error", "says"), [("internal_error", "Try again in a minute"), ("missing_scope", "Fix that")]
)
async def test_a_look_up_that_fails_says_nothing_about_the_person(
    simulators: Simulators, error: str, says: str
) -> None:
    simulators.slack.fail_next("users.info", error=error, times=2)

    [failure] = await list_failures(simulators, operators=(ADA, "U0BEN"))

    assert failure.startswith(f"BATCHDESK_OPERATORS: can't look up U0ADA: {error}")
    assert says in failure


@pytest.mark.parametrize(
    ("missing", "level"),
    [("users:read", "FAIL"), ("chat:write", "FAIL"), ("files:write", "WARN"), ("im:history", "WARN"), (None, "OK")],
)
async def test_needed_and_optional_scopes_are_not_the_same(
    simulators: Simulators, missing: str | None, level: str
) -> None:
    simulators.slack.set_scopes(frozenset(BOT_SCOPES) - {missing})

    status, printed, _ = await simulators.finish("doctor")

    assert status == (1 if level == "FAIL" else 0)
    [line] = [line for line in printed.splitlines() if "The app " in line and "scope" in line]
    assert line.startswith(level)
    assert missing is None or missing in line


async def test_a_user_group_needs_its_scope(simulators: Simulators) -> None:
    simulators.slack.world.add(UserGroup("S0OPERATORS", "operators", (ADA,)))
    simulators.slack.set_scopes(frozenset(BOT_SCOPES) - {"usergroups:read"})

    failures = await list_failures(simulators, operators=("S0OPERATORS",))

    assert "lacks the scope usergroups:read" in failures[0]


@pytest.mark.parametrize(("ahead", "says"), [(600.0, "600 s behind"), (-90.0, "90 s ahead")])
async def test_a_clock_that_is_off_is_measured(simulators: Simulators, ahead: float, says: str) -> None:
    simulators.slack.set_clock(ahead)

    [failure] = await list_failures(simulators)

    assert re.sub("(59|60)[0-9]|(89|9[01])", lambda near: "600" if len(near[0]) == 3 else "90", failure).startswith(
        f"This machine's clock is {says} compared with Slack"
    )


@pytest.mark.parametrize(("mode", "may"), [(0o604, "read"), (0o602, "change"), (0o606, "read and change")])
async def test_an_env_file_that_others_may_use_is_reported(simulators: Simulators, mode: int, may: str) -> None:
    secrets = simulators.folder / ".env"
    secrets.write_text("BATCHDESK_OPERATOR=U0ADA\n")
    secrets.chmod(mode)

    status, printed, _ = await simulators.finish("doctor")

    assert status == 1
    assert f"can {may} .env, which holds secrets. Run `chmod 600 .env`" in printed
    assert "Did you mean BATCHDESK_OPERATORS?" in printed


async def test_several_wrong_settings_are_reported_together_and_the_rest_is_checked(simulators: Simulators) -> None:
    status, printed, complained = await simulators.finish(
        "doctor", BATCHDESK_SPEND_LIMIT="-5", PORT="http", SLACK_BOT_TOKEN="", BATCHDESK_REQUEST_LIMIT="nan"
    )

    failures = [line.removeprefix("FAIL ") for line in printed.splitlines() if line.startswith("FAIL")]
    assert (status, complained) == (1, "")
    assert "BATCHDESK_SPEND_LIMIT must be 0 or more." in failures
    assert "PORT must be a whole number." in failures
    assert "BATCHDESK_REQUEST_LIMIT must be a whole number." in failures
    assert any(line.startswith("SLACK_BOT_TOKEN is not set. Set it to") for line in failures)
    assert "Slack accepts SLACK_APP_TOKEN" in printed
    assert "Message Batches API accepts the key" in printed


async def test_an_admin_key_is_named_for_what_it_is(simulators: Simulators) -> None:
    status, printed, _ = await simulators.finish("doctor", ANTHROPIC_API_KEY="sk-ant-admin01-madeup")

    assert status == 1
    assert "ANTHROPIC_API_KEY is an admin key (sk-ant-admin…), which can't call the Messages API." in printed
    assert "madeup" not in printed


async def test_doctor_reads_a_store_and_changes_nothing_beside_it(simulators: Simulators) -> None:
    database = Database(f"sqlite:///{simulators.folder / 'store.sqlite3'}")
    database.open()
    await database.close()
    before = {path: path.stat().st_mtime_ns for path in simulators.folder.iterdir()}

    assert await list_failures(simulators) == []
    assert {path: path.stat().st_mtime_ns for path in simulators.folder.iterdir()} == before


@pytest.mark.parametrize(
    ("content", "mode", "says"), [(b"no database" * 99, 0o600, "can't be read"), (b"", 0o644, "read the store")]
)
async def test_a_store_that_is_spoiled_or_open_to_others_is_named(
    simulators: Simulators, content: bytes, mode: int, says: str
) -> None:
    store = simulators.folder / "store.sqlite3"
    store.write_bytes(content)
    store.chmod(mode)

    [failure] = await list_failures(simulators)

    assert failure.startswith("DATABASE_URL: ")
    assert str(store) in failure
    assert says in failure


async def test_a_store_in_no_folder_is_named(simulators: Simulators) -> None:
    [failure] = await list_failures(simulators, database_url="sqlite:////nowhere/at/all.sqlite3")

    assert "/nowhere/at/all.sqlite3" in failure
    assert "doesn't exist" in failure


async def test_limits_are_named_and_need_a_second_person(simulators: Simulators) -> None:
    limits = {"BATCHDESK_SPEND_LIMIT": "50", "BATCHDESK_REQUEST_LIMIT": "1000", "BATCHDESK_MONTHLY_BUDGET": "2000"}

    _, alone, _ = await simulators.finish("doctor", **limits, BATCHDESK_OPERATORS="U0ADA", BATCHDESK_ADMINS="")
    _, two, _ = await simulators.finish("doctor", **limits, BATCHDESK_OPERATORS="U0ADA,U0BEN")

    assert "FAIL Limits are set, and only one person may approve what is above them." in alone
    assert "$50 a person in 24 hours, 1,000 requests a person in 24 hours, $2,000 a month for the workspace." in two


async def test_doctor_names_the_readers_setting_and_a_person_of_another_organization(simulators: Simulators) -> None:
    simulators.slack.world.add(Person("U0ZOE", "Zoe Zahn", team_id="T0OTHER"))

    status, printed, _ = await simulators.finish("doctor", BATCHDESK_READERS="U0ADA,U0ZOE")

    assert status == 1
    assert "Only the people in BATCHDESK_READERS may read the contents of results." in printed
    [problem] = [line for line in printed.splitlines() if line.startswith("FAIL")]
    assert "BATCHDESK_READERS: Zoe Zahn (U0ZOE) belongs to another organization" in problem


ADMIN_KEY = SecretStr("sk-ant-admin01-for-the-bill")


async def list_about_the_bill(simulators: Simulators, **changes: object) -> list[str]:
    """Return what `doctor` says about Anthropic's cost report, each with its kind."""
    settings = make_settings(simulators.slack, simulators.api, simulators.folder / "store.sqlite3")
    changes = {"analytics_key": ADMIN_KEY} | changes
    found = [finding async for finding in examine(settings.model_copy(update=changes))]
    return [
        f"{'WARN' if finding.is_warning else 'OK' if finding.ok else 'FAIL'} {finding.message}"
        for finding in found
        if "BATCHDESK_ANALYTICS_KEY" in finding.message or "cost report" in finding.message
    ]


async def test_doctor_reads_the_cost_report_with_its_key(simulators: Simulators) -> None:
    [line] = await list_about_the_bill(simulators)

    assert line.startswith(
        "OK Anthropic's cost report accepts BATCHDESK_ANALYTICS_KEY (its figures are complete until 20"
    )
    assert await list_about_the_bill(simulators, analytics_key=None) == []


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (
            "xoxb-1-2-abc",
            "BATCHDESK_ANALYTICS_KEY is a bot token (xoxb-…). Set it to the Admin API key (sk-ant-admin…)",
        ),
        ("sk-ant-oat01-abc", "BATCHDESK_ANALYTICS_KEY is an access token (sk-ant-oat…)"),
        ('"sk-ant-admin01-abc"', "BATCHDESK_ANALYTICS_KEY is in quotation marks. Remove them."),
        ("sk-ant-admin01 abc", "BATCHDESK_ANALYTICS_KEY contains blanks or line breaks."),
        ("secret", "BATCHDESK_ANALYTICS_KEY is malformed. Copy the Admin API key (sk-ant-admin…)"),
    ],
)
async def test_doctor_names_the_wrong_kind_of_key_for_the_cost_report(
    simulators: Simulators, key: str, words: str
) -> None:
    changes = {"analytics_key": SecretStr(key), "anthropic_base_url": "https://api.anthropic.com"}
    settings = make_settings(simulators.slack, simulators.api, simulators.folder / "s.sqlite3")

    problems = find_problems(settings.model_copy(update=changes))

    assert [problem for problem in problems if problem.startswith(words)] != []
    assert not any("abc" in problem for problem in problems)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("sk-ant-api03-workspace", "can't be used with the key of a workspace. Use an Admin API key."),
        ("sk-ant-api03-limits", "Scopes of this key: read:spend_limits. Required: read:analytics."),
    ],
)
async def test_doctor_names_the_scope_that_a_key_for_the_cost_report_lacks(
    simulators: Simulators, key: str, words: str
) -> None:
    simulators.api.organization_keys.grant("sk-ant-api03-limits", "read:spend_limits")

    [line] = await list_about_the_bill(simulators, analytics_key=SecretStr(key))

    assert line.startswith("FAIL BATCHDESK_ANALYTICS_KEY may not read Anthropic's cost report: ")
    assert words in line
    assert "Use an Admin API key, or a key with the scope read:analytics that belongs to no workspace." in line
    assert key not in line


async def test_doctor_names_a_revoked_key_and_an_organization_without_a_report(simulators: Simulators) -> None:
    simulators.api.bill.change(refuses="Not available for organizations with HIPAA readiness.")
    [refused] = await list_about_the_bill(simulators)
    simulators.api.organization_keys.revoke(ADMIN_KEY.get_secret_value())
    [revoked] = await list_about_the_bill(simulators)

    assert refused.startswith("FAIL Anthropic has no cost report for this organization: Not available for org")
    assert revoked.startswith("FAIL Anthropic refused BATCHDESK_ANALYTICS_KEY: API key is invalid.")


async def test_doctor_warns_of_one_key_for_both(simulators: Simulators) -> None:
    simulators.api.organization_keys.grant("sk-ant-playground", "read:analytics")

    lines = await list_about_the_bill(simulators, analytics_key=SecretStr("sk-ant-playground"))

    assert [line.split()[0] for line in lines] == ["WARN", "OK"]
    assert "is the same as ANTHROPIC_API_KEY" in lines[0]


async def test_doctor_notices_a_key_of_another_organization(simulators: Simulators) -> None:
    simulators.api.workspace.admin_organization_id = "00000000-0000-0000-0000-000000000000"

    [line] = await list_about_the_bill(simulators)

    assert line.startswith("FAIL BATCHDESK_ANALYTICS_KEY belongs to another organization than ANTHROPIC_API_KEY.")


async def test_doctor_warns_that_the_bill_includes_every_workspace(simulators: Simulators) -> None:
    simulators.api.workspace.names_itself = False

    accepted, warning = await list_about_the_bill(simulators)

    assert accepted.startswith("OK ")
    assert warning == (
        "WARN The API doesn't name the key's workspace, so the cost report of BATCHDESK_ANALYTICS_KEY includes every "
        "workspace."
    )


@pytest.mark.parametrize(
    "fault", [ApiFault(status=500, path="/v1/organizations/*", times=9), ApiFault(body="<p>", path="/v1/org*", times=9)]
)
async def test_a_cost_report_that_fails_is_only_a_warning(simulators: Simulators, fault: ApiFault) -> None:
    simulators.api.add_fault(fault)

    [line] = await list_about_the_bill(simulators)

    assert line.startswith("WARN Anthropic's cost report doesn't answer: ")
    assert "Only `/batch cost --check` needs it." in line


def federated(simulators: Simulators, **changes: object) -> dict[str, object]:
    """Return settings with which the simulated API exchanges an identity token."""
    file = simulators.folder / "identity"
    file.write_text(make_identity_token())
    return {
        "anthropic_api_key": None,
        "federation_rule": simulators.api.access_tokens.rule.id,
        "organization_id": simulators.api.workspace.organization_id,
        "identity_token_file": file,
    } | changes


async def test_a_token_by_federation_is_accepted(simulators: Simulators) -> None:
    settings = make_settings(simulators.slack, simulators.api, simulators.folder / "store.sqlite3")
    found = [finding async for finding in examine(settings.model_copy(update=federated(simulators)))]

    assert [finding.message for finding in found if not finding.ok] == []
    assert any("Message Batches API accepts the token" in finding.message for finding in found)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"identity_token_file": Path("/nowhere/at/all")},
            "identity token of ANTHROPIC_IDENTITY_TOKEN_FILE: No such",
        ),
        ({"identity_token_file": Path("/")}, "Can't read the identity token of ANTHROPIC_IDENTITY_TOKEN_FILE: "),
        ({"identity_token_file": Path(__file__)}, "ANTHROPIC_IDENTITY_TOKEN_FILE: the file is larger than 16384 bytes"),
        (
            {"identity_token_file": None, "identity_token": SecretStr(make_identity_token(-99))},
            "The identity token of ANTHROPIC_IDENTITY_TOKEN is of no use: it expired at ",
        ),
        (
            {"identity_token_file": None, "identity_token": SecretStr("sk-ant.geheim.x")},
            "ANTHROPIC_IDENTITY_TOKEN holds no identity token: it is not a JWT.",
        ),
        (
            {"federation_rule": "fdrl_01Other"},
            "refused the identity token (HTTP 401). Check that the rule in",
        ),
        (
            {"federation_rule": "rule"},
            "the exchange (HTTP 400). Check ANTHROPIC_FEDERATION_RULE_ID",
        ),
        ({"anthropic_workspace_id": "wrkspc_01Other"}, "belongs to the workspace of ANTHROPIC_WORKSPACE_ID"),
    ],
)
async def test_what_is_wrong_with_a_federation_is_named(
    simulators: Simulators, changes: dict[str, object], says: str
) -> None:
    failures = await list_failures(simulators, **federated(simulators, **changes))

    assert any(says in failure for failure in failures)
    assert "geheim" not in " ".join(failures)


async def test_an_identity_token_that_is_not_set_is_no_unreadable_one(simulators: Simulators) -> None:
    failures = await list_failures(simulators, **federated(simulators, identity_token_file=None))

    assert [failure for failure in failures if "ANTHROPIC_IDENTITY_TOKEN" in failure] == [
        "Neither ANTHROPIC_IDENTITY_TOKEN_FILE nor ANTHROPIC_IDENTITY_TOKEN is set, and ANTHROPIC_FEDERATION_RULE_ID "
        "needs one of them."
    ]
    assert "There is no identity token, so the Message Batches API was not checked." in failures


async def test_a_credential_that_reaches_no_batches_is_named(simulators: Simulators) -> None:
    simulators.api.access_tokens.rule.scope = "workspace:inference"
    [scope] = await list_failures(simulators, **federated(simulators))
    off = {"type": "invalid_request_error", "message": "No.", "details": {"error_code": HUMAN_REVIEW_OFF}}
    body = json.dumps({"type": "error", "error": off})
    simulators.api.add_fault(ApiFault(status=400, path="/v1/messages/batches", body=body, times=9))
    [review] = await list_failures(simulators)

    assert "The token of ANTHROPIC_FEDERATION_RULE_ID may not use batches" in scope
    assert "workspace:developer" in scope
    assert review.startswith("The workspace has Human Review off, so it has no batches.")


async def test_a_key_of_another_workspace_is_named(simulators: Simulators) -> None:
    [refused] = await list_failures(simulators, anthropic_workspace_id="wrkspc_01Wanted")
    wanted = simulators.api.workspace.id
    simulators.api.workspace.id = "wrkspc_01Other"

    [failure] = await list_failures(simulators, anthropic_workspace_id=wanted)

    assert "The key of ANTHROPIC_API_KEY may not use batches in the workspace of ANTHROPIC_WORKSPACE_ID" in refused
    assert failure == "The key is for the workspace wrkspc_01Other, not for that of ANTHROPIC_WORKSPACE_ID."


async def test_a_credential_that_is_not_used_is_a_warning(simulators: Simulators) -> None:
    settings = make_settings(simulators.slack, simulators.api, simulators.folder / "store.sqlite3")
    both = settings.model_copy(update={"anthropic_auth_token": SecretStr("sk-ant-oat01-geheim")})
    found = [finding async for finding in examine(both)]

    [warning] = [each.message for each in found if each.is_warning and "not used" in each.message]
    assert warning.startswith("ANTHROPIC_AUTH_TOKEN is not used, because ANTHROPIC_API_KEY is set.")


async def test_each_workspace_of_the_file_is_checked_by_its_name(simulators: Simulators) -> None:
    file = simulators.folder / "workspaces.toml"
    file.write_text(
        f"""
[production]
id = "{simulators.api.workspace.id}"
api_key_variable = "ANTHROPIC_API_KEY"
channels = ["{GENERAL}"]
request_limit = 10

[elsewhere]
api_key_file = "key"
base_url = "http://127.0.0.1:1"
channels = ["C0NOWHERE"]
operators = []

[copy]
api_key_variable = "SECOND_KEY"
channels = ["{BATCHES}"]
"""
    )
    (simulators.folder / "key").write_text("sk-ant-elsewhere")
    (simulators.folder / "key").chmod(0o644)
    file.chmod(0o606)
    status, printed, _ = await simulators.finish(
        "doctor", BATCHDESK_WORKSPACES="workspaces.toml", SECOND_KEY="sk-ant-second"
    )
    lines = printed.splitlines()

    def starting(start: str) -> bool:
        return any(line.startswith(start) for line in lines)

    assert status == 1
    assert starting("OK   [production] The Message Batches API accepts the key"), printed
    assert starting("FAIL [production] Limits are set, and only one person may approve"), printed
    assert starting("FAIL [elsewhere] Can't reach the Message Batches API at http://127.0.0.1:1")
    assert starting("FAIL `channels` of [elsewhere]: Slack shows the bot no channel C0NOWHERE")
    assert f'Add `id = "{simulators.api.workspace.id}"`, so that each change is compared with it.' in printed
    assert starting("FAIL [copy] Its credential is for the workspace of [production] (wrkspc_")
    assert starting("FAIL Other users of this machine can change the file in BATCHDESK_WORKSPACES")
    assert starting("WARN Other users of this machine can read the file in `api_key_file` of [elsewhere]")
    assert "No one may operate batches in [elsewhere]. Set `operators` of [elsewhere]" in printed
    assert "sk-ant-" not in printed


async def test_without_a_readable_file_of_workspaces_no_api_is_checked(simulators: Simulators) -> None:
    _, printed, _ = await simulators.finish("doctor", BATCHDESK_WORKSPACES="nowhere.toml")

    assert "FAIL BATCHDESK_WORKSPACES: No such file or directory" in printed
    assert "Message Batches API" not in printed


async def test_an_api_that_names_no_workspace_is_reported_unless_the_file_allows_it(simulators: Simulators) -> None:
    simulators.api.workspace.names_itself = False
    file = simulators.folder / "workspaces.toml"
    table = f'[a]\nid = "{simulators.api.workspace.id}"\napi_key_file = "key"\nchannels = ["{GENERAL}"]\n'
    (simulators.folder / "key").write_text("sk-ant-something")
    found = []
    for content in (table, f'{table}header = "absent"\n'):
        file.write_text(content)
        found.append(await list_failures(simulators, workspaces=file))

    assert [words for words in found[0] if "[a]" in words] == [
        "[a] The API doesn't name the workspace of the key, which `id` of [a] is compared with. For a gateway that "
        'drops the header anthropic-workspace-id, set `header = "absent"`.'
    ]
    assert found[1] == []
