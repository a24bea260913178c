"""Audit rows, notes and summaries are kept as long as the administrator wants, and nothing else goes with them."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select

from bot.store.db.tables import audit as audit_table
from bot.store.db.tables import metadata
from bot.store.records import audit, labels, summaries
from bot.store.records.audit import Intent
from bot.store.records.labels import NameField
from bot.store.records.summaries import StoredSummary
from bot.store.transactions.retention import KEEP_ALL, Limits
from tests.builders import batch_id
from tests.desk import ADA
from tests.worker.scene import Scene

NAMES: tuple[NameField, ...] = ("label", "owner", "note")
WEEK = timedelta(days=7)


def fill(connection: Connection, number: int, at: datetime) -> None:
    """Store a row of each kind about a batch."""
    batch = batch_id(number)
    intent = Intent(
        at=at,
        user_id=ADA,
        team_id="T0DEMO",
        channel_id=None,
        verb="note",
        command=f"note {batch} text",
        subject=batch,
        confirmation_id=None,
    )
    audit.record_act(connection, intent, "done", at)
    for name in NAMES:
        labels.set_field(connection, batch, name, f"{name}-{number}", by=ADA, at=at)
    read = StoredSummary(batch, "{}", None, ADA, at)
    summaries.store_summary(connection, read, delete_before=at - timedelta(days=400))


def contents(connection: Connection) -> dict[str, int]:
    """Return how many rows each table has, and how many notes there are."""
    count = {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in metadata.sorted_tables
    }
    names = labels.get_names(connection, [batch_id(1), batch_id(2)])
    return count | {"notes": sum(each.note is not None for each in names.values())}


@pytest.mark.parametrize(
    ("limits", "gone"),
    [
        (KEEP_ALL, None),
        (Limits(audit=WEEK), "bd_audit"),
        (Limits(notes=WEEK), "notes"),
        (Limits(summaries=WEEK), "bd_summaries"),
    ],
)
async def test_only_what_a_setting_limits_goes_and_only_when_it_is_old(
    either_scene: Scene, limits: Limits, gone: str | None
) -> None:
    fill_at = either_scene.now()
    either_scene.database.transact(lambda connection: fill(connection, 1, fill_at))
    either_scene.advance((WEEK + timedelta(hours=1)).total_seconds())
    new_at = either_scene.now()
    either_scene.database.transact(lambda connection: fill(connection, 2, new_at))
    before = either_scene.database.transact(contents)

    await either_scene.make_worker(limits=limits).maintenance.prune_store()

    expected = before if gone is None else before | {gone: 1}
    assert before["bd_audit"] == before["notes"] == before["bd_summaries"] == 2
    assert either_scene.database.transact(contents) == expected
    named = either_scene.database.transact(lambda connection: labels.get_names(connection, [batch_id(1)]))
    assert (named[batch_id(1)].label, named[batch_id(1)].owner) == ("label-1", "owner-1")


async def test_no_row_goes_before_its_copy_is_written(scene: Scene) -> None:
    at = scene.now()
    scene.database.transact(lambda connection: fill(connection, 1, at))
    scene.advance((2 * WEEK).total_seconds())
    maintenance = scene.make_worker(limits=Limits(audit=WEEK, audit_is_copied=True)).maintenance

    await maintenance.prune_store()
    kept = scene.database.transact(audit.list_entries)
    scene.database.transact(lambda c: audit.mark_copied(c, ids=[entry.id for entry in kept], now=scene.now()))
    await maintenance.prune_store()

    assert len(kept) == 1
    assert scene.database.transact(lambda c: c.execute(select(audit_table)).all()) == []
