"""Who may do what: the whole table of permissions."""

import pytest

from bot.caller import Caller
from bot.commands.base import Permission
from bot.commands.change import ChangingCommand
from bot.commands.registry import COMMANDS
from bot.permissions import CallerFacts, NotPermitted, Rule, Rules, check_permission, check_place, list_permissions
from tests.builders import ADA, AT_HOME

READ, CONTENTS, OPERATE, APPROVE, ADMINISTER = Permission
NO_ONE: frozenset[str] = frozenset()
ME, OTHER, GROUP, ALL = frozenset({ADA.user}), frozenset({"U0OTHER"}), frozenset({"S0GROUP"}), frozenset({"*"})
MEMBER, STRANGER, UNKNOWN = CallerFacts(groups=GROUP), CallerFacts(), CallerFacts(unknown_groups=GROUP)
OUTSIDER, OUTSIDE_MEMBER = CallerFacts(is_outsider=True), CallerFacts(groups=GROUP, is_outsider=True)
UNKNOWN_PERSON = CallerFacts(is_outsider=None)
GUEST, PERHAPS_GUEST = CallerFacts(is_guest=True), CallerFacts(is_guest=None)

TABLE = [
    # operators, admins, facts about the caller, what the caller may do
    (NO_ONE, NO_ONE, STRANGER, {READ}),
    (ME, NO_ONE, STRANGER, {READ, OPERATE, APPROVE}),
    (OTHER, NO_ONE, STRANGER, {READ}),
    (ALL, NO_ONE, STRANGER, {READ, OPERATE, APPROVE}),
    (GROUP, NO_ONE, MEMBER, {READ, OPERATE, APPROVE}),
    (GROUP, NO_ONE, STRANGER, {READ}),
    (GROUP, NO_ONE, UNKNOWN, {READ}),
    (NO_ONE, ME, STRANGER, {READ, OPERATE, APPROVE, ADMINISTER}),
    (NO_ONE, ALL, STRANGER, {READ, OPERATE, APPROVE, ADMINISTER}),
    (NO_ONE, GROUP, MEMBER, {READ, OPERATE, APPROVE, ADMINISTER}),
    (NO_ONE, GROUP, UNKNOWN, {READ}),
    (OTHER, ME, STRANGER, {READ, OPERATE, APPROVE, ADMINISTER}),
    (ME, OTHER, STRANGER, {READ, OPERATE, APPROVE}),
    (ALL, GROUP, UNKNOWN, {READ, OPERATE, APPROVE}),
    (ME, ME, UNKNOWN, {READ, OPERATE, APPROVE, ADMINISTER}),
    (OTHER | GROUP, OTHER, MEMBER, {READ, OPERATE, APPROVE}),
    (ALL, ALL, OUTSIDER, {READ}),
    (ALL, ALL, UNKNOWN_PERSON, {READ}),
    (ALL, ALL, GUEST, {READ}),
    (ALL, ALL, PERHAPS_GUEST, {READ}),
    (ALL, ME, GUEST, {READ, OPERATE, APPROVE, ADMINISTER}),
    (ALL, ME, OUTSIDER, {READ, OPERATE, APPROVE, ADMINISTER}),
    (GROUP, ALL, OUTSIDE_MEMBER, {READ, OPERATE, APPROVE}),
]


@pytest.mark.parametrize(("operators", "admins", "facts", "may"), TABLE)
@pytest.mark.parametrize("needed", Permission)
def test_a_caller_has_the_permissions_of_the_rules_and_no_others(
    operators: frozenset[str], admins: frozenset[str], facts: CallerFacts, may: set[Permission], needed: Permission
) -> None:
    rules = Rules(operators, admins, readers=NO_ONE)

    assert list_permissions(ADA, facts, rules) == may
    if needed in may:
        check_permission(needed, ADA, facts, rules)
    else:
        with pytest.raises(NotPermitted) as caught:
            check_permission(needed, ADA, facts, rules)
        assert caught.value.caller is ADA


@pytest.mark.parametrize(
    ("approvers", "facts", "may"),
    [
        (NO_ONE, STRANGER, {READ, OPERATE, APPROVE}),
        (OTHER, STRANGER, {READ, OPERATE}),
        (ME, STRANGER, {READ, OPERATE, APPROVE}),
        (GROUP, MEMBER, {READ, OPERATE, APPROVE}),
        (GROUP, UNKNOWN, {READ, OPERATE}),
        (ALL, STRANGER, {READ, OPERATE, APPROVE}),
    ],
)
def test_the_operators_approve_unless_approvers_are_set(
    approvers: frozenset[str], facts: CallerFacts, may: set[Permission]
) -> None:
    assert list_permissions(ADA, facts, Rules(ME, approvers=approvers, readers=NO_ONE)) == may


def test_an_approver_need_not_be_an_operator() -> None:
    assert list_permissions(ADA, STRANGER, Rules(OTHER, approvers=ME)) == {READ, CONTENTS, APPROVE}


@pytest.mark.parametrize(
    ("readers", "facts", "reads"),
    [
        (ALL, STRANGER, True),
        (ALL, OUTSIDER, False),
        (ALL, UNKNOWN_PERSON, False),
        (ME, OUTSIDER, True),
        (OTHER, STRANGER, False),
        (GROUP, MEMBER, True),
        (GROUP, STRANGER, False),
        (GROUP, UNKNOWN, False),
    ],
)
@pytest.mark.parametrize("roles", [NO_ONE, ME])
def test_readers_alone_read_contents_whatever_else_they_may_do(
    readers: frozenset[str], facts: CallerFacts, reads: bool, roles: frozenset[str]
) -> None:
    may = list_permissions(ADA, facts, Rules(roles, roles, roles, readers))

    assert (CONTENTS in may) is reads
    assert READ in may


def test_everyone_of_the_organization_reads_contents_unless_readers_are_set() -> None:
    assert list_permissions(ADA, STRANGER, Rules()) == {READ, CONTENTS}


@pytest.mark.parametrize(
    ("needed", "rules", "facts", "rule"),
    [
        (OPERATE, Rules(), STRANGER, Rule.NOT_OPERATOR),
        (ADMINISTER, Rules(), STRANGER, Rule.NOT_ADMIN),
        (ADMINISTER, Rules(operators=ME), STRANGER, Rule.NOT_ADMIN),
        (OPERATE, Rules(operators=GROUP), STRANGER, Rule.NOT_OPERATOR),
        (OPERATE, Rules(operators=GROUP), UNKNOWN, Rule.GROUP_UNKNOWN),
        (OPERATE, Rules(admins=GROUP), UNKNOWN, Rule.GROUP_UNKNOWN),
        (ADMINISTER, Rules(admins=GROUP), UNKNOWN, Rule.GROUP_UNKNOWN),
        (ADMINISTER, Rules(operators=GROUP, admins=OTHER), UNKNOWN, Rule.NOT_ADMIN),
        (OPERATE, Rules(operators=OTHER), UNKNOWN, Rule.NOT_OPERATOR),
        (APPROVE, Rules(), STRANGER, Rule.NOT_APPROVER),
        (APPROVE, Rules(operators=ME, approvers=OTHER), STRANGER, Rule.NOT_APPROVER),
        (APPROVE, Rules(operators=ME, approvers=GROUP), UNKNOWN, Rule.GROUP_UNKNOWN),
        (CONTENTS, Rules(ME, ME, ME, OTHER), STRANGER, Rule.NOT_READER),
        (CONTENTS, Rules(readers=GROUP), UNKNOWN, Rule.GROUP_UNKNOWN),
        (OPERATE, Rules(operators=ALL), OUTSIDER, Rule.NOT_OPERATOR),
        (OPERATE, Rules(operators=ALL), UNKNOWN_PERSON, Rule.PERSON_UNKNOWN),
    ],
)
def test_a_refusal_names_its_rule(needed: Permission, rules: Rules, facts: CallerFacts, rule: Rule) -> None:
    with pytest.raises(NotPermitted) as caught:
        check_permission(needed, ADA, facts, rules)

    assert caught.value.rule is rule


HERE, ELSEWHERE = frozenset({str(ADA.channel)}), frozenset({"C0ELSE"})
PLACES = [
    (ADA, CallerFacts(), Rules(), None),
    (ADA, CallerFacts(), Rules(channels=HERE), None),
    (ADA, CallerFacts(), Rules(channels=ELSEWHERE), Rule.WRONG_CHANNEL),
    (AT_HOME, CallerFacts(), Rules(), None),
    (AT_HOME, CallerFacts(), Rules(channels=HERE), Rule.WRONG_CHANNEL),
    (ADA, CallerFacts(is_guest=True), Rules(), Rule.GUEST),
    (ADA, CallerFacts(is_guest=None), Rules(), Rule.PERSON_UNKNOWN),
    (ADA, CallerFacts(is_outsider=True), Rules(), Rule.OUTSIDER),
    (ADA, CallerFacts(is_outsider=None), Rules(allow_guests=True), Rule.PERSON_UNKNOWN),
    (ADA, CallerFacts(is_outsider=True), Rules(allow_guests=True), Rule.OUTSIDER),
    (ADA, CallerFacts(is_outsider=True), Rules(operators=ME, admins=ALL), Rule.OUTSIDER),
    (ADA, CallerFacts(is_outsider=True), Rules(allow_external=True), None),
    (ADA, CallerFacts(is_outsider=None), Rules(allow_external=True), None),
    (ADA, CallerFacts(is_guest=True), Rules(allow_guests=True), None),
    (ADA, CallerFacts(is_guest=None), Rules(allow_guests=True), None),
    (ADA, CallerFacts(is_external_channel=True), Rules(), Rule.EXTERNAL_CHANNEL),
    (ADA, CallerFacts(is_external_channel=None), Rules(), Rule.EXTERNAL_UNKNOWN),
    (ADA, CallerFacts(is_external_channel=None, sees_channel=False), Rules(), Rule.CHANNEL_HIDDEN),
    (ADA, CallerFacts(is_external_channel=True), Rules(allow_external=True), None),
    (ADA, CallerFacts(is_external_channel=None), Rules(allow_external=True), None),
    (ADA, CallerFacts(is_guest=True), Rules(allow_external=True), Rule.GUEST),
    (ADA, CallerFacts(is_external_channel=True), Rules(allow_guests=True), Rule.EXTERNAL_CHANNEL),
    (ADA, CallerFacts(is_guest=True), Rules(operators=ME, admins=ALL), Rule.GUEST),
    (ADA, CallerFacts(is_guest=None, is_external_channel=None), Rules(channels=ELSEWHERE), Rule.WRONG_CHANNEL),
]


@pytest.mark.parametrize(("caller", "facts", "rules", "refused"), PLACES)
def test_the_bot_answers_only_in_the_channels_and_to_the_people_it_is_set_to(
    caller: Caller, facts: CallerFacts, rules: Rules, refused: Rule | None
) -> None:
    if refused is None:
        check_place(caller, facts, rules)
        return
    with pytest.raises(NotPermitted) as caught:
        check_place(caller, facts, rules)
    assert caught.value.rule is refused


def test_only_user_groups_are_looked_up() -> None:
    assert Rules(ME | GROUP | ALL, OTHER | {"S0ADMINS"}, ME | {"S0APPROVERS"}, ME | {"S0READERS"}).groups == {
        "S0GROUP",
        "S0ADMINS",
        "S0APPROVERS",
        "S0READERS",
    }


def test_every_change_needs_more_than_the_right_to_read() -> None:
    needed = {command.verb: command.permission for command in COMMANDS}

    assert all(command.permission is not READ for command in COMMANDS if issubclass(command, ChangingCommand))
    assert (needed["cancel"], needed["delete"], needed["audit"]) == (OPERATE, ADMINISTER, ADMINISTER)
    assert {needed[verb] for verb in ("", "help", "list", "status")} == {READ}
