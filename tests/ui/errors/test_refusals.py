"""Refusals: what the caller learns, and what becomes of the question."""

import pytest

from bot.confirmations import ConfirmationRefused, RefusalReason
from bot.permissions import NotPermitted, Rule
from bot.ui.errors.render import render_error
from bot.ui.reply import Message, Placement
from tests.builders import entry
from tests.ui.errors.every_error import ERRORS
from tests.ui.samples import DELETE_QUESTION


@pytest.mark.parametrize("why", RefusalReason)
def test_a_question_that_no_one_answered_and_no_one_can_answer_is_replaced(why: RefusalReason) -> None:
    refused = ConfirmationRefused(
        why, DELETE_QUESTION, entry() if why in (RefusalReason.USED, RefusalReason.KEPT) else None
    )

    shown = render_error(refused)

    others = {
        RefusalReason.OTHER_PERSON: Placement.BELOW,
        RefusalReason.USED: Placement.BESIDE_ANSWER,
        RefusalReason.KEPT: Placement.BESIDE_ANSWER,
    }
    assert shown.placement is others.get(why, Placement.IN_PLACE)


def test_a_second_press_does_not_replace_the_message_that_the_first_press_will_update() -> None:
    assert render_error(ERRORS["confirmation_used_under_way"]).placement is Placement.BESIDE_ANSWER


@pytest.mark.parametrize("name", [name for name, error in ERRORS.items() if isinstance(error, NotPermitted)])
def test_a_refusal_names_the_callers_id_where_a_setting_needs_it_and_says_that_nothing_was_changed(name: str) -> None:
    error = ERRORS[name]
    assert isinstance(error, NotPermitted)

    said: Message = render_error(error)

    needs_id = error.rule.name.startswith(("NOT_", "NO_ROLE")) or error.rule is Rule.GROUP_UNKNOWN
    assert (f"`{error.caller.user}`" in said.text) is needs_id
    assert "Nothing was changed." in said.text or error.rule is Rule.NOT_READER  # reading changes nothing
