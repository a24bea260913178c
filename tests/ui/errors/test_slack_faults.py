"""Each of Slack's error codes has one meaning, and each meaning its own next step."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.permissions import NotPermitted, Rule
from bot.slack_faults import FOR_GOOD, FORBIDDEN_HERE, PASSING, Meaning, SlackFault, find_meaning
from bot.ui.components.slack_faults import TRY_AGAIN, render_remedy
from bot.ui.errors.render import render_error
from tests.builders import BEN

NAMED_BY_SLACK = {
    Meaning.PASSING: "internal_error fatal_error service_unavailable request_timeout team_added_to_org ratelimited "
    "rate_limited file_update_failed operation_timeout",
    Meaning.FOR_GOOD: "token_revoked token_expired invalid_auth not_authed account_inactive app_uninstalled "
    "missing_scope no_permission access_denied org_login_required ekm_access_denied team_access_not_granted "
    "not_allowed_token_type not_enabled link_disabled two_factor_setup_required",
    Meaning.FORBIDDEN_HERE: "channel_not_found not_in_channel is_archived restricted_action "
    "restricted_action_read_only_channel restricted_action_thread_only_channel restricted_action_thread_locked "
    "user_not_found users_not_found user_disabled user_not_in_channel cannot_dm_bot messages_tab_disabled "
    "file_not_found file_deleted plan_upgrade_required no_such_subteam",
    Meaning.UNKNOWN: "invalid_blocks view_too_large msg_too_long hash_conflict exchanged_trigger_id "
    "expired_trigger_id invalid_trigger_id message_not_found streaming_state_conflict unknown_error invented_today",
}
CODES = [(meaning, code) for meaning, codes in NAMED_BY_SLACK.items() for code in codes.split()]
UNCHECKED = (Rule.PERSON_UNKNOWN, Rule.EXTERNAL_UNKNOWN, Rule.GROUP_UNKNOWN)


@pytest.mark.parametrize(("meaning", "code"), CODES)
def test_a_code_has_the_meaning_that_slack_gives_it(meaning: Meaning, code: str) -> None:
    assert find_meaning(code) is meaning


def test_no_code_has_two_meanings() -> None:
    assert [one & other for one, other in combinations((PASSING, FOR_GOOD, FORBIDDEN_HERE), 2)] == [frozenset()] * 3


@given(st.sampled_from([code for _, code in CODES]) | st.from_regex(r"[a-z]{3,20}(_[a-z]{3,20})?", fullmatch=True))
def test_only_a_passing_fault_is_tried_again_in_a_minute(code: str) -> None:
    meaning = find_meaning(code)
    for rule in UNCHECKED:
        shown = render_error(NotPermitted(rule, BEN, fault=SlackFault(meaning, code))).text

        assert (TRY_AGAIN.removesuffix(".") in shown) is (meaning is Meaning.PASSING)
        assert ("dministrator must" in shown or "dministrator of" in shown) or meaning is not Meaning.FOR_GOOD
        assert f"`{code}`" in shown
        assert "Nothing was changed." in shown


@given(st.sampled_from(CODES), st.sampled_from(CODES))
def test_two_meanings_never_share_their_words(one: tuple[Meaning, str], other: tuple[Meaning, str]) -> None:
    words = [render_remedy(SlackFault(meaning, code)) for meaning, code in (one, other)]

    assert one[0] is other[0] or words[0] != words[1]


def test_a_missing_scope_is_named_with_who_adds_it_and_where() -> None:
    words = render_remedy(SlackFault(Meaning.FOR_GOOD, "missing_scope", "channels:read,groups:read"))

    assert "administrator must add the scope `channels:read` or `groups:read`" in words
    assert "*OAuth & Permissions*" in words
    assert "reinstall" in words
