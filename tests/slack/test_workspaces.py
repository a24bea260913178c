"""One bot in two workspaces of the API: which one answers where, and that nothing of one reaches the other."""

import re
from datetime import timedelta
from typing import Any

import aiohttp

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import SlackMessage, View, list_elements
from bot.store.records import events
from bot.store.records.events import ClaimedEvent
from bot.worker.lost_events import LostEvents
from tests.desk import ADA, BATCHES, BEN, GENERAL, OPERATORS
from tests.journeys.creating import share_file, sound_file
from tests.two_workspaces import DEV, TwoWorkspaces


def switch_of(home: View) -> dict[str, Any]:
    """Return the menu that switches the workspace of the Home tab."""
    return next(element for _, element in list_elements(home.blocks) if element["type"] == "static_select")


def workspaces_of(message: SlackMessage | View) -> set[str]:
    """Return what the buttons of a message carry as their workspace."""
    return set(re.findall(r'"workspace":"([^"]+)"', str(message.blocks)))


async def test_a_channel_sees_its_workspace_only(two: TwoWorkspaces) -> None:
    of_production, of_development = two.ids()
    before = two.requests()

    [mine] = await two.desk.type("/batch status last")
    [other] = await two.desk.type("/batch status last", channel=DEV)
    [foreign] = await two.desk.type(f"/batch status {of_production}", channel=DEV)

    assert of_production in mine.visible_text
    assert of_development in other.visible_text
    assert mine.text.startswith("[production] ")
    assert "no batch" in foreign.visible_text.lower()
    assert [request.path for request in two.production.requests[before[0] :]] == ["/v1/messages/batches"]
    assert (workspaces_of(mine), workspaces_of(other)) == ({"production"}, {"development"})
    assert of_development not in str([request.path for request in two.production.requests])


async def test_a_channel_of_no_workspace_learns_where_the_bot_answers(two: TwoWorkspaces) -> None:
    before = two.requests()

    [refusal] = await two.desk.type("/batch list", channel=GENERAL)
    [typed] = await two.desk.type("/batch list --workspace development")

    assert f"<#{BATCHES}> or <#{DEV}>" in refusal.text
    assert "production" not in refusal.text
    assert "This channel belongs to the workspace *production*" in typed.text
    assert two.requests() == before


async def test_a_direct_message_asks_once_and_remembers(two: TwoWorkspaces) -> None:
    of_production, of_development = two.ids()

    [question] = await two.desk.type("/batch status last", channel=two.direct)
    [answer] = await two.desk.press(question, "development")
    [again] = await two.desk.say("status last", channel=two.direct)
    [once] = await two.desk.type("/batch status last --workspace=Production", channel=two.direct)
    [unknown] = await two.desk.type('/batch status last --workspace "prod"', channel=two.direct)
    await two.desk.restart()
    [later] = await two.desk.type("/batch status last", channel=two.direct)

    assert "Which workspace?" in question.text
    assert [of_development in each.visible_text for each in (answer, again, later)] == [True] * 3
    assert of_production in once.visible_text
    assert "no workspace `prod` for you" in unknown.text


async def test_a_person_with_a_role_in_one_workspace_is_not_asked(two: TwoWorkspaces) -> None:
    of_production, of_development = two.ids()
    direct = two.direct_of(BEN)

    [answer] = await two.desk.type("/batch status last", user=BEN, channel=direct)
    [other] = await two.desk.type("/batch status last --workspace development", user=BEN, channel=direct)
    [in_channel] = await two.desk.type("/batch status last", user=BEN, channel=DEV)
    home = await two.desk.home(BEN)

    assert of_production in answer.visible_text
    assert "no workspace `development` for you" in other.text
    assert of_development in in_channel.visible_text
    assert "static_select" not in str(home.blocks[0])


async def test_a_person_without_a_role_anywhere_is_answered_in_channels_alone(two: TwoWorkspaces) -> None:
    await two.desk.restart(readers=(ADA,))
    before = two.requests()

    [refusal] = await two.desk.type("/batch list", user=BEN, channel=two.direct_of(BEN))
    home = await two.desk.home(BEN)
    [answer] = await two.desk.type("/batch list", user=BEN)

    assert "outside its channels" in refusal.text
    assert "outside its channels" in str(home.blocks)
    assert "production" in answer.text
    assert two.requests() == (before[0] + 1, before[1])


async def test_the_home_tab_switches_and_remembers(two: TwoWorkspaces) -> None:
    two.ids()
    question = await two.desk.home()

    await two.desk.press(question, "production")
    first = two.desk.slack.home(ADA)
    assert first is not None
    await two.desk.press(first, "development")
    second = await two.desk.home()

    assert "Which workspace?" in str(question.blocks)
    assert switch_of(first)["initial_option"]["text"]["text"] == "production"
    assert switch_of(second)["initial_option"]["text"]["text"] == "development"
    assert "development" in workspaces_of(second)


async def test_a_broken_key_of_one_leaves_the_other_and_home_can_leave_it(two: TwoWorkspaces) -> None:
    _, of_development = two.ids()
    two.production.add_fault(ApiFault(status=401, times=9))
    await two.desk.press(await two.desk.home(), "production")
    broken = two.desk.slack.home(ADA)
    assert broken is not None

    await two.desk.press(broken, "development")
    [other] = await two.desk.type("/batch status last", channel=DEV)

    assert "Not up to date" in str(broken.blocks)
    assert "Not up to date" not in str(two.desk.slack.home(ADA))
    assert of_development in other.visible_text


async def test_a_press_goes_to_the_workspace_of_its_message_whatever_was_chosen_since(two: TwoWorkspaces) -> None:
    two.ids()
    [card] = await two.desk.type("/batch delete last --workspace production", channel=two.direct)
    await two.desk.press(await two.desk.home(), "development")

    [deleted] = await two.desk.press(card, "Delete for good")

    assert "Deleted" in deleted.visible_text
    assert len([request for request in two.production.requests if request.method == "DELETE"]) == 1
    assert [request for request in two.development.requests if request.method == "DELETE"] == []


async def test_a_form_goes_to_the_workspace_that_it_was_opened_in(two: TwoWorkspaces) -> None:
    of_production, of_development = two.ids()
    await two.desk.press(await two.desk.home(), "production")
    await two.desk.type(f"/batch edit {of_production}", channel=two.direct)
    form = two.desk.slack.modal(ADA)
    assert form is not None
    await two.desk.press(await two.desk.home(), "development")

    await two.desk.new_messages_after(
        ADA, lambda: two.desk.slack.submit_view(ADA, form.id, {"label": {"label": {"value": "nightly"}}})
    )
    [labeled] = await two.desk.type("/batch status nightly")
    [unknown] = await two.desk.type("/batch status nightly", channel=DEV)

    assert "*production*" in str(form.blocks)
    assert of_production in labeled.visible_text
    assert of_development not in unknown.visible_text


async def test_a_button_of_a_channel_that_moved_is_refused(two: TwoWorkspaces) -> None:
    two.ids()
    [card] = await two.desk.type("/batch status last")
    path = two.write_settings()
    path.write_text(path.read_text().replace(BATCHES, "C0OTHER").replace(DEV, BATCHES))
    await two.desk.restart()
    before = two.requests()

    [refusal] = await two.desk.press(card, "Results")

    assert "about the workspace *production*, and this channel now belongs to *development*" in refusal.text
    assert two.requests() == before


async def test_a_button_of_a_workspace_that_is_gone_is_refused_and_an_old_one_goes_to_the_first(
    two: TwoWorkspaces,
) -> None:
    two.ids()
    direct = two.direct
    [gone] = await two.desk.type("/batch status last --workspace development", channel=direct)
    path = two.write_settings()
    await two.desk.restart(workspaces=None)
    [old] = await two.desk.type("/batch status last", channel=direct)
    path.write_text(path.read_text().replace("development]", "staging]"))
    await two.desk.restart(workspaces=path)

    [refused] = await two.desk.press(gone, "Results")
    [shown] = await two.desk.press(old, "Results")

    assert "no longer in my settings" in refused.text
    assert shown.text.startswith("[production]")


async def test_groups_are_looked_up_for_each_workspace(two: TwoWorkspaces) -> None:
    await two.desk.restart(workspaces=two.write_settings(operators=[OPERATORS], readers=[OPERATORS]))
    two.ids()

    [refusal] = await two.desk.type("/batch cancel last", user=BEN)
    [allowed] = await two.desk.type("/batch cancel last", user=BEN, channel=DEV)

    assert "Only operators" in refusal.text
    assert "already ended" in allowed.text


async def test_the_worker_redraws_the_chosen_workspace_alone(two: TwoWorkspaces) -> None:
    of_production, _ = two.ids()
    await two.desk.press(await two.desk.home(), "development")
    drawn = two.desk.slack.home(ADA)
    assert drawn is not None
    await two.desk.press(drawn, "production")
    before = len(two.desk.slack.calls("views.publish"))
    await two.desk.type(f"/batch label {of_production} nightly")
    two.desk.time.later = timedelta(seconds=61)

    for worker in two.desk.bot.workers:
        [chore] = [each for each in worker.chores if each.name == "home-tabs"]
        await chore.do()

    home = two.desk.slack.home(ADA)
    assert home is not None
    assert len(two.desk.slack.calls("views.publish")) == before + 1
    assert "nightly" in home.visible_text
    assert switch_of(home)["initial_option"]["text"]["text"] == "production"


async def test_a_message_of_a_dead_process_is_reported_in_its_workspace(two: TwoWorkspaces) -> None:
    _, of_development = two.ids()
    worker = two.desk.bot.workers[1]
    event = ClaimedEvent(worker.services.workspace.id, "Ev0", ADA, "status last", two.desk.time(), "dead")
    worker.services.database.transact(lambda connection: events.claim(connection, event))

    reported = [await LostEvents(each.services).report_lost() for each in two.desk.bot.workers]
    await worker.notices.run("event:Ev0")
    [lost] = [each for each in two.desk.slack.messages(two.direct) if "[development]" in each.text]
    [answer] = await two.desk.press(lost, "Try again")

    assert reported == [0, 1]
    assert of_development in answer.visible_text


async def test_the_health_page_names_the_workspace_whose_key_is_refused(two: TwoWorkspaces) -> None:
    two.development.add_fault(ApiFault(status=401, times=9))
    await two.desk.type("/batch list", channel=DEV)

    async with aiohttp.ClientSession() as session:
        answer = await session.get(f"http://127.0.0.1:{two.desk.bot.health_port}/readyz")
        ready = await answer.json()

    assert answer.status == 200
    assert ready["warnings"]["api"] == "development: the Message Batches API refuses the key: HTTP 401"


async def test_names_that_both_have_mean_each_workspace_its_own(two: TwoWorkspaces) -> None:
    places = dict(zip((BATCHES, DEV), two.ids(), strict=True))
    for place, id in places.items():
        for line in (f"label {id} nightly", f"note {id} note-of-{place}", f"watch {id}"):
            await two.desk.type(f"/batch {line}", channel=place)
        file = share_file(two.desk, sound_file(), "eval.jsonl", place)
        await two.desk.type(f"/batch create {file.files[0]['id']}", channel=place)
    of_a_batch = (
        "status nightly",
        "status last",
        "status msgbatch_01",
        "list",
        "list --label nightly",
    )
    lines = (*of_a_batch, "audit", "watch", "cost", "results last", "send eval.jsonl", "")

    for place, id in places.items():
        [other] = [each for each in places if each != place]
        for line in lines:
            answers = await two.desk.type(f"/batch {line}".strip(), channel=place)
            shown = str([(each.text, each.blocks) for each in answers])
            assert answers, line
            assert id in shown or line not in of_a_batch, line
            assert [word for word in (places[other], f"note-of-{other}", "Which one") if word in shown] == [], line
