"""Measure a list message of 20 rows, made by bot/ui and from slack_sdk's block objects."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from time import process_time

from slack_sdk.models.blocks import Block, ButtonElement, HeaderBlock, MarkdownTextObject, SectionBlock

from bench.table import format_table, judge_most
from bot.api.ids import BatchId
from bot.api.models import MessageBatch, RequestCounts
from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.commands.base import Permission
from bot.commands.list import BatchList, List
from bot.ui.reply import Message, Viewer
from bot.ui.verbs.list import render_list

ROWS = 20
SLICES = 40
TIMES = {"bot/ui": 20, "slack_sdk": 2}
LIMIT_MS = 0.3
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def main() -> None:
    """Print the table."""
    batches = tuple(build_batch(number) for number in range(ROWS))
    outcome = BatchList(
        List(limit=ROWS), batches, older=List(limit=ROWS, after=batches[-1].id), newer=None, scanned=ROWS
    )
    viewer = Viewer(Caller(UserId("U0ADA"), TeamId("T0"), ChannelId("C0")), frozenset(Permission), NOW)
    message = render_list(outcome, viewer)
    renderers: dict[str, Callable[[], object]] = {
        "bot/ui": lambda: render_list(outcome, viewer),
        "slack_sdk": lambda: [block.to_dict() for block in build_sdk_blocks(message)],
    }
    milliseconds: dict[str, list[float]] = {name: [] for name in renderers}
    for _ in range(SLICES):
        for name, render in renderers.items():
            milliseconds[name].append(_measure(render, TIMES[name]))
    ours = median(milliseconds["bot/ui"])
    theirs = median(milliseconds["slack_sdk"])
    size = len(json.dumps(message.blocks))
    rows = [
        ["bot/ui, plain dicts", f"{ours:.2f} {judge_most(ours, LIMIT_MS)}", ""],
        ["slack_sdk's block objects, the words given", f"{theirs:.2f}", f"{theirs / ours:.0f} × ours"],
    ]
    print(format_table([f"a list message of {ROWS} rows, {size:,} bytes", "CPU ms", ""], rows))


def build_batch(number: int) -> MessageBatch:
    """Return one of the batches of a busy workspace, with every status and outcome among them."""
    status = ("in_progress", "canceling", "ended", "ended")[number % 4]
    ended = status == "ended"
    created = NOW - timedelta(hours=3 * number + 1)
    total = 1_200 + 37 * number
    errored = 50 * (number % 3) if ended else 0
    return MessageBatch(
        id=BatchId(f"msgbatch_01tJgGsLpV9wHjoAWVh1g{number:03}"),
        processing_status=status,
        request_counts=RequestCounts(
            processing=0 if ended else total,
            succeeded=total - errored if ended else 0,
            errored=errored,
            canceled=0,
            expired=0,
        ),
        created_at=created,
        expires_at=created + timedelta(days=1),
        ended_at=created + timedelta(minutes=50) if ended else None,
        cancel_initiated_at=created + timedelta(minutes=5) if status == "canceling" else None,
    )


def build_sdk_blocks(message: Message) -> list[Block]:
    """Return the rows of the same message as slack_sdk's objects."""
    blocks: list[Block] = [HeaderBlock(text="Batches")]
    for number, row in enumerate(message.blocks[1 : ROWS + 1]):
        opens = ButtonElement(text="Open", action_id=f"run-{number}", value=f"status {number}")
        blocks.append(SectionBlock(text=MarkdownTextObject(text=str(row["text"]), verbatim=True), accessory=opens))
    return blocks


def _measure(render: Callable[[], object], times: int) -> float:
    started = process_time()
    for _ in range(times):
        render()
    return (process_time() - started) / times * 1_000


if __name__ == "__main__":
    main()
