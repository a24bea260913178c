"""`stop-list LIST`: leave the rest of a list of batches as it is. Only the buttons of a list under way carry it."""

from functools import partial
from typing import ClassVar, Self

from msgspec import Struct

from bot.caller import Caller
from bot.commands.base import DirectCommand, Permission
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.operations.services import Services
from bot.store.transactions import stop_list


class ListStopped(Struct, frozen=True):
    """`left` batches of the list stay as they are. 0: the list has ended, or it is not the caller's.

    `is_other`: the list may be another person's.
    """

    left: int
    is_other: bool = False


StopListOutcome = ListStopped


class StopList(DirectCommand[StopListOutcome], frozen=True):
    """Stop the work on a list, whichever process does it. What is being done to a batch is finished.

    `other`: the list may be another person's. Only administrators may stop that.
    """

    verb: ClassVar[str] = "stop-list"
    permission: ClassVar[Permission] = Permission.READ

    options: ClassVar[tuple[OptionSpec, ...]] = (OptionSpec("other", ""),)

    bulk_id: str
    other: bool = False

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the id of the list. Raises UsageError."""
        return cls(arguments.only(), arguments.flag("other"))

    @property
    def also_needed(self) -> Permission | None:
        """Return ADMINISTER for another person's list."""
        return Permission.ADMINISTER if self.other else None

    def spell(self) -> str:
        """Return `stop-list LIST`."""
        return f"stop-list {self.bulk_id}{' --other' if self.other else ''}"

    async def run(self, services: Services, caller: Caller) -> StopListOutcome:
        """Settle the batches whose turn has not come. Raises StoreUnavailable."""
        stop = partial(
            stop_list.stop_list, bulk_id=self.bulk_id, caller=caller, any_persons=self.other, now=services.now()
        )
        return ListStopped(await services.database.run(stop), self.other)
