"""Where a reply to a press belongs: a question stays while it can be answered, and no dead button stays."""

import pytest

from bot.confirmations import ConfirmationRefused, RefusalReason
from bot.operations.drafts import DraftUnavailable, RequestsFileMissing, RetriedMeanwhile
from bot.permissions import NotPermitted
from bot.ui.errors.render import render_error
from bot.ui.render import render
from bot.ui.reply import Message, Placement
from tests.builders import ADMIN, entry
from tests.ui.catalog import ERRORS, OUTCOMES, QUESTION, message_of


@pytest.mark.parametrize("why", RefusalReason)
def test_a_question_that_can_never_be_answered_again_is_taken_away(why: RefusalReason) -> None:
    refused = ConfirmationRefused(why, QUESTION, entry() if why in (RefusalReason.USED, RefusalReason.KEPT) else None)

    shown = render_error(refused)

    assert shown.placement is (Placement.BELOW if why is RefusalReason.OTHER_PERSON else Placement.IN_PLACE)


def test_a_second_press_does_not_take_away_what_the_first_is_about_to_show() -> None:
    assert render_error(ERRORS["confirmation_used_under_way"]).placement is Placement.BELOW


def test_any_other_error_leaves_what_the_button_belongs_to() -> None:
    renewing = ConfirmationRefused | DraftUnavailable | RetriedMeanwhile | RequestsFileMissing
    others = [e for e in ERRORS.values() if not isinstance(e, renewing)]

    assert {render_error(error).placement for error in others} == {Placement.BELOW}


def test_a_draft_that_is_over_takes_its_question_away_and_one_under_way_does_not() -> None:
    kept = {
        n for n, e in ERRORS.items() if isinstance(e, DraftUnavailable) and render_error(e).placement is Placement.BELOW
    }

    assert kept == {"draft_sending", "draft_held", "draft_waiting"}
    assert render_error(ERRORS["spool_gone"]).placement is Placement.IN_PLACE


def test_an_outcome_goes_where_its_button_says_and_a_stale_keep_replaces_its_question() -> None:
    placed = {name: message_of(render(outcome, ADMIN)).placement for name, outcome in OUTCOMES.items()}

    assert {name for name, placement in placed.items() if placement is not Placement.AS_ASKED} == {
        *("kept_nothing", "stop_asked", "stop_asked_too_late"),
        *("stop_asked_of_the_dead", "stop_asked_of_another_version"),
    }
    assert placed["kept_nothing"] is Placement.IN_PLACE


def test_only_what_was_asked_to_be_public_is() -> None:
    public = {name for name, outcome in OUTCOMES.items() if message_of(render(outcome, ADMIN)).public}

    assert public == {
        *("status_public", "status_watched_in_public", "list_public", "audit_of_one_batch"),
        *("results_public", "results_file_public", "family_file_in_part", "cost_incomplete"),
    }
    assert not any(render_error(error).public for error in ERRORS.values())


@pytest.mark.parametrize("name", [name for name, error in ERRORS.items() if isinstance(error, NotPermitted)])
def test_a_refusal_tells_the_caller_his_own_id_and_that_nothing_was_changed(name: str) -> None:
    error = ERRORS[name]
    assert isinstance(error, NotPermitted)

    said: Message = render_error(error)

    assert f"`{error.caller.user}`" in said.text
    assert "Nothing was changed." in said.text
