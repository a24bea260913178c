"""What the tests of verbs share: reading a typed line, and carrying a command out as the pipeline does."""

import pytest

from bot.caller import Caller
from bot.commands.base import Origin
from bot.commands.change import ChangingCommand, DraftProposal, Proposal
from bot.commands.language.errors import UsageError
from bot.commands.registry import AnyCommand, parse
from bot.confirmations import Confirmations
from bot.operations.services import Services
from tests.builders import ADA


def reads_as(typed: str, command: AnyCommand) -> bool:
    """Return whether a typed line is this command, and the command's own spelling is it again."""
    return parse(typed) == command == parse(command.spell())


def usage_error(typed: str) -> tuple[type[UsageError], str]:
    """Return the kind of error that a line meets, and the verb it names."""
    with pytest.raises(UsageError) as caught:
        parse(typed)
    return type(caught.value), caught.value.verb


async def carry_out(services: Services, typed: str | AnyCommand, caller: Caller = ADA) -> object:
    """Propose, confirm where the change asks, record and run; return the outcome."""
    command = parse(typed) if isinstance(typed, str) else typed
    if not isinstance(command, ChangingCommand):
        return await command.run(services, caller)
    proposal = await command.propose(services, Origin.TYPED)
    if not isinstance(proposal, Proposal | DraftProposal):
        return proposal
    confirmations = Confirmations(services.database, services.now)
    yes = (await confirmations.ask(proposal, caller)).confirmation_id if proposal.asks else None
    entry = await confirmations.begin(proposal, caller, yes)
    outcome = await proposal.command.run(services, caller)
    await confirmations.finish(entry, command.conclude(outcome), None, command.made(outcome))
    return outcome
