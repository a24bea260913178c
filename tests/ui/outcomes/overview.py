"""Every outcome of `overview`, by the name of its golden message."""

from bot.commands.overview import OverviewShown
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from tests.builders import another_id, canceling, running
from tests.ui.outcomes.home import LISTS, WAITING
from tests.ui.samples import ENDED

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "overview": OverviewShown((running(id=another_id(1)), canceling(id=another_id(2))), ENDED),
    "overview_of_many": OverviewShown(tuple(running(number, id=another_id(number)) for number in range(1, 101)), None),
    "overview_nothing_running": OverviewShown((), ENDED),
    "overview_waiting": OverviewShown((running(id=another_id(1)),), None, waiting=WAITING),
    "overview_lists": OverviewShown((canceling(id=another_id(1)), canceling(id=another_id(2))), ENDED, waiting=LISTS),
    "overview_empty": OverviewShown((), None),
}
