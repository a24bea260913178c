"""Every outcome of `decline` that is a message, by the name of its golden message."""

from msgspec.structs import replace

from bot.commands.decline import Declined
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from tests.builders import BEN
from tests.ui.draft_samples import DRAFT

ASKED = replace(DRAFT, user_id=BEN.user, question_channel="C0BATCHES", question_ts="1700000000.000100")

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "declined": Declined(ASKED, "Too *expensive* for a <test>. Send a sample first."),
    "declined_without_a_question": Declined(DRAFT, "no"),
}
