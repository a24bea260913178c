"""Every outcome of `approve`, and its question, by the name of its golden message."""

from bot.commands.approve import ApproveChange
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from tests.builders import another_id
from tests.ui.draft_samples import OVER_THE_LIMIT, RETIRING, RETRY, USES_RETIRING, question

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "question_approval": question(ApproveChange(RETRY, (another_id(7),), exceeded=OVER_THE_LIMIT)),
    "question_approval_retiring_soon": question(
        ApproveChange(USES_RETIRING, retiring=RETIRING, exceeded=OVER_THE_LIMIT)
    ),
    "question_approval_by_name": question(ApproveChange(RETRY, (), exceeded=OVER_THE_LIMIT, is_named=True)),
    "question_approval_after_the_limit_was_raised": question(ApproveChange(RETRY, (another_id(7),))),
}
