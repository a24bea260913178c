"""Where a reply to a press belongs: a question stays while it can be answered, and no dead button stays."""

from bot.confirmations import ConfirmationRefused
from bot.operations.approval import LimitReached
from bot.operations.drafts import DraftUnavailable, RequestsFileMissing, RetriedMeanwhile
from bot.operations.retirements import RetiresMeanwhile
from bot.ui.errors.render import render_error
from bot.ui.render import render
from bot.ui.reply import Placement
from tests.builders import ADMIN
from tests.ui.catalog import OUTCOMES, Drawable, message_of
from tests.ui.errors.every_error import ERRORS


def was_asked_to_be_public(outcome: Drawable) -> bool:
    """Return the `public` of an outcome, or of the command that it carries as its `query`."""
    asked = outcome if hasattr(outcome, "public") else getattr(outcome, "query", None)
    return getattr(asked, "public", False)


def test_any_other_error_leaves_the_message_with_the_button() -> None:
    renewing = (
        ConfirmationRefused
        | DraftUnavailable
        | RetriedMeanwhile
        | RetiresMeanwhile
        | LimitReached
        | RequestsFileMissing
    )
    others = [e for e in ERRORS.values() if not isinstance(e, renewing)]

    assert {render_error(error).placement for error in others} == {Placement.BELOW}


def test_an_outcome_goes_where_its_button_says_and_a_late_keep_leaves_the_answer() -> None:
    placed = {name: message_of(render(outcome, ADMIN)).placement for name, outcome in OUTCOMES.items()}

    assert {name for name, placement in placed.items() if placement is not Placement.AS_ASKED} == {
        "kept_nothing",
        *("approved_not_sent", "previewed", "previewed_long"),
        *("stop_asked_of_the_dead", "stop_asked_of_another_version"),
    }
    assert placed["kept_nothing"] is Placement.BESIDE_ANSWER


def test_only_what_was_asked_to_be_public_is() -> None:
    asked = {name for name, outcome in OUTCOMES.items() if was_asked_to_be_public(outcome)}
    public = {name for name, outcome in OUTCOMES.items() if message_of(render(outcome, ADMIN)).public}

    assert "status_public" in asked
    assert public == asked
    assert not any(render_error(error).public for error in ERRORS.values())
