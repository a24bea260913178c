"""Every message the bot can send, as JSON that can be pasted into Slack's Block Kit Builder."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import get_args

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

import bot
from bot.api.errors import ApiError, BatchesError
from bot.commands.create import FormWanted
from bot.commands.language.errors import UsageError
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded, ConfirmationRefused, DraftQuestion, RefusalReason
from bot.errors import ExpectedError
from bot.operations.drafts import DraftReady
from bot.operations.read_results import ReadingFailed
from bot.permissions import NotPermitted, Rule
from tests.ui.catalog import ERRORS, OUTCOMES, messages, payload_of

MESSAGES = messages()
BASES = {BatchesError, ApiError, UsageError, ReadingFailed}
"""Never raised themselves."""
BEFORE_ANYBODY_ASKS = {
    "bot.app",
    "bot.pricing.prices",
    "bot.settings.loading",
    "bot.slack.transports",
    "bot.store.db.transfer",
}
"""What stops the start is printed, and shown to nobody in Slack."""


@pytest.fixture
def golden(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


@pytest.mark.parametrize("name", MESSAGES)
def test_it_looks_as_it_was_approved(name: str, golden: SnapshotAssertion) -> None:
    assert payload_of(MESSAGES[name]) == golden


def test_every_outcome_has_a_golden() -> None:
    drawn = {type(outcome) for outcome in OUTCOMES.values()}

    assert {*get_args(Outcome), ConfirmationNeeded, DraftQuestion} - drawn == {FormWanted, DraftReady}


def test_every_expected_error_has_a_golden() -> None:
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if not module.name.startswith(("bot.playground", "bot.store.migrations")):  # alembic runs the latter
            importlib.import_module(module.name)
    drawn = {type(error) for error in ERRORS.values()}

    told = {kind for kind in _below(ExpectedError) if not kind.__module__.startswith("bot.playground")}
    tellable = {kind for kind in told if kind.__module__ not in BEFORE_ANYBODY_ASKS}

    assert tellable - BASES - drawn == set()


def test_every_reason_of_a_refusal_has_a_golden() -> None:
    refused = {error.rule for error in ERRORS.values() if isinstance(error, NotPermitted)}
    not_a_yes = {error.why for error in ERRORS.values() if isinstance(error, ConfirmationRefused)}

    assert (refused, not_a_yes) == (set(Rule), set(RefusalReason))


def _below(kind: type[ExpectedError]) -> Iterator[type[ExpectedError]]:
    for inner in kind.__subclasses__():
        if inner.__module__.startswith("bot."):
            yield inner
            yield from _below(inner)
