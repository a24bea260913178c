"""Every outcome of `results`, by the name of its golden message."""

from msgspec.structs import replace

from bot.commands.registry import Outcome
from bot.commands.results import (
    CausesFile,
    FamilyFile,
    FamilyIncomplete,
    NothingFailed,
    ResultsFile,
    ResultsGone,
    ResultsNotReady,
    ResultsShown,
)
from bot.confirmations import ConfirmationNeeded
from bot.operations.merge_family import AbsenceReason, AbsentBatch, Family, MergedResults
from bot.operations.read_results import ReadSummary
from bot.operations.result_files import ResultFileKind
from tests.builders import BATCHES, another_id, canceling, running
from tests.ui.result_samples import ALL_FAILED, FETCHED, QUERY, TAKEN, TROUBLED, UNPRICED, arrived, spool
from tests.ui.samples import ENDED, PARTS_ENDED


def _shown(
    fetched: ReadSummary, *, from_cache: bool = True, readable: bool = True, public: bool = False
) -> ResultsShown:
    return ResultsShown(replace(QUERY, public=public), ENDED, fetched, from_cache, readable)


RETRIED = BATCHES["ended_canceled"].model_copy(update={"id": another_id(1)})

ABSENT_BATCHES = (
    AbsentBatch(another_id(2), AbsenceReason.DELETED),
    AbsentBatch(another_id(3), AbsenceReason.UNFINISHED),
    AbsentBatch(another_id(4), AbsenceReason.EXPIRED),
)

FAMILY_QUERY = replace(QUERY, file=ResultFileKind.FAMILY)

FILE_KINDS = (ResultFileKind.JSONL, ResultFileKind.ERRORS, ResultFileKind.CSV, ResultFileKind.ERRORS_CSV)

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "results": _shown(FETCHED),
    "results_just_read": _shown(FETCHED, from_cache=False),
    "results_taken": _shown(TAKEN),
    "results_of_parts": replace(_shown(FETCHED), parts=PARTS_ENDED),
    "results_public": _shown(FETCHED, public=True),
    "results_of_archived": _shown(FETCHED, readable=False),
    "results_troubled": _shown(replace(FETCHED, summary=TROUBLED)),
    "results_full": replace(_shown(FETCHED), query=replace(QUERY, full=True)),
    "results_full_troubled": replace(_shown(replace(FETCHED, summary=TROUBLED)), query=replace(QUERY, full=True)),
    "results_unpriced": _shown(replace(FETCHED, summary=UNPRICED, priced_on=None)),
    "results_all_failed": replace(
        _shown(replace(FETCHED, summary=ALL_FAILED, priced_on=None)), batch=BATCHES["ended_none_succeeded"]
    ),
    **{
        f"results_file_{kind.name.lower()}": ResultsFile(
            replace(QUERY, file=kind), ENDED, FETCHED, kind, spool(), arrived
        )
        for kind in FILE_KINDS
    },
    "results_file_public": ResultsFile(
        replace(QUERY, file=ResultFileKind.JSONL, public=True), ENDED, FETCHED, ResultFileKind.JSONL, spool(), arrived
    ),
    "results_causes_file": CausesFile(replace(QUERY, file=ResultFileKind.CAUSES), ENDED, FETCHED),
    "results_nothing_failed": NothingFailed(replace(QUERY, file=ResultFileKind.ERRORS), BATCHES["ended_all_succeeded"]),
    "results_failures_unread": NothingFailed(replace(QUERY, file=ResultFileKind.ERRORS), ENDED),
    "results_not_ready": ResultsNotReady(QUERY, running()),
    "results_not_ready_canceling": ResultsNotReady(QUERY, canceling()),
    "results_gone": ResultsGone(BATCHES["archived"], public=False),
    "family_file": FamilyFile(
        FAMILY_QUERY, Family((ENDED, RETRIED), ()), MergedResults(spool(), 1_200, 1_190, 0), arrived
    ),
    "family_file_of_one": FamilyFile(
        FAMILY_QUERY, Family((ENDED,), ()), MergedResults(spool(), 1_200, 1_161, 0), arrived
    ),
    "family_file_in_part": FamilyFile(
        replace(FAMILY_QUERY, file=ResultFileKind.PART_OF_FAMILY, public=True),
        Family((ENDED, RETRIED), ABSENT_BATCHES),
        MergedResults(spool(), 1_200, 1_190, 3),
        arrived,
    ),
    "family_incomplete": FamilyIncomplete(FAMILY_QUERY, Family((ENDED, RETRIED), ABSENT_BATCHES)),
    "family_incomplete_of_many": FamilyIncomplete(
        FAMILY_QUERY,
        Family((ENDED,), tuple(AbsentBatch(another_id(number), AbsenceReason.DELETED) for number in range(12))),
    ),
    "family_unreadable": FamilyIncomplete(FAMILY_QUERY, Family((), ABSENT_BATCHES)),
}
