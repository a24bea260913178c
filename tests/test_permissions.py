"""Who may do what: the whole table of PRODUCT's permissions, pure."""

import pytest

from bot.caller import Caller
from bot.commands.base import Permission
from bot.commands.registry import COMMANDS, Change
from bot.permissions import CallerFacts, NotPermitted, Rule, Rules, check, check_place, permissions_of
from tests.builders import ADA, AT_HOME

READ, OPERATE, ADMINISTER = Permission.READ, Permission.OPERATE, Permission.ADMINISTER
NOBODY: frozenset[str] = frozenset()
ME, OTHER, GROUP, ALL = frozenset({ADA.user}), frozenset({"U0OTHER"}), frozenset({"S0GROUP"}), frozenset({"*"})
MEMBER, STRANGER, UNREAD = CallerFacts(groups=GROUP), CallerFacts(), CallerFacts(groups_unread=GROUP)

TABLE = [
    # operators, admins, standing, what the caller may do
    (NOBODY, NOBODY, STRANGER, {READ}),
    (ME, NOBODY, STRANGER, {READ, OPERATE}),
    (OTHER, NOBODY, STRANGER, {READ}),
    (ALL, NOBODY, STRANGER, {READ, OPERATE}),
    (GROUP, NOBODY, MEMBER, {READ, OPERATE}),
    (GROUP, NOBODY, STRANGER, {READ}),
    (GROUP, NOBODY, UNREAD, {READ}),
    (NOBODY, ME, STRANGER, {READ, OPERATE, ADMINISTER}),
    (NOBODY, ALL, STRANGER, {READ, OPERATE, ADMINISTER}),
    (NOBODY, GROUP, MEMBER, {READ, OPERATE, ADMINISTER}),
    (NOBODY, GROUP, UNREAD, {READ}),
    (OTHER, ME, STRANGER, {READ, OPERATE, ADMINISTER}),
    (ME, OTHER, STRANGER, {READ, OPERATE}),
    (ALL, GROUP, UNREAD, {READ, OPERATE}),
    (ME, ME, UNREAD, {READ, OPERATE, ADMINISTER}),
    (OTHER | GROUP, OTHER, MEMBER, {READ, OPERATE}),
]


@pytest.mark.parametrize(("operators", "admins", "standing", "may"), TABLE)
@pytest.mark.parametrize("needed", Permission)
def test_a_caller_may_do_what_the_rules_say_and_nothing_else(
    operators: frozenset[str], admins: frozenset[str], standing: CallerFacts, may: set[Permission], needed: Permission
) -> None:
    rules = Rules(operators, admins)

    assert permissions_of(ADA, standing, rules) == may
    if needed in may:
        check(needed, ADA, standing, rules)
    else:
        with pytest.raises(NotPermitted) as caught:
            check(needed, ADA, standing, rules)
        assert caught.value.caller is ADA


@pytest.mark.parametrize(
    ("needed", "rules", "standing", "rule"),
    [
        (OPERATE, Rules(), STRANGER, Rule.NOT_OPERATOR),
        (ADMINISTER, Rules(), STRANGER, Rule.NOT_ADMIN),
        (ADMINISTER, Rules(operators=ME), STRANGER, Rule.NOT_ADMIN),
        (OPERATE, Rules(operators=GROUP), STRANGER, Rule.NOT_OPERATOR),
        (OPERATE, Rules(operators=GROUP), UNREAD, Rule.GROUP_UNREAD),
        (OPERATE, Rules(admins=GROUP), UNREAD, Rule.GROUP_UNREAD),
        (ADMINISTER, Rules(admins=GROUP), UNREAD, Rule.GROUP_UNREAD),
        (ADMINISTER, Rules(operators=GROUP, admins=OTHER), UNREAD, Rule.NOT_ADMIN),
        (OPERATE, Rules(operators=OTHER), UNREAD, Rule.NOT_OPERATOR),
    ],
)
def test_a_refusal_names_its_rule(needed: Permission, rules: Rules, standing: CallerFacts, rule: Rule) -> None:
    with pytest.raises(NotPermitted) as caught:
        check(needed, ADA, standing, rules)

    assert caught.value.rule is rule


HERE, ELSEWHERE = frozenset({str(ADA.channel)}), frozenset({"C0ELSE"})
PLACES = [
    (ADA, CallerFacts(), Rules(), None),
    (ADA, CallerFacts(), Rules(channels=HERE), None),
    (ADA, CallerFacts(), Rules(channels=ELSEWHERE), Rule.WRONG_CHANNEL),
    (AT_HOME, CallerFacts(), Rules(), None),
    (AT_HOME, CallerFacts(), Rules(channels=HERE), Rule.WRONG_CHANNEL),
    (ADA, CallerFacts(is_guest=True), Rules(), Rule.GUEST),
    (ADA, CallerFacts(is_guest=None), Rules(), Rule.GUEST_UNKNOWN),
    (ADA, CallerFacts(is_guest=True), Rules(allow_guests=True), None),
    (ADA, CallerFacts(is_guest=None), Rules(allow_guests=True), None),
    (ADA, CallerFacts(is_external_channel=True), Rules(), Rule.EXTERNAL_CHANNEL),
    (ADA, CallerFacts(is_external_channel=None), Rules(), Rule.EXTERNAL_UNKNOWN),
    (ADA, CallerFacts(is_external_channel=True), Rules(allow_external=True), None),
    (ADA, CallerFacts(is_external_channel=None), Rules(allow_external=True), None),
    (ADA, CallerFacts(is_guest=True), Rules(allow_external=True), Rule.GUEST),
    (ADA, CallerFacts(is_external_channel=True), Rules(allow_guests=True), Rule.EXTERNAL_CHANNEL),
    (ADA, CallerFacts(is_guest=True), Rules(operators=ME, admins=ALL), Rule.GUEST),
    (ADA, CallerFacts(is_guest=None, is_external_channel=None), Rules(channels=ELSEWHERE), Rule.WRONG_CHANNEL),
]


@pytest.mark.parametrize(("caller", "standing", "rules", "refused"), PLACES)
def test_the_bot_answers_only_where_and_whom_it_is_set_to(
    caller: Caller, standing: CallerFacts, rules: Rules, refused: Rule | None
) -> None:
    if refused is None:
        check_place(caller, standing, rules)
        return
    with pytest.raises(NotPermitted) as caught:
        check_place(caller, standing, rules)
    assert caught.value.rule is refused


def test_only_user_groups_are_to_be_looked_up() -> None:
    assert Rules(ME | GROUP | ALL, OTHER | {"S0ADMINS"}).groups == {"S0GROUP", "S0ADMINS"}


def test_whatever_changes_something_needs_more_than_reading() -> None:
    needed = {command.verb: command.permission for command in COMMANDS}

    assert all(command.permission is not READ for command in COMMANDS if issubclass(command, Change))
    assert (needed["cancel"], needed["delete"], needed["audit"]) == (OPERATE, ADMINISTER, ADMINISTER)
    assert {needed[verb] for verb in ("", "help", "list", "status")} == {READ}
