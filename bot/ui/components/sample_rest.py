"""The rest after a sample: the way on that is offered wherever the sample's end is told."""

from bot.commands.drop import Drop
from bot.commands.send import Send
from bot.store.records.drafts import Draft
from bot.ui.components.buttons import actions, button
from bot.ui.components.text import code, number, quantity, safe_text
from bot.ui.reply import Block


def rest_words(rest: Draft) -> str:
    """Say what waits for a yes."""
    return (
        f"This is a sample: the other {quantity(rest.requests, 'request')} of *{safe_text(rest.name, 80)}* wait for a "
        f"yes. Nothing more is sent without it. Later: {code(f'/batch send {rest.id}')}."
    )


def rest_buttons(rest: Draft) -> tuple[Block, ...]:
    """Return the buttons; what they are in may be everybody's, so that it stays as it is."""
    send = button(f"Send the other {number(rest.requests)}", Send(rest.id), style="primary")
    return actions([send, button("Drop them", Drop(rest.id))])
