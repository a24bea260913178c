"""Drafts that cannot continue."""

from bot.operations.drafts import DraftUnavailable
from bot.ui.errors.render import render_error
from bot.ui.reply import Placement
from tests.ui.errors.every_error import ERRORS


def test_a_finished_draft_replaces_its_question_and_one_under_way_does_not() -> None:
    kept = {
        n for n, e in ERRORS.items() if isinstance(e, DraftUnavailable) and render_error(e).placement is Placement.BELOW
    }

    assert kept == {"draft_sending", "draft_held", "draft_waiting"}
    assert render_error(ERRORS["spool_gone"]).placement is Placement.IN_PLACE
