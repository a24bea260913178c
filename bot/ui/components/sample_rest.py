"""The requests that wait while a sample of them runs, shown with the sample and with its end."""

from bot.commands.discard import Discard
from bot.commands.send import Send
from bot.store.records.drafts import UNSENT_LIFETIME, Draft
from bot.ui.components.buttons import actions, button
from bot.ui.components.text import code, date, number, quantity, safe_text
from bot.ui.reply import Block


def rest_words(rest: Draft, *, may_send: bool = True) -> str:
    """Return how many requests wait, and how to send them, or who can."""
    verb = "is" if rest.requests == 1 else "are"
    return (
        f"This is a sample. The {_other_requests(rest)} of *{safe_text(rest.name, 80)}* {verb} not "
        f"sent yet. {'To send later, type' if may_send else 'An operator can send later with'} "
        f"{code(f'/batch send {rest.reference}')}."
    )


def unsent_words(rest: Draft, *, may_send: bool = True, which: str = "other") -> str:
    """Return how many requests of a divided draft are not sent, and until when they wait for whom."""
    verb = "waits" if rest.requests == 1 else "wait"
    until = date(rest.changed_at + UNSENT_LIFETIME)
    return f"The {_other_requests(rest, which)} {verb} for {'you' if may_send else 'an operator'} until {until}."


def _other_requests(rest: Draft, which: str = "other") -> str:
    return f"{which} request" if rest.requests == 1 else f"{which} {quantity(rest.requests, 'request')}"


def unsent_buttons(rest: Draft, *, renew: bool = True) -> tuple[Block, ...]:
    """Return the buttons that send or discard what is left of a divided draft.

    `renew`: in place of their message. Otherwise it is a card, which has a more important button.
    """
    send = button("Send the rest", Send(rest.id), style="primary" if renew else None, renew=renew)
    return actions([send, button("Discard the rest", Discard(rest.id), renew=renew)])


def rest_buttons(rest: Draft, *, leads: bool = True) -> tuple[Block, ...]:
    """Return the buttons that send or discard the rest. They keep their message, which others may see.

    Without `leads`, none is primary: the message has a more important button.
    """
    send = button(f"Send the other {number(rest.requests)}", Send(rest.id), style="primary" if leads else None)
    return actions([send, button("Discard it" if rest.requests == 1 else "Discard them", Discard(rest.id))])
