"""Every outcome of `home`, by the name of its golden message."""

from decimal import Decimal

from msgspec.structs import replace

from bot.commands.home import HomeShown
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from bot.operations.approval import MonthSpend, Sent
from bot.operations.waiting import Waiting
from bot.store.records.bulks import RunningList
from tests.builders import ADMIN, BEN, ID, NOW, another_id, running
from tests.ui.bulk_samples import bulk
from tests.ui.draft_samples import DRAFT
from tests.ui.samples import DELETE_QUESTION, ENDED, EXPIRING

MONTH = MonthSpend(NOW.replace(day=1), Decimal("41.2"), is_complete=True, open=Sent(Decimal("12.5")), unread=2)
OTHERS = replace(DRAFT, id="b" * 24, user_id="U0CORA", state="waiting", name="big1200.jsonl")
OWN = replace(DRAFT, user_id=ADMIN.caller.user)

LIST_QUESTION = replace(DELETE_QUESTION, command=f"delete --list {bulk().id}", subject=bulk().id)
CANCEL_QUESTION = replace(LIST_QUESTION, command=f"cancel --list {bulk().id}")
SAVE_QUESTION = replace(LIST_QUESTION, command=f"delete {ID}")
OWN_LIST = RunningList(bulk(), 37, 12)
BENS_LIST = RunningList(replace(bulk("cancel"), user_id=BEN.user), 2, 0)
WAITING = Waiting((OTHERS, replace(OWN, id="c" * 24, state="waiting")), (OWN,), (DELETE_QUESTION,))
LISTS = Waiting(
    questions=(LIST_QUESTION, CANCEL_QUESTION, SAVE_QUESTION),
    sizes={bulk().id: 12},
    running=(OWN_LIST, BENS_LIST),
)

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "home": HomeShown(
        running=(running(id=another_id(1)), running(id=another_id(2))),
        running_count=2,
        ended=(ENDED,),
        expiring=(EXPIRING,),
        expiring_count=1,
        waiting=WAITING,
        month=MONTH,
        budget=Decimal(50),
    ),
    "home_crowded": HomeShown(
        running=tuple(running(id=another_id(number)) for number in range(10)),
        running_count=480,
        ended=tuple(ENDED.model_copy(update={"id": another_id(number)}) for number in range(20, 25)),
        expiring=tuple(EXPIRING.model_copy(update={"id": another_id(number)}) for number in range(30, 35)),
        expiring_count=12,
        waiting=Waiting((OTHERS,) * 9, (OWN,) * 9, (DELETE_QUESTION,) * 9, {}, (OWN_LIST,) * 9),
        month=replace(MONTH, is_complete=False, open=Sent(unbounded=1)),
        more=True,
    ),
    "home_empty": HomeShown(waiting=Waiting(), month=replace(MONTH, spent=Decimal(0), open=Sent(), unread=0)),
    "home_lists": HomeShown(waiting=LISTS, month=MONTH),
    "home_without_store": HomeShown(running=(running(id=ID),), running_count=1),
}
