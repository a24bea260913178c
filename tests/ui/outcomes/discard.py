"""Every outcome of `discard`, by the name of its golden message."""

from msgspec.structs import replace

from bot.commands.discard import Discarded
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from tests.builders import BEN
from tests.ui.draft_samples import DRAFT, REST

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "discarded": Discarded(DRAFT),
    "discarded_while_it_waited": Discarded(
        replace(DRAFT, question_channel="C0BATCHES", question_ts="1700000000.000100")
    ),
    "discarded_by_another_while_it_waited": Discarded(
        replace(DRAFT, user_id=BEN.user, question_channel="C0BATCHES", question_ts="1700000000.000100")
    ),
    "discarded_rest": Discarded(REST),
}
