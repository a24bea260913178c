"""Audit: who asked for what, who confirmed it, and the outcome."""

import re

import pytest

from bot.api.ids import BatchId
from bot.commands.audit import PAGE, Audit, AuditExported, AuditShown
from bot.commands.base import Permission
from bot.commands.language.errors import BadValue, MissingValue, UnexpectedWord, UnknownVerb, UsageError
from bot.operations.find_batch import NoBatches, Reference
from bot.operations.services import Services
from tests.builders import ID
from tests.commands.carrying_out import carry_out, reads_as, usage_error
from tests.commands.conftest import Place


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("audit", Audit()),
        (f"audit {ID} —export", Audit(Reference(ID), export=True)),
        ("audit --before 12", Audit(before=12)),
        ("audit last --public", Audit(Reference("last"), public=True)),
        ("audit --by <@U0BEN|ben> --verb Delete", Audit(by="U0BEN", only_verb="delete")),
        (f"audit {ID} --since 7D --before 3", Audit(Reference(ID), since="7d", before=3)),
    ],
)
def test_it_takes_an_optional_batch(typed: str, command: Audit) -> None:
    assert reads_as(typed, command)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("audit last last", UnexpectedWord),
        ("audit --before x", BadValue),
        ("audit --before -1", BadValue),
        ("audit --before ²", BadValue),
        ("audit --before " + "9" * 20, BadValue),
        ("audit --export=all", MissingValue),
        ("audit --by Ben", BadValue),
        ("audit --since yesterday", BadValue),
        ("audit --since 5000w", BadValue),
        ("audit --verb label;", UnknownVerb),
        ("audit --verb", MissingValue),
    ],
)
def test_a_line_that_makes_no_sense_is_a_usage_error(typed: str, kind: type[UsageError]) -> None:
    assert usage_error(typed) == (kind, "audit")


def test_it_needs_an_administrator() -> None:
    assert Audit.permission is Permission.ADMINISTER


@pytest.fixture
def batch(place: Place) -> BatchId:
    return place(succeeded=3, id=ID)


async def page(services: Services, typed: str | Audit) -> AuditShown:
    outcome = await carry_out(services, typed)
    assert isinstance(outcome, AuditShown)
    return outcome


async def test_nothing_is_recorded_at_first(services: Services) -> None:
    shown = await page(services, "audit")

    assert (shown.acts, shown.older) == ((), None)


async def test_it_shows_one_page_newest_first_and_leads_to_the_older_ones(services: Services, batch: BatchId) -> None:
    for number in range(PAGE + 2):
        await carry_out(services, f"note {batch} text {number}")

    newest = await page(services, "audit")
    assert newest.older is not None
    oldest = await page(services, newest.older)

    numbers = [act.entry.id for act in (*newest.acts, *oldest.acts)]
    assert (len(newest.acts), len(oldest.acts), oldest.older) == (PAGE, 2, None)
    assert numbers == sorted(numbers, reverse=True)


async def test_a_batch_is_looked_up_as_everywhere_else(services: Services, batch: BatchId, place: Place) -> None:
    await carry_out(services, f"label {batch} nightly")
    await carry_out(services, f"note {place(succeeded=1)} other")

    for reference in (batch, batch[:14], "nightly"):
        assert [act.entry.verb for act in (await page(services, f"audit {reference}")).acts] == ["label"]


async def test_a_batch_that_is_gone_is_still_in_the_record(services: Services, batch: BatchId) -> None:
    await carry_out(services, f"delete {batch}")

    assert (await page(services, f"audit {batch}")).acts[0].entry.verb == "delete"


async def test_filters_hold_on_the_older_pages_too(services: Services, batch: BatchId) -> None:
    for number in range(PAGE + 2):
        await carry_out(services, f"note {batch} text {number}")
        await carry_out(services, f"label {batch} nightly-{number}")

    newest = await page(services, "audit --verb note --since 1d")
    assert newest.older is not None
    oldest = await page(services, newest.older)

    assert {act.entry.verb for act in (*newest.acts, *oldest.acts)} == {"note"}
    assert len(oldest.acts) == 2


async def test_a_verb_that_is_not_on_record_is_answered_with_those_that_are(services: Services, batch: BatchId) -> None:
    await carry_out(services, f"note {batch} text")

    shown = await page(services, "audit --verb delte")

    assert (shown.acts, shown.verbs) == ((), ("note",))


async def test_the_record_of_a_deletion_has_what_was_deleted(services: Services, batch: BatchId) -> None:
    await carry_out(services, f"results {batch}")
    await carry_out(services, f"delete {batch}")

    detail = (await page(services, "audit --verb delete")).acts[0].entry.detail

    assert detail is not None
    assert detail.startswith("3 requests, 3 results (3 succeeded), ")
    assert re.search(r", (at least )?(\$[0-9]+\.[0-9]{2}|under \$0\.01)$", detail)


async def test_last_needs_a_batch(services: Services) -> None:
    with pytest.raises(NoBatches):
        await page(services, "audit last")


async def test_the_export_is_whole_and_oldest_first(services: Services, batch: BatchId) -> None:
    for number in range(PAGE + 2):
        await carry_out(services, f"note {batch} text {number}")

    outcome = await carry_out(services, "audit --export")

    assert isinstance(outcome, AuditExported)
    numbers = [entry.id for entry in outcome.entries]
    assert len(numbers) == PAGE + 2
    assert numbers == sorted(numbers)
