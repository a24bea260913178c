"""Trigger ids: each opens one modal, within three seconds (docs.slack.dev, modals)."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.playground.slack_simulator.credentials import random_digits, random_letters
from bot.playground.slack_simulator.refusals import Refusal


@dataclass
class _Trigger:
    user: str
    made_at: float
    used: bool = False


class Triggers:
    """Issues trigger ids, and redeems each of them once within `life` seconds of the clock."""

    def __init__(self, clock: Callable[[], float], life: float) -> None:
        self._clock = clock
        self._life = life
        self._minted: dict[str, _Trigger] = {}

    def mint(self, user: str) -> str:
        """Return a new trigger id for what this person just did."""
        trigger_id = f"{random_digits(13)}.{random_digits(12)}.{random_letters(32, '0123456789abcdef')}"
        self._minted[trigger_id] = _Trigger(user, self._clock())
        return trigger_id

    def redeem(self, trigger_id: str) -> str:
        """Return whose trigger id it is. Raises Refusal if it is unknown, used or expired."""
        trigger = self._minted.get(trigger_id)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self._clock() - trigger.made_at > self._life:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger.user
