"""One command in the terminal: everything the bot can send is drawn."""

import io

import pytest
from rich.console import Console

from bot.playground.slack_simulator.records import Json, SlackMessage
from bot.playground.terminal import FormNotDrawn, NotACommand, UnknownPerson, draw_message, try_command


def on_paper(width: int = 100) -> Console:
    return Console(file=io.StringIO(), width=width, force_terminal=False)


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def drawing(*blocks: Json, text: str = "", ephemeral_to: str | None = None) -> str:
    console = on_paper()
    console.print(draw_message(SlackMessage("C0", "1.2", "U0BOT", text, list(blocks), ephemeral_to)))
    return printed(console)


def mrkdwn(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(label: str, **more: str) -> Json:
    return {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": label}, **more}


@pytest.mark.parametrize(
    ("line", "user", "shows"),
    [
        ("/batch", "ada", "running"),
        ("/batch help", "U0ADA", "Batchdesk commands"),
        ("/batch list ended", "Ada", "Older"),
        ("/batch delete last", "ada", "Delete for good"),
        ("/batch audit", "ben", "Only administrators can do this"),
        ("/other", "ada", "Batchdesk doesn't know"),
    ],
)
async def test_the_reply_to_a_command_is_drawn(line: str, user: str, shows: str) -> None:
    console = on_paper()

    answered = await try_command(line, user, console)

    assert answered
    assert shows in printed(console)
    assert "can't be drawn" not in printed(console)


async def test_a_line_that_is_no_command_is_refused_with_how_it_begins() -> None:
    with pytest.raises(NotACommand, match='try "/batch status last"'):
        await try_command("status last", "ada", on_paper())


async def test_a_form_cannot_be_drawn() -> None:
    console = on_paper()

    with pytest.raises(FormNotDrawn, match="opens the form “Create a batch”"):
        await try_command("/batch create", "ada", console)

    assert printed(console) == ""


async def test_an_unknown_person_is_refused_before_anything_starts() -> None:
    with pytest.raises(UnknownPerson, match="There is no eve in the simulation"):
        await try_command("/batch", "eve", on_paper())


def test_every_kind_of_block_the_bot_sends_is_drawn() -> None:
    shown = drawing(
        {"type": "header", "text": {"type": "plain_text", "text": "A header"}},
        mrkdwn("some text") | {"accessory": button("Open")},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "a field"}]},
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "plain_text", "text": "small print"}]},
        {"type": "actions", "elements": [button("Keep"), button("Delete", style="danger")]},
    )

    for words in ("A header", "some text", "Open", "a field", "small print", "Keep", "Delete"):
        assert words in shown


def test_a_block_it_does_not_know_is_said_loudly() -> None:
    assert "a block of type hologram can't be drawn here" in drawing({"type": "hologram"})


def test_mark_up_is_opened_and_not_shown_as_typed() -> None:
    shown = drawing(mrkdwn("*bold* _it_ ~no~ `x &lt; y &amp; z` <@U0ADA> <#C0X|jobs> <https://a.test|here> <!channel>"))

    assert "bold it no x < y & z @U0ADA #jobs here @channel" in shown


def test_a_date_is_shown_as_a_date() -> None:
    assert "Nov 2026 at" in drawing(mrkdwn("until <!date^1795246200^{date_short_pretty} at {time}|2026-11-21>"))


def test_a_text_message_is_drawn_with_who_sees_it() -> None:
    assert "only visible to you" in drawing(text="plain", ephemeral_to="U0ADA")
    assert "visible to everyone" in drawing(text="plain")
    assert "plain" in drawing(text="plain")


def test_what_comes_in_a_direct_message_is_not_said_to_be_everybodys() -> None:
    console = on_paper()

    console.print(draw_message(SlackMessage("D0ADA", "1.2", "U0BOT", "plain", [])))

    assert "in a direct message" in printed(console)


def test_square_brackets_are_text_and_no_colours() -> None:
    assert "[red]alarm[/red]" in drawing(mrkdwn("[red]alarm[/red]"))
