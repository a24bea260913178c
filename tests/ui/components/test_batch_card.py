"""The bar of ten squares: proportions, and every count visible."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api.models import RequestCounts
from bot.ui.components.batch_card import outcome_bar
from tests.builders import counts

SQUARES = {"succeeded": "🟩", "errored": "🟥", "expired": "🟪", "canceled": "🟧", "processing": "⬜"}
COUNTS = st.one_of(st.just(0), st.integers(0, 10), st.integers(0, 100_000), st.integers(0, 10**12))
ANY_COUNTS = st.builds(RequestCounts, **dict.fromkeys(SQUARES, COUNTS))


@given(ANY_COUNTS)
def test_it_has_ten_squares_and_at_least_one_for_each_count_above_zero(result: RequestCounts) -> None:
    drawn = outcome_bar(result)

    assert len(drawn) == (10 if result.total else 0)
    for name, square in SQUARES.items():
        assert (square in drawn) == (getattr(result, name) > 0)


@given(ANY_COUNTS)
def test_a_larger_count_never_has_fewer_squares(result: RequestCounts) -> None:
    drawn = outcome_bar(result)

    by_count = sorted((getattr(result, name), drawn.count(square)) for name, square in SQUARES.items())

    for (count, held), (larger, more) in pairwise(by_count):
        assert count == larger or held <= more


@given(st.builds(RequestCounts, **dict.fromkeys(SQUARES, st.integers(-5, 5))))
def test_counts_that_make_no_sense_are_drawn_too(result: RequestCounts) -> None:
    assert len(outcome_bar(result)) in (0, 10)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (counts(succeeded=1), "🟩" * 10),
        (counts(succeeded=1, errored=1), "🟩" * 5 + "🟥" * 5),
        (counts(succeeded=99_999, errored=1), "🟩" * 9 + "🟥"),
        (counts(succeeded=1, errored=1, expired=1, canceled=1, processing=1), "🟩🟩🟥🟥🟪🟪🟧🟧⬜⬜"),
        (counts(), ""),
    ],
)
def test_it_is_drawn_in_proportion(result: RequestCounts, expected: str) -> None:
    assert outcome_bar(result) == expected
