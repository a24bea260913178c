"""What the tests of drafts' verbs share: a draft that waits for a confirmation, and a batch that was made from one."""

from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.create import Create, PromptList
from bot.commands.draft_change import SendChange
from bot.operations.send_outcomes import BatchCreated
from bot.operations.services import Services
from bot.playground.api_simulator.server import ApiSimulator
from bot.store.records import drafts
from bot.store.records.drafts import Draft
from tests.builders import ADA
from tests.commands.carrying_out import carry_out

MODEL = "claude-haiku-4-5"


def prompt_for(requests: int) -> PromptList:
    """Return a prompt with so many values."""
    return PromptList("Say {value}.", tuple(f"value {number}" for number in range(requests)), MODEL, 64)


async def ready_draft(services: Services, requests: int = 3, caller: Caller = ADA) -> Draft:
    """Make a draft that can be sent."""
    outcome = await Create(prompt=prompt_for(requests)).run(services, caller)
    assert isinstance(outcome, SendChange)
    return outcome.draft


async def sent_batch(services: Services, requests: int = 3, caller: Caller = ADA) -> MessageBatch:
    """Make a draft and send it."""
    draft = await ready_draft(services, requests, caller)
    outcome = await carry_out(services, f"send {draft.id}", caller)
    assert isinstance(outcome, BatchCreated)
    return outcome.batch


async def stored(services: Services, draft: Draft) -> Draft:
    """Return a draft as the store has it now."""
    found = await services.database.run(lambda connection: drafts.get(connection, draft.id))
    assert found is not None
    return found


def creates(api: ApiSimulator) -> int:
    """Return how many creates the API has seen."""
    return sum(one.method == "POST" and one.path == "/v1/messages/batches" for one in api.requests)
