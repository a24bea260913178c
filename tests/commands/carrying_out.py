"""What the tests of verbs share: reading a typed line, and carrying a command out as the pipeline does."""

import pytest

from bot.caller import Caller
from bot.commands.base import Origin
from bot.commands.change import Change, ChangingCommand
from bot.commands.explain import Explain
from bot.commands.language.errors import UsageError
from bot.commands.registry import AnyCommand, AskingChange, parse
from bot.operations.services import Services
from tests.builders import ADA
from tests.services import build_confirmations


def reads_as(typed: str, command: AnyCommand) -> bool:
    """Return whether a typed line is this command, and the command's own spelling is it again."""
    return parse(typed) == command == parse(command.spell())


def usage_error(typed: str) -> tuple[type[UsageError], str]:
    """Return the kind of error that a line meets, and the verb it names."""
    with pytest.raises(UsageError) as caught:
        parse(typed)
    return type(caught.value), caught.value.verb


async def carry_out(services: Services, typed: str | AnyCommand, caller: Caller = ADA) -> object:
    """Propose, confirm where the change asks, record and apply; return the outcome, or what only reading returns."""
    command = parse(typed) if isinstance(typed, str) else typed
    assert not isinstance(command, Explain), "the pipeline answers it"
    if not isinstance(command, ChangingCommand):
        return await command.run(services, caller)
    change = await command.propose(services, Origin.TYPED, caller)
    if not isinstance(change, Change):
        return change
    confirmations = build_confirmations(services.database, services.now)
    confirmation_id = None
    if isinstance(change, AskingChange) and change.asks:
        confirmation_id = (await confirmations.ask(change, caller)).confirmation_id
    entry = await confirmations.begin(change, caller, confirmation_id)
    applied = await change.apply(services, caller)
    await confirmations.finish(entry, applied.audit_outcome, None, applied.created_batch_id)
    return applied.outcome
