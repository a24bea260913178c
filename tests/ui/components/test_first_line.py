"""The first line about a batch: the whole outcome in order of size, and a symbol by the share that failed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api.models import RequestCounts
from bot.store.records.labels import BatchNames
from bot.ui.components.first_line import bold_line, first_line, outcome_words, symbol
from tests.builders import NOW, archived, canceling, counts, ended, running

OUTCOMES = ("succeeded", "errored", "expired", "canceled", "processing")
COUNT = st.one_of(st.just(0), st.integers(0, 10), st.integers(0, 100_000), st.integers(0, 10**9))
ANY_COUNTS = st.builds(RequestCounts, **dict.fromkeys(OUTCOMES, COUNT))
ANY_NAMES = st.one_of(
    st.none(), st.builds(BatchNames, label=st.text(max_size=200), part=st.sampled_from([None, "rest"]))
)
FIGURE = re.compile(r"([\d,]+)(?: of ([\d,]+))? (?:request )?(succeeded|errored|expired|canceled|processing)")


def read_figures(line: str) -> dict[str, int]:
    """Return every count that the line shows, by its outcome."""
    return {outcome: int(count.replace(",", "")) for count, _, outcome in FIGURE.findall(line)}


@given(ANY_COUNTS)
def test_the_figures_add_up_to_the_total_and_none_is_left_out(result: RequestCounts) -> None:
    figures = read_figures(outcome_words(result))

    assert sum(figures.values()) == result.total
    assert figures == {name: getattr(result, name) for name in OUTCOMES if getattr(result, name)}
    assert list(figures.values()) == sorted(figures.values(), reverse=True)


@given(ANY_COUNTS, ANY_NAMES)
def test_a_header_never_cuts_off_a_count(result: RequestCounts, names: BatchNames | None) -> None:
    line = first_line(ended(result), names)

    assert len(line) <= 150
    assert line.endswith(outcome_words(result, with_total=names is None or names.part is None))


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (counts(succeeded=1_930, canceled=1_058, errored=12), "1,930 of 3,000 succeeded · 1,058 canceled · 12 errored"),
        (counts(succeeded=19_161, errored=839), "19,161 of 20,000 succeeded · 839 errored"),
        (counts(succeeded=1, errored=9), "9 of 10 errored · 1 succeeded"),
        (counts(succeeded=800), "all 800 succeeded"),
        (counts(errored=1), "1 request errored"),
        (counts(), "no requests"),
    ],
)
def test_the_largest_count_comes_first(result: RequestCounts, expected: str) -> None:
    assert outcome_words(result) == expected


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (counts(succeeded=100), "✅"),
        (counts(succeeded=90, canceled=10), "⏹️"),
        (counts(canceled=10), "⏹️"),
        (counts(), "⏹️"),
        (counts(succeeded=991, errored=9), "☑️"),
        (counts(succeeded=99, errored=1), "⚠️"),
        (counts(succeeded=80, errored=10, expired=10), "⚠️"),
        (counts(succeeded=799, errored=201), "❌"),
        (counts(errored=1), "❌"),
        (counts(succeeded=1_930, canceled=1_058, errored=12), "☑️"),
        (counts(succeeded=4, errored=1, canceled=995), "⚠️"),
        (counts(succeeded=3, errored=1, canceled=996), "❌"),
    ],
)
def test_the_symbol_weighs_the_failures_among_what_was_not_canceled(result: RequestCounts, expected: str) -> None:
    assert symbol(ended(result)) == expected


def test_a_batch_that_has_not_ended_has_a_symbol_and_its_age_but_no_share() -> None:
    assert first_line(running(20_000), BatchNames("nightly-eval"), NOW) == (
        "🔵 nightly-eval · 20,000 requests · running 2 h 30 min"
    )
    assert first_line(canceling(), BatchNames("nightly-eval"), NOW) == "🟠 nightly-eval · 1,200 requests · canceling"
    assert first_line(running(1, status="paused"), None, NOW) == "⚪ Batch 01HkcTjaV5 · 1 request · status paused"


def test_a_message_that_stays_does_not_say_how_long_a_batch_has_run() -> None:
    assert first_line(running(20_000), BatchNames("nightly-eval")) == "🔵 nightly-eval · 20,000 requests · running"


def test_results_that_are_gone_have_a_symbol_of_their_own_also_before_the_api_says_so() -> None:
    old = ended(counts(succeeded=5))

    assert symbol(archived()) == "🗄️"
    assert symbol(old, old.readable_until) == "🗄️"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (None, "🔵 Batch 01HkcTjaV5 · 10 requests · running"),
        (BatchNames(), "🔵 Batch 01HkcTjaV5 · 10 requests · running"),
        (BatchNames(file_name="big1200.jsonl"), "🔵 big1200.jsonl · 10 requests · running"),
        (BatchNames("nightly", file_name="big1200.jsonl"), "🔵 nightly · 10 requests · running"),
        (BatchNames(file_name="big1200.jsonl", part="sample"), "🔵 big1200.jsonl · sample of 10 · running"),
        (BatchNames(file_name="big1200.jsonl", part="rest"), "🔵 big1200.jsonl · the other 10 · running"),
    ],
)
def test_the_name_is_the_label_else_the_file_else_the_short_id(names: BatchNames | None, expected: str) -> None:
    assert first_line(running(10), names) == expected


def test_a_sample_has_its_total_once() -> None:
    sample = BatchNames(file_name="big1200.jsonl", part="sample")

    assert first_line(ended(counts(succeeded=9, errored=1)), sample) == (
        "⚠️ big1200.jsonl · sample of 10 · 9 succeeded · 1 errored"
    )
    assert first_line(ended(counts(succeeded=10)), sample) == "✅ big1200.jsonl · sample of 10 · all succeeded"


def test_the_name_is_bold_in_a_row_and_formats_nothing_itself() -> None:
    line = bold_line(ended(counts(succeeded=5)), BatchNames("*a* <!here>"))

    assert line == "✅ *∗a∗ &lt;!here&gt;* · all 5 succeeded"
