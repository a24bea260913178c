"""Builders for tests: batches in every state, audit entries and callers, with fixed dates."""

from datetime import UTC, datetime, timedelta

from bot.api.ids import BatchId
from bot.api.models import MessageBatch, RequestCounts
from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.commands.base import Permission
from bot.store.records.audit import AuditEntry, RecordedOutcome
from bot.ui.reply import Viewer

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CREATED = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ID = BatchId("msgbatch_01HkcTjaV5uDC8jWR4ZsDV8d")

ADA = Caller(UserId("U0ADA"), TeamId("T0TEAM"), ChannelId("C0BATCHES"))
BEN = Caller(UserId("U0BEN"), TeamId("T0TEAM"), ChannelId("C0BATCHES"))
AT_HOME = Caller(UserId("U0ADA"), TeamId("T0TEAM"), None)

READER = Viewer(BEN, frozenset({Permission.READ, Permission.READ_CONTENTS}), NOW)
OPERATOR = Viewer(ADA, READER.permissions | {Permission.OPERATE}, NOW)
ADMIN = Viewer(ADA, frozenset(Permission), NOW)
VIEWERS = {"reader": READER, "operator": OPERATOR, "admin": ADMIN}


def batch_id(number: int) -> BatchId:
    """Return an id as long as today's, different for each number."""
    return BatchId(f"msgbatch_01{number:022d}")


def another_id(number: int) -> BatchId:
    """Return an id whose first characters, which a name shows, are different for each number too."""
    return BatchId(f"msgbatch_01{number:04d}{'':0>18}")


def counts(
    *, processing: int = 0, succeeded: int = 0, errored: int = 0, canceled: int = 0, expired: int = 0
) -> RequestCounts:
    """Return the five counts, zero where left out."""
    return RequestCounts(
        processing=processing, succeeded=succeeded, errored=errored, canceled=canceled, expired=expired
    )


def running(requests: int = 1_200, *, id: BatchId = ID, status: str = "in_progress") -> MessageBatch:
    """Return an unfinished batch: the API counts all its requests as processing."""
    return MessageBatch(
        id=id,
        processing_status=status,
        request_counts=counts(processing=requests),
        created_at=CREATED,
        expires_at=CREATED + timedelta(hours=24),
    )


def begun(requests: int = 1_200, *, id: BatchId = ID) -> MessageBatch:
    """Return a batch that was just created."""
    return running(requests, id=id).model_copy(update={"created_at": NOW, "expires_at": NOW + timedelta(hours=24)})


def canceling(requests: int = 1_200, *, id: BatchId = ID) -> MessageBatch:
    """Return an unfinished batch whose cancellation was requested an hour after its creation."""
    batch = running(requests, id=id, status="canceling")
    return batch.model_copy(update={"cancel_initiated_at": CREATED + timedelta(hours=1)})


def ended(result: RequestCounts, *, id: BatchId = ID, took: timedelta = timedelta(minutes=42)) -> MessageBatch:
    """Return an ended batch whose results can be read."""
    update = {
        "request_counts": result,
        "ended_at": CREATED + took,
        "results_url": f"https://api.anthropic.com/v1/messages/batches/{id}/results",
    }
    return running(id=id, status="ended").model_copy(update=update)


def archived() -> MessageBatch:
    """Return a batch of two months ago, whose results the API has dropped."""
    created = NOW - timedelta(days=60)
    update = {
        "created_at": created,
        "expires_at": created + timedelta(hours=24),
        "ended_at": created + timedelta(minutes=42),
        "archived_at": created + timedelta(days=29),
        "results_url": None,
    }
    return ended(counts(succeeded=1_150, errored=50)).model_copy(update=update)


def canceled() -> MessageBatch:
    """Return an ended batch that was canceled while some of its requests had finished."""
    result = ended(counts(succeeded=300, canceled=900), took=timedelta(hours=1, minutes=1))
    return result.model_copy(update={"cancel_initiated_at": CREATED + timedelta(hours=1)})


def expired() -> MessageBatch:
    """Return a batch of the day before, most of whose requests were not processed in time."""
    result = ended(counts(succeeded=10, expired=2_990), took=timedelta(0))
    created = CREATED - timedelta(hours=24)
    return result.model_copy(update={"created_at": created, "expires_at": CREATED})


BATCHES: dict[str, MessageBatch] = {
    "running": running(),
    "running_one_request": running(1),
    "running_zero_requests": running(0),
    "canceling": canceling(),
    "ended_all_succeeded": ended(counts(succeeded=1_200)),
    "ended_some_succeeded": ended(counts(succeeded=1_161, errored=31, canceled=3, expired=5)),
    "ended_none_succeeded": ended(counts(errored=850)),
    "ended_expired": expired(),
    "ended_canceled": canceled(),
    "ended_one_request": ended(counts(succeeded=1), took=timedelta(seconds=48)),
    "ended_zero_requests": ended(counts()),
    "archived": archived(),
    "unknown_status": running(status="paused_for_review"),
}
"""A batch in every state there is, and in one that there is not yet."""


def entry(
    number: int = 7,
    outcome: RecordedOutcome | None = "done",
    *,
    command: str = f"delete {ID}",
    detail: str | None = None,
    channel_id: str | None = "C0BATCHES",
    subject: str | None = ID,
    user_id: str = ADA.user,
) -> AuditEntry:
    """Return one row of the record, a minute after the one before it; without an outcome it is under way."""
    at = CREATED + timedelta(minutes=number)
    return AuditEntry(
        id=number,
        at=at,
        user_id=user_id,
        team_id=ADA.team,
        channel_id=channel_id,
        verb=command.partition(" ")[0],
        command=command,
        subject=subject,
        confirmation_id="confirmation-of-entry",
        outcome=outcome,
        detail=detail,
        finished_at=None if outcome is None else at + timedelta(seconds=2),
    )
