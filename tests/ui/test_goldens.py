"""Every message the bot can send, as JSON that can be pasted into Slack's Block Kit Builder."""

from pathlib import Path
from typing import get_args

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.commands.create import FormWanted
from bot.commands.decline import ReasonWanted
from bot.commands.delete import CountWanted
from bot.commands.edit import EditWanted
from bot.commands.registry import Outcome
from bot.commands.retry import OriginalWanted
from bot.confirmations import ConfirmationNeeded, ConfirmationRefused, RefusalReason
from bot.permissions import NotPermitted, Rule
from tests.ui.catalog import MESSAGES, OUTCOMES, payload_of
from tests.ui.errors.every_error import ERRORS

GOLDENS = Path(__file__).parent / "__snapshots__" / "test_goldens"


@pytest.fixture
def golden(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


@pytest.mark.parametrize("name", MESSAGES)
def test_it_looks_as_it_was_approved(name: str, golden: SnapshotAssertion) -> None:
    assert payload_of(MESSAGES[name]) == golden


def test_every_golden_has_a_message() -> None:
    files = {path.name for path in GOLDENS.iterdir()}

    assert files == {f"test_it_looks_as_it_was_approved[{name}].json" for name in MESSAGES}


def test_every_outcome_has_a_golden() -> None:
    drawn = {type(outcome) for outcome in OUTCOMES.values()}

    assert {*get_args(Outcome), ConfirmationNeeded} - drawn == {
        CountWanted,
        EditWanted,
        FormWanted,
        OriginalWanted,
        ReasonWanted,
    }


def test_every_reason_of_a_refusal_has_a_golden() -> None:
    refused = {error.rule for error in ERRORS.values() if isinstance(error, NotPermitted)}
    not_a_yes = {error.why for error in ERRORS.values() if isinstance(error, ConfirmationRefused)}

    assert (refused, not_a_yes) == (set(Rule), set(RefusalReason))
