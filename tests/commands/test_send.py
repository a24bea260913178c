"""Send: a checked draft becomes a batch, once."""

import json

import pytest

from bot.commands.base import Permission
from bot.commands.language.errors import MissingReference, UnknownOption
from bot.commands.send import Send
from bot.operations.drafts import DraftUnavailable
from bot.operations.send_outcomes import AnswerLost, ApprovalAsked, BatchCreated, NotSent, SendRefused
from bot.operations.services import Services
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from tests.builders import ADA, BEN
from tests.commands.carrying_out import carry_out, reads_as, usage_error
from tests.commands.drafts import creates, ready_draft, stored


def test_it_takes_a_draft_and_whether_a_sample_goes_first() -> None:
    assert reads_as("send 3f9c2a", Send("3f9c2a"))
    assert reads_as("send 3f9c2a —First", Send("3f9c2a", first=True))
    assert reads_as('send "the requests.jsonl"', Send("the requests.jsonl"))
    assert usage_error("send") == (MissingReference, "send")
    assert usage_error("send 3f9c2a --all") == (UnknownOption, "send")


def test_it_needs_an_operator() -> None:
    assert Send.permission is Permission.OPERATE


def test_sending_all_and_sending_a_sample_answer_the_same_question() -> None:
    assert Send("3f9c2a").confirmation_key == Send("3f9c2a", first=True).confirmation_key


async def test_a_draft_becomes_one_batch(draft_services: Services, api: ApiSimulator) -> None:
    draft = await ready_draft(draft_services)

    outcome = await carry_out(draft_services, f"send {draft.id}")

    assert isinstance(outcome, BatchCreated)
    assert [batch.id for batch in api.workspace.batches] == [outcome.batch.id]
    assert outcome.batch.request_counts.total == 3
    assert (outcome.requests_archived, outcome.recorded) == (True, True)


async def test_the_same_draft_is_not_sent_again(draft_services: Services, api: ApiSimulator) -> None:
    draft = await ready_draft(draft_services)
    await carry_out(draft_services, f"send {draft.id}")

    with pytest.raises(DraftUnavailable):
        await carry_out(draft_services, f"send {draft.id}")

    assert creates(api) == 1


async def test_the_person_who_confirms_owns_the_batch(draft_services: Services) -> None:
    draft = await ready_draft(draft_services, caller=ADA)

    outcome = await carry_out(draft_services, f"send {draft.id}", BEN)

    assert isinstance(outcome, BatchCreated)
    assert outcome.draft.user_id == BEN.user


async def test_a_draft_above_the_limit_waits_for_approval(draft_services: Services, api: ApiSimulator) -> None:
    draft = await ready_draft(draft_services, requests=11)

    outcome = await carry_out(draft_services, f"send {draft.id}")

    assert isinstance(outcome, ApprovalAsked)
    assert (await stored(draft_services, draft)).state == "waiting"
    assert creates(api) == 0


async def test_a_refused_key_leaves_the_draft_ready(draft_services: Services, api: ApiSimulator) -> None:
    draft = await ready_draft(draft_services)
    api.add_fault(ApiFault(method="POST", path="/v1/messages/batches", status=401))

    outcome = await carry_out(draft_services, f"send {draft.id}")

    assert isinstance(outcome, NotSent)
    assert (await stored(draft_services, draft)).state == "ready"


def refuse_create(api: ApiSimulator, message: str, status: int = 400, **details: str) -> None:
    error = {"type": "invalid_request_error", "message": message, "details": details or None}
    body = json.dumps({"type": "error", "error": error, "request_id": "req_1"})
    api.add_fault(ApiFault(method="POST", path="/v1/messages/batches", status=status, body=body))


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "requests.0.custom_id: Field required"),
        (400, "Invalid value at requests.1.params"),
        (422, "requests[1].params: Field required"),
        (400, "requests: custom_id's must be unique within a batch. Duplicate custom_id found: dup"),
        (413, "Request exceeds the maximum size"),
    ],
)
async def test_a_draft_whose_requests_are_refused_is_over(
    status: int, message: str, draft_services: Services, api: ApiSimulator
) -> None:
    draft = await ready_draft(draft_services)
    refuse_create(api, message, status)

    outcome = await carry_out(draft_services, f"send {draft.id}")

    assert isinstance(outcome, SendRefused)
    assert (await stored(draft_services, draft)).state == "failed"


@pytest.mark.parametrize(
    ("status", "message", "details"),
    [
        (400, "Your credit balance is too low to access the Anthropic API.", {}),
        (400, "You have reached your specified API usage limits. You will regain access on 2026-12-01.", {}),
        (400, "You sent too many requests: wait for the requests to end.", {}),
        (400, "Not available.", {"error_code": "workspace_human_review_disabled"}),
        (402, "Payment required", {}),
        (404, "Not found", {}),
        (409, "Conflict", {}),
    ],
)
async def test_a_draft_stays_ready_if_the_refusal_names_no_request(
    status: int, message: str, details: dict[str, str], draft_services: Services, api: ApiSimulator
) -> None:
    draft = await ready_draft(draft_services)
    refuse_create(api, message, status, **details)

    outcome = await carry_out(draft_services, f"send {draft.id}")

    assert isinstance(outcome, NotSent)
    assert (await stored(draft_services, draft)).state == "ready"
    assert draft_services.drafts.requests_file(draft.id).exists()


async def test_a_lost_answer_is_unknown_and_never_repeated(draft_services: Services, api: ApiSimulator) -> None:
    draft = await ready_draft(draft_services)
    api.add_fault(ApiFault(method="POST", path="/v1/messages/batches", cut="middle"))

    outcome = await carry_out(draft_services, f"send {draft.id}")

    assert isinstance(outcome, AnswerLost)
    assert [batch.id for batch in outcome.new_batches or ()] == [batch.id for batch in api.workspace.batches]
    assert (await stored(draft_services, draft)).state == "unknown"
    assert creates(api) == 1


async def test_a_sample_leaves_the_rest_as_a_draft(draft_services: Services) -> None:
    draft = await ready_draft(draft_services, requests=40)
    approved = await carry_out(draft_services, f"send {draft.id} --first")
    assert isinstance(approved, ApprovalAsked)

    outcome = await carry_out(draft_services, f"approve {draft.id}", BEN)

    assert isinstance(outcome, BatchCreated)
    assert outcome.rest is not None
    assert (outcome.batch.request_counts.total, outcome.rest.requests) == (10, 30)
