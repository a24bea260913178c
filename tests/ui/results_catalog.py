"""What the bot can say of results, of their cost, and of reading them: outcomes and errors for the catalogue."""

import io
from datetime import date, timedelta
from decimal import Decimal

from msgspec.structs import replace

from bot.commands.cost import Cost, CostShown, Unread
from bot.commands.delete import Delete, DeleteChange
from bot.commands.registry import Outcome
from bot.commands.results import (
    CausesFile,
    FamilyFile,
    FamilyIncomplete,
    NothingFailed,
    Results,
    ResultsFile,
    ResultsGone,
    ResultsNotReady,
    ResultsShown,
)
from bot.commands.stop_reading import ReadingLost, ReadingOfAnother, StopAsked
from bot.confirmations import ConfirmationNeeded
from bot.errors import ExpectedError
from bot.operations.cost_totals import CostRow
from bot.operations.find_batch import Reference
from bot.operations.merge_family import AbsenceReason, AbsentBatch, Family, MergedResults
from bot.operations.progress import ReadingProgress, ReadingStopped
from bot.operations.read_results import ReadSummary, ResultsNotSaved, ResultsNotYetAvailable, ResultsTruncated
from bot.operations.result_files import ResultFileKind
from bot.pricing.tokens import Tokens
from bot.results.causes import Cause
from bot.results.lines import LineFault
from bot.results.summary import (
    BrokenLines,
    BrokenLineSample,
    ModelUse,
    OutcomeCounts,
    OutputSizes,
    ResultsSummary,
    StopReason,
    SummaryUnreadable,
)
from bot.results.summary import CostSummary as BatchCost
from bot.scratch_file import ScratchFile, ScratchFileFailed
from bot.store.records.summaries import StoredSummary
from tests.builders import ADA, BATCHES, BEN, CREATED, ID, NOW, batch_id, canceling, running

ENDED = BATCHES["ended_some_succeeded"]
QUERY = Results(Reference(ID))
CAUSES = (
    Cause("invalid_request_error", "prompt is too long: <n> tokens > <n> maximum", 26, ("a-0001", "a-0007", "a-0019")),
    Cause("overloaded_error", "Overloaded", 4, ("a-0100", "a-0101")),
    Cause("novel_error", "the flux is not capacitated", 1, ("a-1199",)),
    Cause("expired", "", 5, ("a-0200", "a-0201", "a-0202")),
    Cause("canceled", "", 3, ("a-0300", "a-0301", "a-0302")),
)
SUMMARY = ResultsSummary(
    counts=OutcomeCounts(1_161, 31, 3, 5),
    causes=CAUSES,
    other_causes=0,
    stop_reasons=(StopReason("end_turn", 1_141), StopReason("max_tokens", 20)),
    models=(
        ModelUse(
            "claude-haiku-4-5-20251001",
            1_161,
            Tokens(input=728_843, write_5m=92_160, write_1h=4_000, read=1_691_136, output=98_882, thinking=1_200),
            Decimal("0.7521"),
        ),
    ),
    output=OutputSizes(83, 128),
    cost=BatchCost(Decimal("0.7521")),
    lines=1_200,
    bytes_read=1_048_576,
    broken=BrokenLines(),
    duplicates=0,
)
TROUBLED = replace(
    SUMMARY,
    counts=OutcomeCounts(1_150, 31, 3, 5),
    causes=tuple(Cause("api_error", f"cause {word}", 9, ("a-1",)) for word in "abcdefghi"),
    other_causes=12,
    stop_reasons=(
        StopReason("end_turn", 800),
        StopReason("max_tokens", 200),
        StopReason("refusal", 140),
        StopReason(None, 10),
    ),
    models=tuple(
        ModelUse(f"claude-{word}", 100, Tokens(input=10, output=5), None if word == "a" else Decimal("1.5"), 2)
        for word in "abcdefg"
    ),
    cost=BatchCost(Decimal("9"), ("claude-a",), ("mars",), 14, 3),
    broken=BrokenLines(11, (BrokenLineSample(17, LineFault.NOT_JSON), BrokenLineSample(1_200, LineFault.NO_CUSTOM_ID))),
    duplicates=2,
)
UNPRICED = replace(SUMMARY, cost=BatchCost(Decimal(0), ("claude-next",)))
ALL_FAILED = replace(
    SUMMARY,
    counts=OutcomeCounts(0, 850, 0, 0),
    causes=(Cause("not_found_error", "model: claude-haiku-<n>", 850, ("a-1", "a-2", "a-3")),),
    stop_reasons=(),
    models=(),
    output=None,
    cost=BatchCost(Decimal(0)),
)
FETCHED = ReadSummary(SUMMARY, date(2026, 8, 21), BEN.user, NOW - timedelta(minutes=5))
TAKEN = replace(FETCHED, downloaded_file="jsonl", downloaded_by=ADA.user, downloaded_at=NOW - timedelta(minutes=1))


def spool() -> ScratchFile:
    """Return a spool of 3 MB that no disk has seen."""
    held = ScratchFile(io.BytesIO)
    held.size = 3_145_728
    return held


async def arrived() -> None:
    """Take note of nothing."""


def _shown(
    fetched: ReadSummary, *, from_cache: bool = True, readable: bool = True, public: bool = False
) -> ResultsShown:
    return ResultsShown(replace(QUERY, public=public), ENDED, fetched, from_cache, readable)


def _days(count: int) -> tuple[tuple[date, CostRow], ...]:
    days = [CREATED.date() + timedelta(days=2 * number) for number in range(count)]
    return tuple(
        (day, CostRow(day.isoformat(), 2, 1_000, Decimal(number + 1), complete=number != 1))
        for number, day in enumerate(days)
    )


SPENT = CostShown(
    query=Cost("4w"),
    since=NOW - timedelta(weeks=4),
    read=9,
    cost=BatchCost(Decimal("9.0432")),
    by_model=(
        CostRow("claude-sonnet-5", 3, 2_400, Decimal("9.04"), complete=True),
        CostRow("claude-opus-5", 1, 1, Decimal("0.0032"), complete=True),
    ),
    by_day=_days(4),
    unread=(),
    unfinished=3,
    more=False,
    priced_on=date(2026, 8, 21),
)
INCOMPLETE = replace(
    SPENT,
    query=Cost("52w", "day", public=True),
    cost=BatchCost(Decimal("9.0432"), ("claude-next",), (), 3, 0),
    by_day=_days(40),
    unread=(Unread(ENDED, gone=False), Unread(BATCHES["archived"], gone=True)),
    more=True,
)
NOTHING = replace(SPENT, read=0, cost=BatchCost(Decimal(0)), by_model=(), by_day=(), unfinished=0, priced_on=None)

RETRIED = BATCHES["ended_canceled"].model_copy(update={"id": batch_id(1)})
ABSENT = (
    AbsentBatch(batch_id(2), AbsenceReason.DELETED),
    AbsentBatch(batch_id(3), AbsenceReason.UNFINISHED),
    AbsentBatch(batch_id(4), AbsenceReason.EXPIRED),
)
FAMILY = replace(QUERY, file=ResultFileKind.FAMILY)
KINDS = (ResultFileKind.JSONL, ResultFileKind.ERRORS, ResultFileKind.CSV, ResultFileKind.ERRORS_CSV)
OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "results": _shown(FETCHED),
    "results_just_read": _shown(FETCHED, from_cache=False),
    "results_taken": _shown(TAKEN),
    "results_public": _shown(FETCHED, public=True),
    "results_of_archived": _shown(FETCHED, readable=False),
    "results_troubled": _shown(replace(FETCHED, summary=TROUBLED)),
    "results_unpriced": _shown(replace(FETCHED, summary=UNPRICED, priced_on=None)),
    "results_all_failed": replace(
        _shown(replace(FETCHED, summary=ALL_FAILED, priced_on=None)), batch=BATCHES["ended_none_succeeded"]
    ),
    **{
        f"results_file_{kind.name.lower()}": ResultsFile(
            replace(QUERY, file=kind), ENDED, FETCHED, kind, spool(), arrived
        )
        for kind in KINDS
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
    "family_file": FamilyFile(FAMILY, Family((ENDED, RETRIED), ()), MergedResults(spool(), 1_200, 1_190, 0), arrived),
    "family_file_of_one": FamilyFile(FAMILY, Family((ENDED,), ()), MergedResults(spool(), 1_200, 1_161, 0), arrived),
    "family_file_in_part": FamilyFile(
        replace(FAMILY, file=ResultFileKind.PART_OF_FAMILY, public=True),
        Family((ENDED, RETRIED), ABSENT),
        MergedResults(spool(), 1_200, 1_190, 3),
        arrived,
    ),
    "family_incomplete": FamilyIncomplete(FAMILY, Family((ENDED, RETRIED), ABSENT)),
    "family_incomplete_of_many": FamilyIncomplete(
        FAMILY, Family((ENDED,), tuple(AbsentBatch(batch_id(number), AbsenceReason.DELETED) for number in range(12)))
    ),
    "family_unreadable": FamilyIncomplete(FAMILY, Family((), ABSENT)),
    "cost": SPENT,
    "cost_incomplete": INCOMPLETE,
    "cost_nothing": NOTHING,
    "stop_asked": StopAsked(under_way=True),
    "stop_asked_too_late": StopAsked(under_way=False),
    "stop_asked_of_the_dead": ReadingLost(f"results {ID} --errors"),
    "stop_asked_of_another_version": ReadingLost("foretell next-week"),
    **{
        f"question_delete_{name}": ConfirmationNeeded(
            DeleteChange(Delete(Reference(ID)), ENDED, stored), "the-confirmation-id", NOW + timedelta(minutes=5)
        )
        for name, stored in {
            "looked_at": StoredSummary(ID, "{}", None, BEN.user, NOW - timedelta(hours=2)),
            "taken": StoredSummary(ID, "{}", None, BEN.user, NOW, "jsonl", ADA.user, NOW),
            "taken_table": StoredSummary(ID, "{}", None, BEN.user, NOW, "csv", ADA.user, NOW),
            "taken_family": StoredSummary(ID, "{}", None, BEN.user, NOW, "family", ADA.user, NOW),
            "taken_failures": StoredSummary(ID, "{}", None, BEN.user, NOW, "errors", ADA.user, NOW),
        }.items()
    },
}

READ = ReadingProgress(ID, 12_345, 34_567_890, 20_000)
AGAIN = f"results {ID} --file"
ERRORS: dict[str, ExpectedError] = {
    "results_cut": ResultsTruncated(ENDED, READ, AGAIN, "ReadError: the peer closed the connection"),
    "results_not_there_yet": ResultsNotYetAvailable(ENDED, ReadingProgress(), f"results {ID}"),
    "results_disk_full": ResultsNotSaved(ENDED, READ, AGAIN, full=True, reason="No space left on device"),
    "results_disk_refused": ResultsNotSaved(ENDED, ReadingProgress(), AGAIN, full=False, reason="Permission denied"),
    "reading_stopped": ReadingStopped(READ, AGAIN, closing=False),
    "reading_stopped_closing": ReadingStopped(ReadingProgress(), "", closing=True),
    "reading_of_another": ReadingOfAnother(BEN.user),
    "spool_failed": ScratchFileFailed(full=True, reason="No space left on device"),
    "summary_unreadable": SummaryUnreadable("its version is 7, not 1"),
}
