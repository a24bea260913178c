"""Realistic workspaces: one with 14 batches in every state, and a small one of people who try things out."""

from typing import Any

from bot.playground.api_simulator.ids import draw_fraction, make_id
from bot.playground.api_simulator.workspace import ApiWorkspace

_MINUTE, _HOUR, _DAY = 60.0, 3_600.0, 86_400.0

_BATCHES: tuple[dict[str, Any], ...] = (
    # The newest has ended with some failures, so that every command can be tried on `last`. It is large enough for
    # its results to be worth a summary.
    {
        "prefix": "ticket",
        "succeeded": 19_161,
        "errored": 839,
        "age": 11 * _MINUTE,
        "took": 7 * _MINUTE,
        "causes": {"prompt_too_long": 412, "image_not_fetched": 260, "overloaded": 140, "api_error": 27},
    },
    {
        "prefix": "review",
        "processing_status": "in_progress",
        "processing": 320,
        "age": 13 * _MINUTE,
        "ends_in": 9 * _MINUTE,
    },
    {
        "prefix": "product",
        "processing_status": "canceling",
        "succeeded": 2_875,
        "canceled": 1_625,
        "age": 34 * _MINUTE,
        "cancel_ago": 20.0,
        "ends_in": 6 * _MINUTE,
        "model": "claude-sonnet-5",
    },
    {
        "prefix": "catalog",
        "processing_status": "in_progress",
        "succeeded": 11_904,
        "errored": 96,
        "age": 48 * _MINUTE,
        "ends_in": 40 * _MINUTE,
        "causes": {"overloaded": 3, "api_error": 1},
    },
    {"prefix": "smoke", "succeeded": 1, "age": 2 * _HOUR, "took": 3.4 * _MINUTE, "model": "claude-opus-5"},
    {
        "prefix": "invoice",
        "succeeded": 6_000,
        "errored": 4_000,
        "age": 5.5 * _HOUR,
        "took": 37 * _MINUTE,
        "causes": {"max_tokens_too_large": 3_120, "prompt_too_long": 742, "overloaded": 120, "api_error": 18},
    },
    {"prefix": "faq", "succeeded": 2_400, "age": 1.1 * _DAY, "took": 22 * _MINUTE, "model": "claude-sonnet-5"},
    {
        "prefix": "contract",
        "errored": 850,
        "age": 2.2 * _DAY,
        "took": 5 * _MINUTE,
        "causes": {"unknown_model": 1},
    },
    {
        "prefix": "transcript",
        "succeeded": 1_930,
        "errored": 12,
        "canceled": 1_058,
        "age": 3.3 * _DAY,
        "took": 19 * _MINUTE,
        "causes": {"empty_content": 1},
    },
    {"prefix": "draft", "canceled": 500, "age": 6.1 * _DAY, "took": 40.0, "model": "claude-opus-5"},
    {"prefix": "archive-page", "expired": 1_500, "age": 9.4 * _DAY},
    {"prefix": "probe", "errored": 1, "age": 12 * _DAY, "took": 3.1 * _MINUTE, "causes": {"messages_missing": 1}},
    {
        "prefix": "survey",
        "succeeded": 742,
        "errored": 8,
        "expired": 50,
        "age": 28.3 * _DAY,
        "causes": {"overloaded": 1},
    },
    {"prefix": "label", "succeeded": 3_600, "age": 33 * _DAY, "took": 28 * _MINUTE},
)

_TRIALS: tuple[dict[str, Any], ...] = (
    {"prefix": "try", "succeeded": 37, "errored": 3, "age": 4 * _MINUTE, "took": 2 * _MINUTE},
    {
        "prefix": "prompt-v2",
        "processing_status": "in_progress",
        "processing": 60,
        "age": 9 * _MINUTE,
        "ends_in": 12 * _MINUTE,
    },
    {"prefix": "prompt-v1", "succeeded": 60, "age": 1.2 * _DAY, "took": 6 * _MINUTE},
)
_ID_LENGTH = len("msgbatch_01") + 22
_SHARED_LENGTH = len("msgbatch_") + 10
"""Of the start of an id that people see and type."""


def seed_workspace(workspace: ApiWorkspace) -> None:
    """Fill an empty workspace. Ids and outcomes are the same each time; only the times follow the clock."""
    for batch in _BATCHES:
        workspace.add(**(batch | _vary_times(batch)))


def seed_small_workspace(workspace: ApiWorkspace, first: ApiWorkspace) -> None:
    """Fill a second workspace. Its newest batch has an id that begins as that of the first workspace's newest one."""
    same_start = first.batches[0].id[:_SHARED_LENGTH]
    for place, batch in enumerate(_TRIALS):
        batch_id = None if place else same_start + make_id("", workspace.name)[_SHARED_LENGTH - _ID_LENGTH :]
        workspace.add(**(batch | _vary_times(batch)), id=batch_id)


def _vary_times(batch: dict[str, Any]) -> dict[str, float]:
    """Return the times with up to 40 seconds added, because real batches have no round times."""
    most_added = {"age": 40.0, "took": 20.0}
    return {
        key: batch[key] + most * draw_fraction("seed", key, batch["prefix"])
        for key, most in most_added.items()
        if key in batch
    }
