"""Labels, owners and notes: on the card, in lists, as references, in the cost."""

import pytest

from tests.conftest import OpenDesk
from tests.desk import ADA, BEN, Desk
from tests.journeys.watching import add_running_batch, advance_and_sweep, wait_for_card, wait_for_notice


async def test_a_label_appears_on_the_card_and_works_as_a_reference(desk: Desk) -> None:
    batch = desk.api.workspace.add(processing_status="in_progress", processing=5)
    await desk.type(f"/batch label {batch.id} Nightly eval!")

    [card] = await desk.type("/batch status nightly-eval")
    [quoted] = await desk.type('/batch status "Nightly eval"')

    assert "🔵 Nightly eval!" in card.visible_text
    assert str(batch.id) in card.visible_text
    assert quoted.visible_text == card.visible_text


async def test_the_audit_of_a_label_is_that_of_its_batch(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=5)
    await desk.type(f"/batch label {batch.id} Nightly eval!")

    [record] = await desk.type("/batch audit nightly-eval")
    [quoted] = await desk.type('/batch audit "Nightly eval"')
    [other] = await desk.type("/batch audit nightly")

    for shown in (record, quoted):
        assert "*label* “Nightly eval!”: done" in shown.visible_text
        assert f"`{batch.id}`" in shown.visible_text
    assert "No entry matches." in other.visible_text


async def test_a_label_appears_in_the_list_of_watches(desk: Desk) -> None:
    batch = desk.api.workspace.add(processing_status="in_progress", processing=5)
    await desk.type(f"/batch label {batch.id} Nightly eval!")

    [begun] = await desk.type("/batch watch nightly-eval")
    [watched] = await desk.type("/batch watch")

    assert "🔵 *Nightly eval!*" in begun.visible_text
    assert "Nightly eval!" in watched.visible_text


@pytest.mark.worker
async def test_card_and_notice_show_the_label_of_a_batch(desk: Desk) -> None:
    batch = add_running_batch(desk, errored=39, succeeded=1_161)
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch, " · running")

    await desk.type(f"/batch label {batch.id} Nightly eval")
    await desk.type(f"/batch own {batch.id}")
    await desk.type(f"/batch note {batch.id} after the prompt fix")
    named = await wait_for_card(desk, batch, "after the prompt fix")
    await advance_and_sweep(desk)
    told = await wait_for_notice(desk, batch)

    assert "🔵 Nightly eval" in named.visible_text
    assert "Ada Berg" in named.visible_text
    assert f"<@{ADA}>" not in named.visible_text
    assert "Nightly eval · 1,161 of 1,200 succeeded · 39 errored" in told.visible_text


async def test_a_label_of_two_running_batches_shows_both_and_does_nothing(desk: Desk) -> None:
    one, other = (
        desk.api.workspace.add(processing_status="in_progress", processing=5),
        desk.api.workspace.add(processing_status="in_progress", processing=6),
    )
    for batch in (one, other):
        await desk.type(f"/batch label {batch.id} twin")

    [answer] = await desk.type("/batch cancel twin")

    assert "2 batches match `twin`" in answer.visible_text
    assert str(one.id) in answer.visible_text
    assert str(other.id) in answer.visible_text


async def test_among_ended_ones_the_running_batch_is_meant(desk: Desk) -> None:
    running, gone = (
        desk.api.workspace.add(processing_status="in_progress", processing=5),
        desk.api.workspace.add(succeeded=6),
    )
    for batch in (running, gone):
        await desk.type(f"/batch label {batch.id} twin")

    [card] = await desk.type("/batch status twin")

    assert str(running.id) in card.visible_text


async def test_a_batch_made_elsewhere_is_adopted_once(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN))
    batch = desk.api.workspace.add(processing_status="in_progress", processing=5)
    [before] = await desk.type(f"/batch status {batch.id}")

    [mine] = await desk.type(f"/batch own {batch.id}")
    [late] = await desk.type(f"/batch own {batch.id}", user=BEN)
    [after] = await desk.type(f"/batch status {batch.id}")

    assert f"<@{ADA}>" not in before.visible_text
    assert f"<@{ADA}> now owns" in mine.visible_text
    assert f"<@{ADA}> already owns" in late.visible_text
    assert f"<@{ADA}>" in after.visible_text


async def test_an_owner_may_be_named(desk: Desk) -> None:
    batch = desk.api.workspace.add(processing_status="in_progress", processing=5)
    await desk.type(f"/batch own {batch.id} <@{BEN}|ben>")

    [mine] = await desk.type(f"/batch list --owner @{BEN}")
    [nobody] = await desk.type("/batch list --owner me")

    assert str(batch.id)[9:19] in mine.visible_text
    assert "No batch matches" in nobody.visible_text


async def test_lists_and_cost_go_by_label(desk: Desk) -> None:
    named, other = desk.api.workspace.add(succeeded=5), desk.api.workspace.add(succeeded=6)
    await desk.type(f"/batch label {named.id} eval")

    [rows] = await desk.type("/batch list --label EVAL")
    [cost] = await desk.type("/batch cost --by label")
    [owners] = await desk.type("/batch cost --by owner")

    assert "all 5 succeeded" in rows.visible_text
    assert str(other.id)[9:19] not in rows.visible_text
    assert "`eval`" in cost.visible_text
    assert "no label" in cost.visible_text
    assert "no owner" in owners.visible_text


async def test_names_survive_a_restart_and_are_recorded(desk: Desk) -> None:
    batch = desk.api.workspace.add(processing_status="in_progress", processing=5)
    await desk.type(f"/batch label {batch.id} eval")
    await desk.type(f"/batch note {batch.id} after the prompt fix")
    await desk.restart()

    [card] = await desk.type("/batch status eval")
    [record] = await desk.type("/batch audit")

    assert "after the prompt fix" in card.visible_text
    assert "*label* “eval”: done" in record.visible_text
    assert "*note* “after the prompt fix”: done" in record.visible_text


async def test_a_reader_cannot_name_a_batch(desk: Desk) -> None:
    batch = desk.api.workspace.add(processing_status="in_progress", processing=5)

    [answer] = await desk.type(f"/batch label {batch.id} mine", user=BEN)

    assert "Only operators can do this" in answer.visible_text


async def test_a_person_chosen_by_name_becomes_the_owner(desk: Desk) -> None:
    batch = desk.api.workspace.add(processing_status="in_progress", processing=5)

    [owned] = await desk.type(f"/batch own {batch.id} @ben")
    [mine] = await desk.type("/batch list --owner @ben")

    assert f"<@{BEN}> now owns" in owned.visible_text
    assert str(batch.id)[9:19] in mine.visible_text


async def test_an_unknown_name_is_refused_with_what_to_do(desk: Desk) -> None:
    batch = desk.api.workspace.add(processing_status="in_progress", processing=5)

    [answer] = await desk.type(f"/batch own {batch.id} @benjamin")

    assert "I didn't understand `@benjamin`" in answer.visible_text
    assert "Pick a person from Slack's @ list" in answer.visible_text
    assert "Copy member ID" in answer.visible_text


async def test_people_in_a_note_keep_their_names(desk: Desk) -> None:
    batch = desk.api.workspace.add(processing_status="in_progress", processing=5)
    await desk.type(f"/batch note {batch.id} ask @ben before canceling")
    await desk.type(f"/batch label {batch.id} eval for @ben")

    [card] = await desk.type(f"/batch status {batch.id}")

    assert "ask @ben before canceling" in card.visible_text
    assert "🔵 eval for @ben" in card.visible_text


@pytest.mark.parametrize("label", ["Nightly eval!", "eval/3", "100%", "a..b"])
async def test_the_suggested_command_for_a_label_finds_its_batch(desk: Desk, label: str) -> None:
    batch = desk.api.workspace.add(succeeded=3)
    desk.api.workspace.add(succeeded=4)

    [named] = await desk.type(f'/batch label {batch.id} "{label}"')
    [card] = await desk.type(f"/batch status {named.visible_text.split('type `')[1].split('`')[0]}")

    assert str(batch.id) in card.visible_text


async def test_no_label_may_be_the_word_for_the_newest_batch(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=3)

    [refused] = await desk.type(f"/batch label {batch.id} Last!")

    assert "can't be labels" in refused.visible_text


TAKE_A_REFERENCE = (
    *("status {}", "cancel {}", "delete {}", "results {}", "retry {}", "watch {}", "unwatch {}", "label {} other"),
    *("own {}", "note {} something", "mute {}", "audit {}"),
)


async def test_what_one_batch_is_called_and_anothers_id_begins_with_lists_both_and_does_nothing(desk: Desk) -> None:
    meant, called = (desk.api.workspace.add(errored=5) for _ in range(2))
    word = str(meant.id).removeprefix("msgbatch_")[:-3]
    await desk.type(f"/batch label {meant.id} theirs")
    await desk.type(f"/batch label {called.id} {word}")
    known = len(desk.api.requests)

    answers = {line: await desk.type("/batch " + line.format(word)) for line in TAKE_A_REFERENCE}

    vague = [line for line, [answer] in answers.items() if f"2 batches match `{word}`" not in answer.visible_text]
    assert vague == []
    assert {f"{meant.id}", f"{called.id}", "theirs"} <= set(
        answers["delete {}"][0].visible_text.replace("`", " ").split()
    )
    assert {request.method for request in desk.api.requests[known:]} == {"GET"}


async def test_an_ambiguous_unwatch_lists_the_watched_batches(desk: Desk) -> None:
    watched, called = (desk.api.workspace.add(processing_status="in_progress", processing=5) for _ in range(2))
    word = str(watched.id).removeprefix("msgbatch_")[:-3]
    await desk.type(f"/batch watch {watched.id}")
    await desk.type(f"/batch label {called.id} {word}")

    [vague] = await desk.type(f"/batch unwatch {word}")
    [whole] = await desk.type(f"/batch unwatch {watched.id}")

    assert f"2 batches match `{word}`" in vague.visible_text
    assert "match" not in whole.visible_text
