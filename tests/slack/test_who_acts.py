"""Whatever a payload says of workspaces and organizations, it is the act of one user id, compared by it alone."""

from asyncio import Runner
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.caller import Caller
from bot.commands.delete import Delete, DeleteChange
from bot.confirmations import ConfirmationRefused, Confirmations, RefusalReason
from bot.operations.find_batch import Reference
from bot.slack.forms import FormSeal
from bot.slack.inbound import read_any_surface, read_command, read_home, read_press, read_shortcut
from bot.store.db.database import Database
from bot.ui.components.buttons import button
from tests.builders import ID, NOW, counts, ended
from tests.services import build_confirmations

TEAMS = st.sampled_from([None, "", "T0HERE", "T0OTHER", "E0ORG"])
ORGANIZATIONS = st.sampled_from([None, "E0ORG", "E0OTHER"])
PEOPLE = st.sampled_from(["U0ASKER", "U0OTHER", "W0ASKER"])
CHANGE = DeleteChange(Delete(Reference(ID)), ended(counts(succeeded=1)))


@st.composite
def callers(draw: st.DrawFn, user: str) -> Caller:
    """Draw what the bot makes of a payload of any kind, which names this user and any workspaces."""
    team, organization, own_team = draw(TEAMS), draw(ORGANIZATIONS), draw(TEAMS)
    common: dict[str, Any] = {
        "api_app_id": "A0",
        "is_enterprise_install": draw(st.sampled_from([None, False, True])),
        "response_url": "https://hooks.slack.com/actions/1",
        "trigger_id": "1.2",
    }
    interaction: dict[str, Any] = {
        **common,
        "user": {"id": user, **draw(st.sampled_from([{}, {"team_id": own_team}]))},
        "team": draw(st.sampled_from([None, {"id": team}, {"id": team, "enterprise_id": organization}])),
        "enterprise": draw(st.sampled_from([None, {"id": organization}])),
        "channel": {"id": "C0HERE", "name": "batches"},
        "container": {"type": "message", "message_ts": "1.0", "channel_id": "C0HERE"},
    }
    match draw(st.sampled_from(["command", "press", "shortcut", "home", "unknown"])):
        case "command":
            workspace = draw(st.sampled_from([{}, {"team_id": team}, {"team_id": team, "enterprise_id": organization}]))
            command = {"user_id": user, "channel_id": "C0HERE", "command": "/batch", "text": f"delete {ID}"}
            return read_command({**common, **command, **workspace}).interaction.caller
        case "press":
            value = button("Delete for good", Delete(Reference(ID)))["value"]
            pressed = {**interaction, "actions": [{"type": "button", "value": value}]}
            return read_press(pressed, FormSeal("secret")).interaction.caller
        case "shortcut":
            return read_shortcut({**interaction, "message": {"files": [{"id": "F0FILE"}]}}).interaction.caller
        case "home":
            event = {"type": "app_home_opened", "user": user, "tab": "home"}
            return read_home({"team_id": team, "enterprise_id": organization, "event": event}).interaction.caller
        case _:
            return read_any_surface(interaction).caller


@given(PEOPLE, st.data())
def test_every_payload_is_the_act_of_the_user_it_names(user: str, data: st.DataObject) -> None:
    assert data.draw(callers(user)).user == user


def test_a_question_is_answered_by_the_same_user_id_and_by_no_other(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    database.open()
    questions = build_confirmations(database, lambda: NOW)

    @given(PEOPLE, PEOPLE, st.data())
    def holds(asker: str, answerer: str, data: st.DataObject) -> None:
        refused = run(_answer(questions, data.draw(callers(asker)), data.draw(callers(answerer))))
        assert refused is (None if answerer == asker else RefusalReason.OTHER_PERSON)

    with Runner() as runner:
        run = runner.run
        holds()
        runner.run(database.close())


async def _answer(questions: Confirmations, asker: Caller, answerer: Caller) -> RefusalReason | None:
    asked = await questions.ask(CHANGE, asker)
    try:
        await questions.begin(CHANGE, answerer, asked.confirmation_id)
    except ConfirmationRefused as error:
        return error.why
    return None
