"""`/batch show ID CUSTOM_ID`: the answer or the error of one request."""

import re
from typing import ClassVar, Self

from msgspec import Struct
from msgspec.structs import replace

from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import BATCH, ArgumentHelp, Help, HelpGroup, LongCommand, Permission
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.errors import BadValue, MissingCustomId, MissingReference, ValueForm
from bot.commands.language.references import reference
from bot.operations.find_batch import Reference
from bot.operations.find_result import MissingResult, find_result
from bot.operations.progress import Progress
from bot.operations.services import Services
from bot.results.find_result import OneResult

_CUSTOM_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # docs.anthropic.com, Message Batches


def is_custom_id(text: str) -> bool:
    """Return whether a text has the form of a custom_id."""
    return _CUSTOM_ID.fullmatch(text) is not None


class ResultFound(Struct, frozen=True):
    """The result of one request."""

    query: "Show"
    batch: MessageBatch
    result: OneResult


class ResultNotFound(Struct, frozen=True):
    """The results have no line with this custom_id."""

    query: "Show"
    batch: MessageBatch
    missing: MissingResult


class ShowTooEarly(Struct, frozen=True):
    """The batch has not ended, so it has no results yet."""

    query: "Show"
    batch: MessageBatch


class ShowTooLate(Struct, frozen=True):
    """The API has deleted the results."""

    batch: MessageBatch


ShowOutcome = ResultFound | ResultNotFound | ShowTooEarly | ShowTooLate


class Show(LongCommand[ShowOutcome], frozen=True):
    """Show the answer or the error of one request. It opens in a modal."""

    verb: ClassVar[str] = "show"
    permission: ClassVar[Permission] = Permission.READ_CONTENTS
    help: ClassVar[Help] = Help(
        "Show the answer or the error of one request. The audit log records this.",
        "show last invoice-0042",
        HelpGroup.LOOK,
        (BATCH, ArgumentHelp("CUSTOM_ID", "the `custom_id` of the request")),
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (OptionSpec("id", "CUSTOM_ID"),)
    """For a custom_id that begins with a dash. The help leaves it out."""

    reference: Reference
    custom_id: str

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference and the custom_id. Raises UsageError, InvalidBatchId."""
        named = arguments.options.get("id")
        words = arguments.at_most(1 if named else 2).words
        if not words:
            raise MissingReference("show")
        if len(words) == 1 and not named:
            raise MissingCustomId("show", words[0])
        custom_id = named or words[1]
        if not is_custom_id(custom_id):
            raise BadValue("show", custom_id, ValueForm.CUSTOM_ID)
        return cls(reference(words[0]), custom_id)

    def spell(self) -> str:
        """Return `show ID CUSTOM_ID`."""
        option = "--id=" if self.custom_id.startswith("-") else ""
        return f"show {self.reference} {option}{self.custom_id}"

    async def run(self, services: Services, caller: Caller, progress: Progress | None = None) -> ShowOutcome:
        """Read the results until the request is found.

        Raises:
            ReadingFailed, ReadingStopped: the results were not read that far.
            ApiError, StoreUnavailable, and what a reference may raise.
        """
        progress = progress or Progress()
        return await progress.run(self._find(services, progress))

    async def _find(self, services: Services, progress: Progress) -> ShowOutcome:
        batch = (await services.find_batch(self.reference)).batch
        query = replace(self, reference=Reference(batch.id))
        progress.set_subject(batch.id, retry_command=query.spell(), total_lines=batch.request_counts.total)
        if not batch.has_ended:
            return ShowTooEarly(query, batch)
        if not batch.is_readable(services.now()):
            return ShowTooLate(batch)
        found = await find_result(services, batch, self.custom_id, progress)
        if isinstance(found, MissingResult):
            return ResultNotFound(query, batch, found)
        return ResultFound(query, batch, found)
