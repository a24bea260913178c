"""Trigger ids: good for one modal, for three seconds."""

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
    """Mints trigger ids and redeems each of them once, within `life` seconds of the clock."""

    def __init__(self, clock: Callable[[], float], life: float) -> None:
        self._clock = clock
        self._life = life
        self._minted: dict[str, _Trigger] = {}

    def mint(self, user: str) -> str:
        """A fresh trigger id for what this person just did."""
        trigger_id = f"{random_digits(13)}.{random_digits(12)}.{random_letters(32, '0123456789abcdef')}"
        self._minted[trigger_id] = _Trigger(user, self._clock())
        return trigger_id

    def redeem(self, trigger_id: str) -> str:
        """Whose it was; Refusal when it is unknown, used or late."""
        trigger = self._minted.get(trigger_id)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self._clock() - trigger.made_at > self._life:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger.user
