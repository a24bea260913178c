"""Retry from the original file if the requests are not archived."""

from tests.desk import ADA, BATCHES, Desk
from tests.journeys.creating import count_creates, make_jsonl, make_request, share_file


async def test_lines_of_the_original_that_would_fail_again_do_not_hold_up_the_others(desk: Desk) -> None:
    """A file is asked for because something failed: some of its lines may well be why."""
    batch = desk.api.workspace.add(canceled=2)
    wrong = [make_request("wrong", max_tokens=0), {"custom_id": "bad id", "params": {}}]
    failed = [each.custom_id for each in batch.requests]
    file = share_file(desk, make_jsonl([*wrong, *map(make_request, failed)])).files[0]["id"]

    [question] = await desk.type(f"/batch retry last --file {file}")
    await desk.press(question, "Send")

    assert "Send 2 requests?" in question.visible_text
    assert sorted(each.custom_id for each in desk.api.workspace.batches[0].requests) == sorted(failed)
    assert count_creates(desk) == 1


async def test_what_was_left_out_is_looked_for_in_the_same_file(desk: Desk) -> None:
    batch = desk.api.workspace.add(errored=3, canceled=2)
    file = share_file(desk, make_jsonl(make_request(each.custom_id) for each in batch.requests)).files[0]["id"]
    [question] = await desk.type(f"/batch retry last --file {file}")

    [wider] = await desk.press(question, "Include the 3 left out")

    assert "Send 2 requests?" in question.visible_text
    assert "Send 5 requests?" in wider.visible_text


async def test_the_form_takes_the_original_and_its_answer_comes_where_the_button_was(desk: Desk) -> None:
    batch = desk.api.workspace.add(errored=3, canceled=2)
    original = make_jsonl(make_request(each.custom_id) for each in batch.requests)
    thread = (await desk.slack.say(ADA, BATCHES, "what failed?")).ts
    [needed] = await desk.say("@Batchdesk retry last --all", thread_ts=thread)

    await desk.press(needed, "Upload the file")
    form = desk.slack.modal(ADA)
    assert form is not None
    empty = await desk.slack.submit_view(ADA, form.id)
    file = desk.slack.give_file(ADA, "original.jsonl", original)
    [question] = await desk.new_messages_after(
        ADA, lambda: desk.slack.submit_view(ADA, form.id, {"file": {"file": {"files": [file]}}})
    )
    await desk.press(question, "Send")

    assert "Upload the original file" in needed.visible_text
    assert len(form.body["submit"]["text"]) <= 15, "a phone cuts it off beside Cancel"
    assert empty.error == "input_required"
    assert question.thread_ts == thread
    assert "Send 5 requests?" in question.visible_text
    assert count_creates(desk) == 1


async def test_what_another_retry_has_not_sent_is_offered_alone(desk: Desk) -> None:
    batch = desk.api.workspace.add(errored=3, canceled=2)
    ids = [each.custom_id for each in batch.requests]
    file = share_file(desk, make_jsonl(map(make_request, ids))).files[0]["id"]
    [canceled] = await desk.type(f"/batch retry {batch.id} --file {file}")
    await desk.press(canceled, "Send")

    [all_of_them] = await desk.type(f"/batch retry {batch.id} --all --file {file}")
    [others] = await desk.press(all_of_them, "Send only the 3 not retried")
    await desk.press(others, "Send")

    assert "Send 5 requests?" in all_of_them.visible_text
    assert "Send 3 requests?" in others.visible_text
    assert "retries other failures of the same batch, none of these." in others.visible_text
    assert "Send only the 3 not retried" not in others.buttons
    sent = [[each.custom_id for each in made.requests] for made in desk.api.workspace.batches[:2]]
    assert sorted(sent[0] + sent[1]) == sorted(ids)


async def test_nothing_is_called_unsent_while_what_another_retry_sent_is_not_known(desk: Desk) -> None:
    batch = desk.api.workspace.add(errored=3, canceled=2)
    file = share_file(desk, make_jsonl(make_request(each.custom_id) for each in batch.requests)).files[0]["id"]
    [canceled] = await desk.type(f"/batch retry {batch.id} --file {file}")
    await desk.press(canceled, "Send")
    [all_of_them] = await desk.type(f"/batch retry {batch.id} --all --file {file}")
    [others] = await desk.press(all_of_them, "Send only the 3 not retried")
    await desk.press(others, "Send")
    newest = max(desk.store.parent.rglob("*.jsonl.gz"), key=lambda kept: kept.stat().st_ctime_ns)
    newest.unlink()

    [forgotten] = await desk.type(f"/batch retry {batch.id} --all --file {file}")
    [pressed] = await desk.press(all_of_them, "Send only the 3 not retried")

    assert "Send 5 requests?" in forgotten.visible_text
    assert "Send only the 3 not retried" not in forgotten.buttons
    assert "Send 5 requests?" in pressed.visible_text
    assert "none of these" not in pressed.visible_text
