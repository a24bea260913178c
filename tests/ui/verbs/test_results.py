"""The card of results: honest about what does not add up, and no larger than Slack takes."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.commands.results import NothingFailed, Results, ResultsShown
from bot.operations.find_batch import Reference
from bot.operations.result_files import ResultFileKind
from bot.store.records.labels import BatchNames, Relative
from bot.ui.render import render
from bot.ui.reply import Message
from tests.builders import ADMIN, BATCHES, CREATED, ID, READER, batch_id
from tests.ui.catalog import MESSAGES, OUTCOMES, message_of
from tests.ui.result_samples import CAUSES
from tests.ui.walk import buttons, options, shown, words


def labels(name: str) -> list[object]:
    return labels_of(MESSAGES[name])


def labels_of(message: Message) -> list[object]:
    texts = [button["text"] for button in buttons(message) + options(message)]
    return [text["text"] for text in texts if isinstance(text, dict)]


def test_counts_that_disagree_are_reported_in_full_and_in_the_notification() -> None:
    full = MESSAGES["results_full_troubled"]

    for said in (shown(full), MESSAGES["results_troubled"].text):
        assert "The results file doesn't match the batch's counts" in said
        assert "1,150 succeeded in the file, 1,161 in the batch" in said
        assert "11 lines can't be read as results" in said
        assert "2 lines repeat a `custom_id`" in said


def test_the_message_names_each_problem_of_the_file_and_the_answers_in_two_lines() -> None:
    said = shown(MESSAGES["results_troubled"])

    assert "⚠️ 41 results are missing · 11 unreadable lines · 2 lines repeat a `custom_id`" in said
    assert "⚠️ Of 1,150 answers: 200 cut off · 140 refused · 1 unfinished · 143 without text" in said


def test_a_sound_file_raises_no_doubt() -> None:
    for name in ("results", "results_full"):
        doubts = [block for block in MESSAGES[name].blocks if "⚠️" in str(block) and block["type"] == "section"]
        assert ["were cut off at `max_tokens`" in str(block) for block in doubts] == [True]


def test_the_three_largest_causes_are_shown_and_a_button_opens_the_others() -> None:
    said, full = shown(MESSAGES["results"]), shown(MESSAGES["results_full"])

    assert [said.count(each) for each in ("_request_error` ·", "× `expired` ·", "× `overloaded_error` ·", "novel")] == [
        1,
        1,
        1,
        0,
    ]
    assert "2 more causes" in labels("results")
    for each in ("_request_error` ·", "× `expired`", "× `canceled`", "× `novel"):
        assert full.count(each) == 1
    assert "More causes" in labels("results_troubled")
    assert "12 more failures have other causes" in shown(MESSAGES["results_full_troubled"])


def test_one_more_cause_is_one_cause() -> None:
    outcome = OUTCOMES["results"]
    assert isinstance(outcome, ResultsShown)
    few = replace(outcome.fetched, summary=replace(outcome.fetched.summary, causes=CAUSES[:4]))

    assert "1 more cause" in labels_of(message_of(render(replace(outcome, fetched=few), ADMIN)))


def test_each_number_of_the_first_line_is_shown_once() -> None:
    said = "\n".join(words(MESSAGES["results"])[1:])

    assert [said.count(each) for each in ("1,161 of", "1,200", "31 errored")] == [1, 1, 1]


def test_an_unknown_type_of_error_says_so_with_the_apis_own_words() -> None:
    said = shown(MESSAGES["results_full"])

    assert "novel_error" in said
    assert "the flux is not capacitated" in said
    assert "doesn't know this error" in said


def test_what_has_no_price_is_unknown_and_not_nothing() -> None:
    said = shown(MESSAGES["results_unpriced"])

    assert "*Cost*\\nunknown\\nno known price for `claude-next`" in said
    assert "$0" not in said


def test_the_buttons_are_those_that_make_sense() -> None:
    of_causes, of_message = labels("results")[:2], labels("results")[2:]
    assert of_causes == ["Retry these", "Retry these"]  # not for the request that needs a fix
    assert of_message == [
        "2 more causes", "Retry as is: 20 cut off", "Download", "Failures only", "CSV",
        "Retry failures", "Full report", "Causes as CSV",
    ]  # fmt: skip
    assert labels("results_of_archived") == ["2 more causes", "Full report", "Causes as CSV"]
    of_full = labels("results_full")
    assert of_full[:5] == ["Retry as is: 20 cut off", "Retry these", "Retry these", "Retry these", "Causes as CSV"]
    assert of_full[5:7] == ["a-0001 · invalid_request_error", "a-0007 · invalid_request_error"]


def test_everyone_sees_the_same_results_and_only_operators_may_retry() -> None:
    outcome = OUTCOMES["results"]

    seen = render(outcome, READER)
    by_admin = render(outcome, ADMIN)

    assert isinstance(seen, Message)
    assert isinstance(by_admin, Message)
    without = [{key: value for key, value in block.items() if key != "accessory"} for block in by_admin.blocks[:-1]]
    assert (seen.text, list(seen.blocks[:-1])) == (by_admin.text, without)
    assert "'text': 'Retry" not in str(seen.blocks)


@pytest.mark.parametrize(
    ("name", "label"), [("results", "Merged results"), ("status_ended_some_succeeded", "Merged results")]
)
def test_a_batch_with_relatives_offers_the_results_of_its_family(name: str, label: str) -> None:
    related = BatchNames(relatives=(Relative(batch_id(1), ID, "retry"),))

    message = render(OUTCOMES[name], replace(ADMIN, names={ID: related}))

    assert isinstance(message, Message)
    assert label in labels_of(message)
    assert label not in labels_of(message_of(render(OUTCOMES[name], ADMIN)))


@pytest.mark.parametrize("name", ["results_not_ready", "results_not_ready_canceling"])
def test_before_the_end_watching_is_offered(name: str) -> None:
    assert labels(name) == ["Refresh", "Watch"]


def test_a_batch_older_than_an_hour_does_not_promise_to_end_within_one() -> None:
    late = replace(READER, now=CREATED + timedelta(hours=5))

    said = shown(message_of(render(OUTCOMES["results_not_ready"], late)))

    assert "within an hour" not in said
    assert "taking longer than most" in said


@pytest.mark.parametrize("kind", [ResultFileKind.ERRORS, ResultFileKind.CAUSES])
def test_failures_that_could_not_be_read_are_not_called_none(kind: ResultFileKind) -> None:
    outcome = NothingFailed(Results(Reference(ID), kind), BATCHES["ended_some_succeeded"])

    said = shown(message_of(render(outcome, READER)))

    assert "Nothing failed" not in said
    assert "reports 39 failures" in said
