"""Stop a long reading: the word of the button on its progress message, not in the help."""

from dataclasses import dataclass
from typing import ClassVar, Self

from msgspec import Struct

from bot.caller import Caller
from bot.commands.base import DirectCommand, Permission
from bot.commands.language.arguments import Arguments
from bot.errors import ExpectedError
from bot.operations.services import Services
from bot.store.records import long_readings


class ReadingLost(Struct, frozen=True):
    """There is nobody to stop: the process that read has died. `again` spells the command, where it is known."""

    again: str


class StopAsked(Struct, frozen=True):
    """Whoever reads has been asked to stop; False: the reading had ended before."""

    under_way: bool


@dataclass(eq=False)
class ReadingOfAnother(ExpectedError):
    """Only who asked for a reading may stop it."""

    user: str

    def _fact(self) -> str:
        return f"only {self.user} may stop the reading"


StopReadingOutcome = StopAsked | ReadingLost


class StopReading(DirectCommand[StopReadingOutcome], frozen=True):
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

    async def run(self, services: Services, caller: Caller) -> StopReadingOutcome:
        """Leave word for whoever reads. Raises ReadingOfAnother, StoreUnavailable."""
        now, me = services.now(), services.process_id
        reading = await services.database.run(lambda connection: long_readings.get(connection, self.reading_id))
        if reading is None:
            return StopAsked(under_way=False)
        if (reading.user_id, reading.team_id) != (caller.user, caller.team):
            raise ReadingOfAnother(reading.user_id)
        if reading in await services.database.run(lambda connection: long_readings.find_lost(connection, now, me)):
            return ReadingLost(reading.again or "")
        await services.database.run(lambda connection: long_readings.request_stop(connection, self.reading_id, now))
        return StopAsked(under_way=True)
