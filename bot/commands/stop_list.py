"""`stop-list LIST`: leave the rest of a list of batches as it is. Only the button of a list under way carries it."""

from typing import ClassVar, Self

from msgspec import Struct

from bot.caller import Caller
from bot.commands.base import DirectCommand, Permission
from bot.commands.language.arguments import Arguments
from bot.operations.services import Services
from bot.store.transactions import stop_list


class ListStopped(Struct, frozen=True):
    """`left` batches of the list stay as they are. 0: the list has ended, or it is not the caller's."""

    left: int


StopListOutcome = ListStopped


class StopList(DirectCommand[StopListOutcome], frozen=True):
    """Stop the work on one's own list, whichever process does it. What is being done to a batch is finished."""

    verb: ClassVar[str] = "stop-list"
    permission: ClassVar[Permission] = Permission.READ

    bulk_id: str

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the id of the list. Raises UsageError."""
        return cls(arguments.only())

    def spell(self) -> str:
        """Return `stop-list LIST`."""
        return f"stop-list {self.bulk_id}"

    async def run(self, services: Services, caller: Caller) -> StopListOutcome:
        """Settle the batches whose turn has not come. Raises StoreUnavailable."""
        now = services.now()
        return ListStopped(
            await services.database.run(
                lambda connection: stop_list.stop_list(connection, self.bulk_id, user_id=caller.user, now=now)
            )
        )
