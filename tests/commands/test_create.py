"""Create: a shared file, or a prompt and a list, is checked and becomes a draft with its cost."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.base import Permission
from bot.commands.create import Create, FormWanted, PromptList
from bot.commands.draft_change import SendChange
from bot.commands.language.errors import BadValue, MissingReference, UsageError
from bot.commands.language.values import check_label
from bot.commands.registry import parse
from bot.operations.drafts import FileRefused, FormAlreadySubmitted
from bot.operations.services import Services
from bot.operations.shared_files import FileUnreadable
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from bot.playground.slack_simulator.server import SlackSimulator
from bot.store.records import drafts
from bot.store.records.drafts import WatchPreference
from tests.builders import ADA
from tests.commands.carrying_out import carry_out, usage_error
from tests.commands.drafts import creates, prompt_for, stored
from tests.desk import BATCHES
from tests.journeys.creating import make_jsonl, make_request

ODD = st.sampled_from(["<@U0BEN|ben>", "<https://x.example|y>", "&lt;", "&", "“odd”", "`", "--all", "'", '"'])
WORDS = st.lists(ODD | st.text(st.characters(exclude_categories=["C", "Z"]), max_size=3), max_size=2)
CREATE = st.builds(
    Create,
    st.from_regex(r"F[A-Z0-9]{5,12}", fullmatch=True),
    label=WORDS.map(lambda words: check_label("create", " ".join(["x", *words]))),
    owner=st.none() | st.from_regex(r"[UW][A-Z0-9]{2,12}", fullmatch=True),
    watch=st.sampled_from(get_args(WatchPreference)),
)


@given(CREATE)
def test_every_label_that_a_form_accepts_can_be_spelled(command: Create) -> None:
    assert parse(command.spell()) == command


def test_the_options_of_a_file_can_be_typed() -> None:
    typed = parse("create F0ABCDE —label “my run” --owner <@U0BEN|ben> --watch DM")

    assert typed == Create("F0ABCDE", label="my run", owner="U0BEN", watch="dm")


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("create --label x", MissingReference),
        ("create F0ABCDE --watch there", BadValue),
        ("create F0ABCDE --owner ben", BadValue),
        ('create F0ABCDE --label "!!!"', BadValue),
    ],
)
def test_a_line_that_makes_no_sense_is_a_usage_error(typed: str, kind: type[UsageError]) -> None:
    assert usage_error(typed) == (kind, "create")


def test_a_prompt_is_spelled_as_the_form_because_no_line_carries_it() -> None:
    command = Create(prompt=PromptList("Say {value}", ("a",), "claude-haiku-4-5", 10), label="my run")

    assert parse(command.spell()) == Create()


def test_it_needs_an_operator() -> None:
    assert Create.permission is Permission.OPERATE


async def test_without_a_file_or_a_prompt_it_opens_the_form_with_the_models_that_take_batches(
    draft_services: Services,
) -> None:
    outcome = await carry_out(draft_services, "create --prompt")

    assert isinstance(outcome, FormWanted)
    assert await carry_out(draft_services, "create") == FormWanted()
    assert outcome.default_model is not None
    assert "haiku" in outcome.default_model
    assert "claude-haiku-4-5-20251001" in outcome.models
    assert "claude-opus-4-1-20250805" not in outcome.models


async def test_without_an_answer_from_the_api_the_form_offers_no_models(
    draft_services: Services, api: ApiSimulator
) -> None:
    api.add_fault(ApiFault(path="/v1/models", status=401))

    assert await carry_out(draft_services, "create --prompt") == FormWanted(asks_prompt=True)


async def test_a_prompt_and_a_list_become_a_draft(draft_services: Services, api: ApiSimulator) -> None:
    outcome = await Create(prompt=prompt_for(3), label="my run", watch="dm").run(draft_services, ADA)

    assert isinstance(outcome, SendChange)
    draft = await stored(draft_services, outcome.draft)
    assert (draft.state, draft.requests, draft.label, draft.owner, draft.watch) == (
        "ready",
        3,
        "my run",
        ADA.user,
        "dm",
    )
    assert creates(api) == 0


async def test_a_shared_file_becomes_a_draft(draft_services: Services, slack: SlackSimulator) -> None:
    file = slack.share_file(
        ADA.user, BATCHES, "nightly.jsonl", make_jsonl(make_request(f"r-{number}") for number in range(5))
    )

    outcome = await carry_out(draft_services, f"create {file.files[0]['id']}")

    assert isinstance(outcome, SendChange)
    assert (outcome.draft.name, outcome.draft.requests) == ("nightly.jsonl", 5)


async def test_a_file_with_problems_is_refused_and_leaves_no_draft(
    draft_services: Services, slack: SlackSimulator
) -> None:
    file = slack.share_file(
        ADA.user, BATCHES, "nightly.jsonl", make_jsonl([make_request("same"), make_request("same")])
    )

    outcome = await carry_out(draft_services, f"create {file.files[0]['id']}")

    assert isinstance(outcome, FileRefused)
    assert outcome.checked.problem_count == 1
    assert (
        await draft_services.database.run(lambda connection: drafts.list_in_states(connection, "ready", "checking"))
        == []
    )


async def test_a_file_that_does_not_exist_cannot_be_read(draft_services: Services) -> None:
    with pytest.raises(FileUnreadable):
        await carry_out(draft_services, "create F0ABCDE")


async def test_the_same_form_makes_one_draft(draft_services: Services) -> None:
    form = Create(prompt=prompt_for(3), form_id="V0FORM")
    await form.run(draft_services, ADA)

    with pytest.raises(FormAlreadySubmitted):
        await form.run(draft_services, ADA)
