"""What holds for every message the bot can send, whatever it says."""

import pytest

from bot.commands.registry import parse
from bot.playground.slack_simulator.blocks import BlockSurface, find_block_problems, find_view_problems
from bot.ui.components.buttons import read_button
from tests.builders import ADMIN, BATCHES, OPERATOR, READER
from tests.ui.catalog import DRAWINGS, MESSAGES, payload_of, view_blocks_of
from tests.ui.walk import buttons, options, shown, text_objects

EVERY_BUTTON = [button for message in MESSAGES.values() for button in buttons(message) + options(message)]
UNFINISHED = [
    name for name in MESSAGES for state in ("running", "canceling", "unknown") if name.startswith(f"status_{state}")
]


@pytest.mark.parametrize("surface", BlockSurface)
def test_slack_takes_every_message_wherever_it_may_be_shown(surface: BlockSurface) -> None:
    for name, message in MESSAGES.items():
        blocks = payload_of(message)["blocks"] if surface is BlockSurface.MESSAGE else view_blocks_of(message)

        assert find_block_problems(blocks, surface) == [], name
        assert len(message.blocks) <= 50, name


def test_every_message_fits_a_window_and_the_home_tab() -> None:
    title = {"type": "plain_text", "text": "Batchdesk"}
    for name, message in MESSAGES.items():
        blocks = view_blocks_of(message)

        assert find_view_problems({"type": "modal", "title": title, "blocks": blocks}) == [], name
        assert find_view_problems({"type": "home", "blocks": blocks}, ("home",)) == [], name


def test_every_notification_has_words_of_its_own() -> None:
    lengths = {name: len(message.text.strip()) for name, message in MESSAGES.items()}

    assert {name: length for name, length in lengths.items() if not 0 < length <= 4_000} == {}


def test_the_plain_text_that_is_sent_has_no_date_token() -> None:
    assert [name for name, message in MESSAGES.items() if "<!date" in str(payload_of(message)["text"])] == []


def test_a_message_has_at_most_one_primary_button() -> None:
    primary = {
        name: [text_of(each) for each in buttons(message) if each.get("style") == "primary"]
        for name, message in MESSAGES.items()
    }

    assert {name: labels for name, labels in primary.items() if len(labels) > 1} == {}


def test_bare_words_are_never_parsed() -> None:
    for name, message in MESSAGES.items():
        assert all(found["verbatim"] is True for found in text_objects(message, "mrkdwn")), name


def test_nothing_is_called_completed() -> None:
    assert [name for name, message in MESSAGES.items() if "completed" in shown(message).lower()] == []


@pytest.mark.parametrize("name", UNFINISHED)
def test_an_unfinished_batch_shows_no_outcomes_and_no_percentage(name: str) -> None:
    said = shown(MESSAGES[name])

    assert "%" not in said
    assert "succeeded" not in said
    assert not set("🟩🟥🟪🟧⬜") & set(said)


def test_a_button_carries_a_command_that_can_be_typed() -> None:
    for button in EVERY_BUTTON:
        value = str(button["value"])

        assert len(value) <= 2_000
        assert parse(read_button(value).text).spell() == read_button(value).text


def test_a_button_does_what_it_says() -> None:
    verbs = {
        "Refresh": {"", "home", "status", "results"},
        "Cancel": {"cancel"},
        "Cancel the batch": {"cancel"},
        "Delete": {"delete"},
        "Unwatch": {"unwatch"},
        "Details": {"details"},
        "Edit": {"edit"},
        "Delete for good": {"delete"},
        "Open": {"status"},
        "Look again": {"status"},
        "All batches": {"list"},
        "Keep": {"keep"},
        "Keep it running": {"keep"},
    }
    made = {(str(text_of(button)), parse(read_button(str(button["value"])).text).verb) for button in EVERY_BUTTON}

    assert {label for label, _ in made} >= set(verbs)
    assert {(label, verb) for label, verb in made if verb not in verbs.get(label, {verb})} == set()


def test_no_button_confirms_without_having_asked() -> None:
    for name, message in MESSAGES.items():
        values = [read_button(str(button["value"])) for button in buttons(message)]
        questions = {(value.confirmation, _question(value.text)) for value in values if value.confirmation}

        assert len(questions) == name.removeprefix("marked_").startswith("question_"), name


def _question(text: str) -> str:
    return parse(text).confirmation_key


@pytest.mark.parametrize(
    ("viewer", "state", "expected"),
    [
        (READER, "running", ["Watch", "Refresh", "Details"]),
        (OPERATOR, "running", ["Watch", "Cancel", "Refresh", "Details", "Edit"]),
        (ADMIN, "running", ["Watch", "Cancel", "Refresh", "Details", "Edit"]),
        (OPERATOR, "canceling", ["Watch", "Refresh", "Details", "Edit"]),
        (ADMIN, "unknown_status", ["Watch", "Refresh", "Details", "Edit"]),
        (READER, "ended_some_succeeded", ["Results", "Details"]),
        (OPERATOR, "ended_some_succeeded", ["Results", "Retry failures", "Details", "Edit"]),
        (ADMIN, "ended_some_succeeded", ["Results", "Retry failures", "Details", "Edit", "Delete"]),
        (ADMIN, "archived", ["Details", "Edit", "Delete"]),
    ],
)
def test_a_card_has_the_buttons_of_its_state_and_its_reader(viewer: object, state: str, expected: list[str]) -> None:
    name = next(
        name for name, (_, seen_by) in DRAWINGS.items() if name.startswith(f"status_{state}_for") and seen_by is viewer
    )

    message = MESSAGES[name]
    assert [text_of(each) for each in buttons(message) + options(message)] == expected


@pytest.mark.parametrize("state", BATCHES)
def test_the_notification_tells_the_state_and_the_whole_id(state: str) -> None:
    message = MESSAGES[f"status_{state}_for_reader"]

    assert BATCHES[state].id in message.text
    title = text_objects(message, "plain_text")[0]["text"]
    assert message.text.startswith(str(title))


def text_of(button: object) -> object:
    label = button["text"] if isinstance(button, dict) else {}
    return label["text"]


@pytest.mark.parametrize("name", ["question_retry_beside_many", "error_retried_meanwhile_by_many"])
def test_a_question_counts_the_retries_that_it_does_not_name(name: str) -> None:
    [message] = [message for each, message in MESSAGES.items() if each.startswith(name)]

    assert "and 2 more" in shown(message)
