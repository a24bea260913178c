"""Stop a long reading: the word of the button on its progress message, not in the help."""

from dataclasses import dataclass
from typing import ClassVar, Self

from msgspec import Struct

from bot.commands.arguments import Arguments
from bot.commands.base import Caller, Command, Permission, Services
from bot.errors import ExpectedError
from bot.store import readings


class StopAsked(Struct, frozen=True):
    """Whoever reads has been asked to stop; False: the reading had ended before."""

    under_way: bool


@dataclass(eq=False)
class ReadingOfAnother(ExpectedError):
    """Only who asked for a reading may stop it."""

    user: str


class StopReading(Command, frozen=True):
    """Stop a reading of one's own, in whichever process it goes on; `stop` alone is what `cancel` is suggested for."""

    verb: ClassVar[str] = "stop-reading"
    permission: ClassVar[Permission] = Permission.READ

    reading_id: str

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reading's id. Raises UsageError."""
        return cls(arguments.only())

    def spell(self) -> str:
        """Return `stop-reading READING`."""
        return f"stop-reading {self.reading_id}"

    async def run(self, services: Services, caller: Caller) -> StopAsked:
        """Leave word for whoever reads. Raises ReadingOfAnother, StoreUnavailable."""
        owner = await services.database.run(lambda connection: readings.owner(connection, self.reading_id))
        if owner is None:
            return StopAsked(under_way=False)
        if owner != (caller.user, caller.team):
            raise ReadingOfAnother(owner[0])
        now = services.now()
        await services.database.run(lambda connection: readings.stop(connection, self.reading_id, now))
        return StopAsked(under_way=True)
