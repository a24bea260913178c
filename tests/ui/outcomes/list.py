"""Every outcome of `list`, by the name of its golden message."""

from bot.commands.list import BatchList, List
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from tests.ui.samples import EVERY_STATE

LISTS: dict[str, BatchList] = {
    "first_page": BatchList(List(), EVERY_STATE[:10], List(after=EVERY_STATE[9].id), None, 10),
    "middle_page": BatchList(
        List(status="ended", older_than="1h", limit=3, after=EVERY_STATE[3].id),
        EVERY_STATE[4:7],
        List(status="ended", older_than="1h", limit=3, after=EVERY_STATE[6].id),
        List(status="ended", older_than="1h", limit=3, before=EVERY_STATE[4].id),
        412,
    ),
    "longest_page": BatchList(
        List(limit=20), EVERY_STATE + EVERY_STATE[:7], List(limit=20, after=EVERY_STATE[6].id), None, 20
    ),
    "public": BatchList(List(public=True), EVERY_STATE[:1], None, None, 1),
    "of_a_person": BatchList(List(owner="U0CORA", label="nightly"), EVERY_STATE[:2], None, None, 2),
    "of_ones_own": BatchList(List(status="in_progress", owner="me"), EVERY_STATE[:1], None, None, 1),
    "no_such_label": BatchList(List(label="nigthly"), (), None, None, 412, ("nightly eval", "weekly <report>")),
    "empty": BatchList(List(status="canceling"), (), None, None, 1_234),
}

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    **{f"list_{name}": page for name, page in LISTS.items()},
}
