"""Text from outside is shown as text: it mentions no one, links nowhere and formats nothing."""

import re
import unicodedata
from functools import cache

import pytest

from bot.errors import ExpectedError
from bot.playground.slack_simulator.blocks import find_block_problems
from bot.ui.components.buttons import read_button
from bot.ui.errors.render import render_error
from bot.ui.render import render
from bot.ui.reply import Message
from bot.ui.unknown_input import render_unknown_command
from tests.builders import ADMIN
from tests.ui.catalog import OUTCOMES, message_of
from tests.ui.errors.every_error import ERRORS
from tests.ui.hostile import spoiled
from tests.ui.walk import CODE, OURS, buttons, marked_up, options, text_objects, words

TEXTS = {
    "mention_of_all": "<!channel> <!here> <!everyone> <!subteam^S0ABC>",
    "mention_of_one": "<@U0VICTIM> <#C0VICTIM>",
    "bare_words": "@here @channel #general",
    "link": "<https://evil.example|msgbatch_01abc> <mailto:a@evil.example>",
    "image": "![x](https://evil.example/a.png) [x](https://evil.example)",
    "date": "<!date^0^{date}^https://evil.example|now>",
    "backticks": "`x` ```y``` ` <!channel> `",
    "stars": "*bold* _italic_ ~struck~ >quoted",
    "quote": "\n> quoted\n• listed\n```\ncode\n```",
    "entities": "&lt;!channel&gt; &amp;lt;",
    "right_to_left": "\u202etsal\u202c \u2066x\u2069 \u200f \u200b \ufeff",
    "control": "a\x00b\x1b[31mred\x07\r\n\t\u2028\u2029",
    "nothing": "",
    "blank": " \u00a0\u3000",
    "a_letter": "x",
    "long_word": "x" * 10_000,
    "long_escaped": "&" * 10_000,
    "long_mentions": "<!channel>" * 1_000,
    "long_lines": "line\n" * 2_000,
    "long_backticks": "`" * 10_000,
    "long_wide": "🟥" * 5_000,
}


@cache
def spoiled_messages(name: str) -> tuple[Message, ...]:
    text = TEXTS[name]
    drawn = [render_unknown_command(TEXTS[name])]
    for outcome in OUTCOMES.values():
        drawn += [message_of(render(spoiled(outcome, text, status=status), ADMIN)) for status in (False, True)]
    errors: list[ExpectedError] = [spoiled(error, text, status=True) for error in ERRORS.values()]
    return (*drawn, *(render_error(error) for error in errors))


@pytest.fixture(params=TEXTS)
def hostile_messages(request: pytest.FixtureRequest) -> tuple[Message, ...]:
    return spoiled_messages(request.param)


def test_no_foreign_markup_is_live(hostile_messages: tuple[Message, ...]) -> None:
    for message in hostile_messages:
        for text in marked_up(message):
            assert "<" not in OURS.sub("", text), text


def test_foreign_words_format_nothing(hostile_messages: tuple[Message, ...]) -> None:
    for message in hostile_messages:
        for text in marked_up(message):
            outside_code = CODE.sub("", text)
            assert "`" not in outside_code, text
            assert not re.search(r"\*bold\*|~struck~|^\s*(>|&gt;|•)", outside_code, re.MULTILINE), text


def test_bare_words_are_not_parsed(hostile_messages: tuple[Message, ...]) -> None:
    for message in hostile_messages:
        assert all(found["verbatim"] is True for found in text_objects(message, "mrkdwn"))


def test_nothing_invisible_is_shown(hostile_messages: tuple[Message, ...]) -> None:
    for message in hostile_messages:
        labels = [str(button.get("accessibility_label", "")) for button in buttons(message)]
        for text in words(message) + labels:
            assert {char for char in text if unicodedata.category(char)[0] == "C"} <= {"\n"}, text


def test_slack_takes_the_message(hostile_messages: tuple[Message, ...]) -> None:
    for message in hostile_messages:
        assert find_block_problems([dict(block) for block in message.blocks]) == []
        assert message.text.strip()


def test_a_button_is_read_back_as_it_was_made(hostile_messages: tuple[Message, ...]) -> None:
    values = [str(button["value"]) for message in hostile_messages for button in buttons(message) + options(message)]

    read = [read_button(value) for value in values]

    assert [again.model_dump_json(exclude_defaults=True) for again in read] == values


def test_every_foreign_field_was_reached() -> None:
    """Guards the other tests: a text that nothing shows would pass all of them."""
    shown = [message for message in spoiled_messages("a_letter") if "x" in " ".join(words(message)).split("`")]

    assert len(shown) > len(OUTCOMES)
