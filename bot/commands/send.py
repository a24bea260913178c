"""`/batch send FILE`: send a checked draft, or a sample of it first; always asks."""

from typing import ClassVar, Self

from bot.caller import Caller
from bot.commands.base import DRAFT, Help, HelpGroup, Origin, Permission
from bot.commands.draft_change import DraftCommand, SendChange, propose_send, spell_send
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.operations.send_outcomes import SendOutcome as SendOutcome
from bot.operations.services import Services
from bot.operations.split_sample import SAMPLE_SIZE


class Send(DraftCommand[SendChange], frozen=True):
    """Send a draft, once. Above the limit, ask another operator to approve. `first`: send a sample first."""

    verb: ClassVar[str] = "send"
    permission: ClassVar[Permission] = Permission.OPERATE
    acts_irrevocably: ClassVar[bool] = True
    help: ClassVar[Help] = Help(
        "Send a checked file. You are asked first.",
        "send 3f9c2a",
        HelpGroup.RUN,
        (DRAFT,),
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (
        OptionSpec(
            "first",
            "",
            f"send {SAMPLE_SIZE} of its requests as a sample first",
            "send 3f9c2a --first",
        ),
    )

    first: bool = False

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference of a draft. Raises UsageError."""
        return cls(arguments.only(), arguments.flag("first"))

    def spell(self) -> str:
        """Return `send FILE`, with `--first` for a sample."""
        return spell_send(self.draft, first=self.first)

    @property
    def confirmation_key(self) -> str:
        """Return `send FILE`: one question is answered once, with all requests or with a sample."""
        return spell_send(self.draft, first=False)

    async def propose(self, services: Services, origin: Origin, caller: Caller) -> SendChange:
        """Find the draft. Raises what `propose_send` raises."""
        return await propose_send(services, self.draft, caller, first=self.first)
