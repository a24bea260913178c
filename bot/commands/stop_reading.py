"""`stop-reading READING`: stop a long reading. Only the buttons on progress messages carry it."""

from dataclasses import dataclass
from typing import ClassVar, Self

from msgspec import Struct

from bot.caller import Caller
from bot.commands.base import DirectCommand, Permission
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.errors import ExpectedError
from bot.operations.services import Services
from bot.store.records import long_readings


class ReadingLost(Struct, frozen=True):
    """The process that read has died. `again` is the text of the command, if it is known."""

    again: str


class StopAsked(Struct, frozen=True):
    """The reading was asked to stop, or had ended before (not `under_way`).

    `removes`: the message with the button is not needed any more.
    """

    under_way: bool
    removes: bool = False


@dataclass(eq=False)
class ReadingOfAnother(ExpectedError):
    """Only the person who asked for a reading may stop it."""

    user: str

    def _fact(self) -> str:
        return f"only {self.user} may stop the reading"


StopReadingOutcome = StopAsked | ReadingLost


class StopReading(DirectCommand[StopReadingOutcome], frozen=True):
    """Stop one's own reading, whichever process runs it. A typed `stop` suggests `cancel` instead.

    `remove`: the button is on a message that the answer to the command does not replace.
    """

    verb: ClassVar[str] = "stop-reading"
    permission: ClassVar[Permission] = Permission.READ

    options: ClassVar[tuple[OptionSpec, ...]] = (OptionSpec("remove", ""),)

    reading_id: str
    remove: bool = False

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reading's id. Raises UsageError."""
        return cls(arguments.only(), arguments.flag("remove"))

    def spell(self) -> str:
        """Return `stop-reading READING`."""
        return f"stop-reading {self.reading_id}{' --remove' if self.remove else ''}"

    async def run(self, services: Services, caller: Caller) -> StopReadingOutcome:
        """Store the request to stop, which the reading process polls for. Raises ReadingOfAnother, StoreUnavailable."""
        now = services.now()
        reading = await services.database.run(lambda connection: long_readings.get(connection, self.reading_id))
        if reading is None:
            return StopAsked(under_way=False)
        if reading.user_id != caller.user:
            raise ReadingOfAnother(reading.user_id)
        if reading in await services.database.run(
            lambda connection: long_readings.find_lost(connection, now, services.process_id)
        ):
            return ReadingLost(reading.again or "")
        await services.database.run(lambda connection: long_readings.request_stop(connection, self.reading_id, now))
        return StopAsked(under_way=True, removes=self.remove)
