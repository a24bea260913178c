"""Where a reply to a press belongs: a question stays while it can be answered, and no dead button stays."""

from bot.confirmations import ConfirmationRefused
from bot.operations.drafts import DraftUnavailable, RequestsFileMissing, RetriedMeanwhile
from bot.ui.errors.render import render_error
from bot.ui.render import render
from bot.ui.reply import Placement
from tests.builders import ADMIN
from tests.ui.catalog import OUTCOMES, message_of
from tests.ui.errors.every_error import ERRORS


def test_any_other_error_leaves_the_message_with_the_button() -> None:
    renewing = ConfirmationRefused | DraftUnavailable | RetriedMeanwhile | RequestsFileMissing
    others = [e for e in ERRORS.values() if not isinstance(e, renewing)]

    assert {render_error(error).placement for error in others} == {Placement.BELOW}


def test_an_outcome_goes_where_its_button_says_and_a_late_keep_leaves_the_answer() -> None:
    placed = {name: message_of(render(outcome, ADMIN)).placement for name, outcome in OUTCOMES.items()}

    assert {name for name, placement in placed.items() if placement is not Placement.AS_ASKED} == {
        *("kept_nothing", "stop_asked", "stop_asked_too_late"),
        *("stop_asked_of_the_dead", "stop_asked_of_another_version"),
    }
    assert placed["kept_nothing"] is Placement.BESIDE_ANSWER


def test_only_what_was_asked_to_be_public_is() -> None:
    public = {name for name, outcome in OUTCOMES.items() if message_of(render(outcome, ADMIN)).public}

    assert public == {
        *("status_public", "status_watched_in_public", "list_public", "audit_of_one_batch"),
        *("results_public", "results_file_public", "family_file_in_part", "cost_incomplete"),
    }
    assert not any(render_error(error).public for error in ERRORS.values())
