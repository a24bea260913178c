"""Every outcome of `stop reading`, by the name of its golden message."""

from bot.commands.registry import Outcome
from bot.commands.stop_reading import ReadingLost, StopAsked
from bot.confirmations import ConfirmationNeeded
from tests.builders import ID

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "stop_asked": StopAsked(under_way=True),
    "stop_asked_too_late": StopAsked(under_way=False),
    "stop_asked_of_the_dead": ReadingLost(f"results {ID} --errors"),
    "stop_asked_of_another_version": ReadingLost("foretell next-week"),
}
