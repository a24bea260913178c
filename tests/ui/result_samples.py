"""Summaries of results, from sound to full of problems."""

import io
from datetime import date, timedelta
from decimal import Decimal

from msgspec.structs import replace

from bot.commands.results import (
    Results,
)
from bot.operations.find_batch import Reference
from bot.operations.progress import ReadingProgress
from bot.operations.read_results import ReadSummary
from bot.pricing.tokens import Tokens
from bot.results.causes import Cause
from bot.results.lines import LineFault
from bot.results.summary import (
    BrokenLines,
    BrokenLineSample,
    MissingResults,
    ModelUse,
    OutcomeCounts,
    OutputSizes,
    ResultsSummary,
    StopReason,
    TextlessAnswers,
)
from bot.results.summary import CostSummary as BatchCost
from bot.scratch_file import ScratchFile
from tests.builders import ADA, BEN, ID, NOW

QUERY = Results(Reference(ID))

CAUSES = (
    Cause("invalid_request_error", "prompt is too long: <n> tokens > <n> maximum", 26, ("a-0001", "a-0007", "a-0019")),
    Cause("expired", "", 5, ("a-0200", "a-0201", "a-0202")),
    Cause("overloaded_error", "Overloaded", 4, ("a-0100", "a-0101")),
    Cause("canceled", "", 3, ("a-0300", "a-0301", "a-0302")),
    Cause("novel_error", "the flux is not capacitated", 1, ("a-1199",)),
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
        StopReason("max_tokens", 200, ("a-0004", "a-0017")),
        StopReason("refusal", 140, ("a-0031",)),
        StopReason("pause_turn", 1, ("a-0090",)),
        StopReason(None, 9),
    ),
    missing=MissingResults(41, ("a-0500", "a-0501")),
    textless=TextlessAnswers(150, 7, ("a-0031", "a-0032")),
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


async def arrived(_is_confirmed: bool) -> None:
    """Take note of nothing."""


HALF_READ = ReadingProgress(ID, 12_345, 34_567_890, 20_000)
