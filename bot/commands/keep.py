"""`keep CONFIRMATION`: decline a question; nothing is changed."""

from typing import ClassVar, Self

from msgspec import Struct

from bot.caller import Caller
from bot.commands.base import DirectCommand, Permission
from bot.commands.language.arguments import Arguments
from bot.operations.services import Services
from bot.store.transactions.decline import decline_confirmation


class Kept(Struct, frozen=True):
    """The question about `subject` is withdrawn; None: this caller had no open one with this id."""

    subject: str | None


KeepOutcome = Kept


class Keep(DirectCommand[KeepOutcome], frozen=True):
    """Decline a question. Only buttons carry it; it is not in the help."""

    verb: ClassVar[str] = "keep"
    permission: ClassVar[Permission] = Permission.READ

    confirmation_id: str

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the confirmation's id. Raises UsageError."""
        return cls(arguments.only())

    def spell(self) -> str:
        """Return `keep CONFIRMATION`."""
        return f"keep {self.confirmation_id}"

    async def run(self, services: Services, caller: Caller) -> KeepOutcome:
        """Withdraw the question if it is open and the caller was asked. Raises StoreUnavailable."""
        question = await services.database.run(
            lambda connection: decline_confirmation(
                connection,
                self.confirmation_id,
                user_id=caller.user,
                channel_id=caller.channel,
                at=services.now(),
            )
        )
        return Kept(question.subject if question is not None else None)
