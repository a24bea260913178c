"""Who asked for what, who confirmed it, and the outcome."""

import csv
import io
from datetime import timedelta

import httpx

from bot.commands.audit import PAGE
from bot.playground.slack_simulator.records import SlackMessage
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, Desk


async def one_deleted_one_kept(desk: Desk) -> list[str]:
    """Delete a batch, keep another, and give their ids in this order."""
    ids = []
    for answer, says in (("Delete for good", "Deleted by"), ("Keep", "Nothing was changed")):
        ids.append(desk.api.workspace.add(succeeded=1, age=3_600.0).id)
        [question] = await desk.type(f"/batch delete {ids[-1]}")
        [reply] = await desk.press(question, answer)
        assert says in reply.visible_text
    return ids


async def test_the_audit_says_who_asked_and_the_outcome(either_desk: Desk) -> None:
    deleted, kept = await one_deleted_one_kept(either_desk)

    [record] = await either_desk.type("/batch audit")

    said = [
        line.partition(" · ")[0] for line in record.visible_text.splitlines() if f"<@{ADA}> in <#{BATCHES}>" in line
    ]
    assert said == ["↩️ *delete*: answered no", "✅ *delete*: done"]
    assert f"`{deleted}`" in record.visible_text
    assert f"`{kept}`" in record.visible_text


async def test_the_audit_of_one_batch_leaves_the_others_out(desk: Desk) -> None:
    deleted, kept = await one_deleted_one_kept(desk)

    [record] = await desk.type(f"/batch audit {deleted}")

    assert kept not in record.visible_text
    assert ": done" in record.visible_text


async def test_the_row_of_a_deletion_says_what_was_deleted(desk: Desk) -> None:
    await one_deleted_one_kept(desk)

    [record] = await desk.type("/batch audit --verb delete --since 1h --by <@U0ADA|ada>")

    assert "1 request, 1 result (1 succeeded)" in record.visible_text
    assert f"Filter: by <@{ADA}> · command `delete` · last 1 hour" in record.visible_text


async def test_rows_have_the_words_typed(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=1).id
    await desk.type(f'/batch label {batch} "Nightly eval"')
    await desk.type(f"/batch note {batch} prompt v7")
    await desk.type(f"/batch mute {batch} 2h")

    [record] = await desk.type(f"/batch audit {batch}")

    assert "*label* “Nightly eval”: done" in record.visible_text
    assert "*note* “prompt v7”: done" in record.visible_text
    assert "*mute* `2h`: done" in record.visible_text


async def test_a_question_about_a_list_has_the_words_typed(either_desk: Desk) -> None:
    either_desk.api.workspace.add(succeeded=1, age=7_200.0)
    either_desk.api.workspace.add(processing_status="in_progress", processing=3)
    [declined] = await either_desk.type("/batch delete --older-than 1h")
    await either_desk.press(declined, "Keep")
    await either_desk.type("/batch cancel --all")

    [record] = await either_desk.type("/batch audit")

    assert "*delete* `--older-than` `1h`: answered no" in record.visible_text
    assert "*cancel* `--all`: asked, not answered" in record.visible_text


async def test_an_empty_record_is_said_to_be_empty(desk: Desk) -> None:
    [record] = await desk.type("/batch audit")

    assert "Nothing is recorded yet." in record.visible_text


async def test_a_long_record_is_turned_page_by_page(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=1)
    for _ in range(PAGE + 1):
        await desk.type(f"/batch delete {batch.id}")
    [newest] = await desk.type("/batch audit")

    [oldest] = await desk.press(newest, "Older")

    assert newest.visible_text.count(": asked, not answered") == PAGE
    assert oldest.visible_text.count(": asked, not answered") == 1
    assert oldest.ts == newest.ts


async def test_only_administrators_read_it(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), admins=(ADA,))

    [refused] = await desk.type("/batch audit --export", user=BEN)

    assert "Only administrators can do this" in refused.visible_text
    assert desk.slack.calls("files.completeUploadExternal") == []


async def exported(desk: Desk) -> tuple[SlackMessage, SlackMessage, list[dict[str, str]]]:
    """Return the file's message, the reply, and the rows of the file."""
    [reply, sent] = await desk.type("/batch audit --export")
    async with httpx.AsyncClient(base_url=desk.slack.url) as browser:
        content = (await browser.get(sent.files[0]["url"])).text
    return sent, reply, list(csv.DictReader(io.StringIO(content)))


async def test_the_export_arrives_in_ones_own_messages_with_the_bot(either_desk: Desk) -> None:
    deleted, kept = await one_deleted_one_kept(either_desk)

    sent, reply, rows = await exported(either_desk)

    assert sent.channel == "D0ADA"
    assert sent.files[0]["name"].endswith(".csv")
    assert "Sent you the audit log · 4 entries" in reply.visible_text
    assert [(row["outcome"], row["subject"]) for row in rows] == [
        ("asked", deleted),
        ("done", deleted),
        ("asked", kept),
        ("kept", kept),
    ]
    assert {row["user_id"] for row in rows} == {ADA}


async def test_the_confirmation_ties_question_and_act_together(desk: Desk) -> None:
    await one_deleted_one_kept(desk)

    _, _, rows = await exported(desk)

    assert rows[0]["confirmation_id"] == rows[1]["confirmation_id"] != rows[2]["confirmation_id"]
    assert rows[0]["finished_at"] != ""


async def test_the_record_survives_a_restart(desk: Desk) -> None:
    await one_deleted_one_kept(desk)
    desk.time.later = timedelta(days=400)
    await desk.restart()

    [record] = await desk.type("/batch audit")

    assert record.visible_text.count(f"<@{ADA}>") == 2


async def test_a_file_slack_does_not_take_is_said_not_to_have_arrived(desk: Desk) -> None:
    desk.slack.fail_next("files.completeUploadExternal", error="restricted_action")

    [reply] = await desk.type("/batch audit --export")

    assert "Slack refused the file" in reply.visible_text
    assert "restricted_action" in reply.visible_text
