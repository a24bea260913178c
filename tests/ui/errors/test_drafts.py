"""Drafts that cannot continue."""

from bot.operations.drafts import DraftUnavailable
from bot.ui.errors.render import render_error
from bot.ui.reply import Placement
from tests.ui.errors.every_error import ERRORS


def test_a_draft_that_cannot_continue_never_replaces_the_answer_of_an_earlier_press() -> None:
    placed = {render_error(error).placement for error in ERRORS.values() if isinstance(error, DraftUnavailable)}

    assert placed == {Placement.BESIDE_ANSWER}
    assert render_error(ERRORS["spool_gone"]).placement is Placement.IN_PLACE
