"""Families of batches, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from bot.store.db.database import Database
from bot.store.records import labels
from bot.store.records.labels import Relative

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
FAMILY = frozenset({"first", "retry", "retry_of_retry", "other_retry", "rest"})


def relate(connection: Connection) -> None:
    for child, parent, kind in (
        ("retry", "first", "retry"),
        ("retry_of_retry", "retry", "retry"),
        ("other_retry", "first", "retry"),
        ("rest", "other_retry", "canary"),
        ("stranger", "another", "retry"),
    ):
        labels.add_relative(connection, Relative(child, parent, kind))


@pytest.mark.parametrize("member", sorted(FAMILY))
async def test_a_family_is_the_same_for_each_member(database: Database, member: str) -> None:
    await database.run(relate)

    assert await database.run(lambda connection: labels.find_family(connection, member)) == FAMILY


async def test_a_batch_without_relatives_is_its_own_family(database: Database) -> None:
    await database.run(relate)

    assert await database.run(lambda connection: labels.find_family(connection, "alone")) == {"alone"}


async def test_a_family_outlives_the_names_of_its_batches(database: Database) -> None:
    await database.run(relate)
    await database.run(lambda c: labels.set_field(c, "retry", "label", "eval", by="U0ADA", at=AT))

    await database.run(lambda connection: labels.delete_names(connection, "retry"))

    assert await database.run(lambda connection: labels.find_family(connection, "first")) == FAMILY
