"""What `/batch explain` says is what holds: the verdict, the setting that decides, and what would change it."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.clients import make_rules
from bot.commands.registry import SHOWN
from bot.explanations import Explained, explain_facts
from bot.permissions import (
    CallerFacts,
    Granted,
    NotPermitted,
    Refused,
    Rule,
    Rules,
    check_permission,
    check_place,
    check_use,
)
from bot.playground.slack_simulator.world import Person
from bot.settings.loading import load_settings
from bot.settings.table import SETTINGS
from bot.settings.workspaces import load_workspaces, make_only_workspace
from bot.slack_faults import Meaning, SlackFault
from bot.ui.render import render
from bot.ui.reply import Message
from tests.builders import ADMIN
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, BOT, GENERAL, GUEST, OPERATORS
from tests.two_workspaces import DEV, TwoWorkspaces
from tests.ui.outcomes.explain import OUTCOMES

PEOPLE = st.lists(st.sampled_from(["U0ONE", "U0TWO", "S0ONE", "S0TWO", "*"]), max_size=3)
VARIABLES = st.fixed_dictionaries(
    {},
    optional={
        **{f"BATCHDESK_{name}": PEOPLE.map(",".join) for name in ("OPERATORS", "ADMINS", "APPROVERS", "READERS")},
        "BATCHDESK_CHANNELS": st.lists(st.sampled_from(["C0ONE", "C0TWO"]), max_size=2).map(",".join),
        "BATCHDESK_ALLOW_GUESTS": st.sampled_from(["true", "false"]),
        "BATCHDESK_ALLOW_EXTERNAL": st.sampled_from(["true", "false"]),
    },
)
MAYBE = st.sampled_from([False, False, True, None])
GROUPS = st.sets(st.sampled_from(["S0ONE", "S0TWO"])).map(frozenset)
FACTS = st.builds(
    CallerFacts,
    groups=GROUPS,
    unknown_groups=GROUPS,
    is_guest=MAYBE,
    is_outsider=MAYBE,
    is_external_channel=MAYBE,
    sees_channel=st.booleans(),
    person_fault=st.sampled_from([None, SlackFault(Meaning.PASSING, "fatal_error")]),
)
SUBJECTS = st.builds(
    Caller,
    st.sampled_from(["U0ONE", "U0TWO", "U0THREE"]).map(UserId),
    st.just(TeamId("T0TEAM")),
    st.sampled_from(["C0ONE", "C0TWO", "C0THREE", "D0ONE", None]).map(lambda id: None if id is None else ChannelId(id)),
)
COMMANDS = st.sampled_from(SHOWN)


def make(env: Mapping[str, str], *, several: bool = False) -> Rules:
    """`several`: another workspace has the channel C0THREE."""
    settings = load_settings(env, None)
    rules = make_rules(settings, make_only_workspace(settings))
    return replace(rules, known_channels=rules.channels | {"C0THREE"}) if several else rules


def hold(explained: Explained, facts: CallerFacts, rules: Rules) -> NotPermitted | None:
    """Return the refusal that the person meets, as the pipeline would raise it, rule by rule."""
    try:
        check_place(explained.subject, facts, rules)
        check_permission(explained.command.permission, explained.subject, facts, rules)
    except NotPermitted as refusal:
        return refusal
    return None


@given(st.tuples(VARIABLES, st.booleans()), SUBJECTS, FACTS, COMMANDS)
def test_the_explanation_is_the_verdict_and_its_change_makes_another_one(
    made: tuple[dict[str, str], bool], subject: Caller, facts: CallerFacts, command: type
) -> None:
    env, several = made
    rules = make(env, several=several)
    explained = explain_facts(command, subject, facts, rules)
    refusal = hold(explained, facts, rules)

    if isinstance(explained.verdict, Refused):
        assert refusal is not None
        assert refusal.rule is explained.verdict.rule
        assert explained.verdict.setting in rules.places
        with pytest.raises(NotPermitted):
            check_use([explained.command.permission], subject, facts, rules)
    else:
        assert refusal is None
        assert (explained.verdict.setting is None) == (explained.verdict.entry is None)
    changed = apply(explained, env, rules)
    if changed is not None:
        again = explain_facts(command, subject, facts, make(changed, several=several))
        assert again.verdict != explained.verdict
        if isinstance(explained.verdict, Granted):
            assert isinstance(again.verdict, Refused)
        elif isinstance(again.verdict, Refused):  # another rule, or the same one by another setting
            assert (again.verdict.rule, again.verdict.setting) != (explained.verdict.rule, explained.verdict.setting)
    message = render(explained, ADMIN)
    assert isinstance(message, Message)
    assert message.text.startswith("*Allowed:*") is (refusal is None)
    assert len(message.text.splitlines()) <= 5


def apply(explained: Explained, env: Mapping[str, str], rules: Rules) -> dict[str, str] | None:
    """Return the variables after the change, as a person makes it who reads the words."""
    if not explained.changes:
        return None
    changed = dict(env)
    for change in explained.changes:
        name = SETTINGS[change.setting].name
        if change.setting.startswith("allow_"):
            [changed[name]] = change.entries
            continue
        entries = set(getattr(rules, change.setting))
        entries = entries | {*change.entries} if change.adds else entries - {*change.entries}
        assert change.is_last is (not entries)
        changed[name] = ",".join(sorted(entries)) or ("C0OTHER" if change.setting == "channels" else "U0OTHER")
    return changed


@given(VARIABLES, SUBJECTS, FACTS)
def test_stricter_options_are_explained_as_they_are_checked(
    env: dict[str, str], subject: Caller, facts: CallerFacts
) -> None:
    rules = make(env)
    for command in SHOWN:
        options = explain_facts(command, subject, facts, rules).options
        if options is None:
            continue
        assert command.stricter is not None
        refused = None
        try:
            check_use([command.permission, command.stricter.permission], subject, facts, rules)
        except NotPermitted as refusal:
            refused = refusal.rule
        assert refused is (options.verdict.rule if isinstance(options.verdict, Refused) else None)


def test_a_setting_of_the_file_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "workspaces.toml"
    file.write_text('[a]\napi_key_variable = "K"\nchannels = ["C0ONE"]\noperators = ["U0ONE"]\n')
    settings = load_settings({"BATCHDESK_WORKSPACES": str(file), "BATCHDESK_READERS": "U0TWO"}, None)
    [workspace] = load_workspaces(settings, {"K": "sk-ant-api03-x-AA"}, None)
    rules = make_rules(settings, workspace)
    subject = Caller(UserId("U0TWO"), TeamId("T0"), ChannelId("C0ONE"))
    by_verb = {command.verb: command for command in SHOWN}

    cancel = render(explain_facts(by_verb["cancel"], subject, CallerFacts(), rules), ADMIN)
    audit = render(explain_facts(by_verb["audit"], subject, CallerFacts(), rules), ADMIN)
    show = render(explain_facts(by_verb["show"], subject, CallerFacts(), rules), ADMIN)

    assert isinstance(cancel, Message)
    assert isinstance(audit, Message)
    assert isinstance(show, Message)
    assert "`operators` in line 4 of `workspaces.toml` decides, and doesn't include you" in cancel.text
    assert "To change it: add your id (`U0TWO`) to `operators`." in cancel.text
    assert "`BATCHDESK_ADMINS` (not set, so the operators) decides" in audit.text
    assert "`BATCHDESK_READERS` decides, and includes you" in show.text


async def test_administrators_ask_about_everyone_and_others_about_themselves(open_desk: OpenDesk) -> None:
    desk = await open_desk(
        operators=(ADA, OPERATORS), admins=(ADA,), approvers=(BEN,), request_limit=100, channels=(BATCHES,)
    )

    async def ask(line: str, user: str = ADA) -> str:
        [reply] = await desk.type(f"/batch explain {line}", user=user)
        assert reply.ephemeral_to == user
        return reply.visible_text

    assert f"Allowed: <@{BEN}> can use" in (await ask(f"cancel <@{BEN}|ben> here")).replace("*", "")
    assert f"includes the user group <!subteam^{OPERATORS}>" in await ask(f"cancel <@{BEN}>")
    assert f"add their id (`{BEN}`) to `BATCHDESK_ADMINS`" in await ask(f"delete <@{BEN}>")
    assert f"I answer only in <#{BATCHES}>" in await ask(f"delete <#{GENERAL}|general>")
    assert "Guests can't use me. `BATCHDESK_ALLOW_GUESTS` (not set, so false) decides." in await ask(f"list <@{GUEST}>")
    assert "Above 100 requests (`BATCHDESK_REQUEST_LIMIT`) in 24 hours, someone else must approve. You have sent " in (
        await ask("send", user=BEN)
    )
    assert "No one can approve what they asked for themselves." in await ask("approve", user=BEN)
    assert "Did you mean" in await ask("delte")
    assert "Only administrators can do this" in await ask(f"delete <@{ADA}>", user=BEN)
    [record] = await desk.type(f"/batch audit --by <@{BEN}>")
    assert f"explain* `delete` <@{ADA}>: refused" in record.visible_text
    desk.slack.fail_next("usergroups.users.list", error="fatal_error", times=9)
    unknown = await ask(f"cancel <@{BEN}>")
    assert "Not allowed for now" in unknown
    assert "`fatal_error`" in unknown
    assert "Try again in a minute" in unknown


async def test_with_several_workspaces_the_channel_decides_and_what_cannot_be_is_said(two: TwoWorkspaces) -> None:
    gone = two.desk.slack.world.people[GUEST].name
    two.desk.slack.world.people[GUEST] = Person(GUEST, gone, deleted=True)

    async def ask(line: str, user: str = ADA, channel: str = BATCHES) -> str:
        [reply] = await two.desk.type(f"/batch explain {line}".strip(), user=user, channel=channel)
        assert reply.ephemeral_to in (user, None)
        assert len(reply.text) < 600
        return reply.text.replace("*", "")

    before = two.requests()
    assert f"Allowed: <@{BEN}> can use `/batch show` in <#{BATCHES}>" in await ask(f"show <@{BEN}> here")
    in_dev = await ask(f"show <@{BEN}> here", channel=DEV)
    assert "[development] Not allowed" in in_dev
    assert f"`readers` in line 9 of `workspaces.toml` decides, and doesn't include <@{BEN}>" in in_dev
    assert f"Another workspace answers in <#{DEV}>. Ask there." in await ask(f"show <@{BEN}> <#{DEV}|dev>")
    assert "Which workspace?" in await ask("show here", channel=two.direct)
    here = await ask(f"status <@{BEN}> here --workspace development", channel=two.direct)
    assert f"Not allowed: <@{BEN}> can't use `/batch status` in direct messages with me." in here
    assert "Outside channels I answer only people with a role. `readers` in line 9" in here
    assert "`readers` in line 9 of `workspaces.toml` decides, and includes you" in await ask(
        "status here --workspace development", channel=two.direct
    )
    for person in (BOT, "U0NOBODY", "W0NOBODY", GUEST):
        assert "Slack knows no active person with this id" in await ask(f"delete <@{person}>")
    assert "Pick the channel from Slack's # list" in await ask(f"delete <#{two.direct_of(BEN)}>")
    assert "Only administrators" in await ask("delete <@U0NOBODY>", user=BEN)
    assert "no workspace `development` for you" in await ask(
        f"delete <@{BEN}> --workspace development", user=BEN, channel=two.direct_of(BEN)
    )
    assert "Which command?" in await ask("")
    assert "no command `@channel`" in await ask("<!channel>")
    assert "no command" in await ask("`a`" * 400)
    assert "Shorten it to 3,000" in await ask("delete " + "y" * 5_000)
    assert two.requests() == before


def test_every_rule_has_a_golden_message() -> None:
    verdicts = [one.verdict for one in OUTCOMES.values() if isinstance(one, Explained)]
    assert {one.rule for one in verdicts if isinstance(one, Refused)} == {*Rule}
