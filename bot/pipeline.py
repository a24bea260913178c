"""The road that every interaction takes: parse, permit, confirm, record, run, render. Read this first.

Only a change is confirmed, and recorded before it is made. A command that proposes no change goes from permit to run.
Who gets to see contents or the record is recorded before the reply is shown, and so is a refused attempt.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from bot.caller import Caller, TeamId, UserId
from bot.commands.audit import Audit, AuditExported, AuditShown
from bot.commands.base import LongCommand, Origin, Permission, ReadingCommand
from bot.commands.change import Change, ChangingCommand
from bot.commands.explain import Explain
from bot.commands.home import HomeBoard
from bot.commands.registry import AnyChange, AnyCommand, AskingChange, Outcome, parse
from bot.commands.results import CausesFile, FamilyFile, ResultsFile, ResultsShown
from bot.commands.show import ResultFound, ResultNotFound
from bot.confirmations import ConfirmationNeeded, ConfirmationRefused, Confirmations, RefusalReason
from bot.errors import ExpectedError
from bot.explanations import Explained, explain
from bot.operations.approval import ApprovalOfOwn
from bot.operations.audit_trail import Attempt, AuditTrail
from bot.operations.batch_names import find_names
from bot.operations.interruption import Interrupted, Interruption
from bot.operations.progress import Progress
from bot.operations.services import Services
from bot.permissions import (
    FindCallerFacts,
    NotPermitted,
    RequesterNotPermitted,
    Rules,
    check_rights,
    check_use,
    list_permissions,
)
from bot.scratch_file import ScratchFile
from bot.store.db.database import StoreUnavailable
from bot.store.records.audit import RecordedOutcome
from bot.ui.errors.render import render_error, render_with_retry
from bot.ui.render import render
from bot.ui.reply import File, Message, Placement, Posting, Reply, Viewer
from bot.ui.verbs.audit import audit_line

Answered = Outcome | Explained | ConfirmationNeeded
"""What is rendered for the caller."""

log = logging.getLogger(__name__)

_FORGED = (RefusalReason.UNKNOWN, RefusalReason.OTHER_PERSON, RefusalReason.OTHER_COMMAND)
"""Why a press that confirms nothing is recorded: no one asked this person."""
_LONGEST_AGAIN = 1_000
"""Characters of a command that a button can repeat. Its value holds more than the text, and Slack accepts 2,000."""


class Interaction(Struct, frozen=True):
    """Something a person did. `seen_by_others`: the button is in a message that others read and may press too."""

    caller: Caller
    text: str
    origin: Origin = Origin.TYPED
    confirmation_id: str | None = None
    seen_by_others: bool = False
    command: AnyCommand | None = None
    """The command of a form, which may hold more than a line of text can."""


class Answer(Struct, frozen=True):
    """What the caller sees, and a line for the audit channel if something was changed.

    `error` is the expected error that ended the command before any change began; the reply explains it. An error of the
    change itself is in the reply, in the audit and in `outcome_name`, but not here.
    """

    reply: Reply
    announcement: Message | None = None
    error: ExpectedError | None = None
    outcome_name: str = "ok"
    """What the metrics and the log call the outcome: `ok`, or the name of an expected error."""
    entry_id: int | None = None
    """The audit entry of a change. Once the reply is shown, it is marked as answered."""


class Pipeline:
    """Answers every interaction by the same steps."""

    def __init__(
        self,
        services: Services,
        confirmations: Confirmations,
        rules: Rules,
        caller_facts: FindCallerFacts,
        *,
        replace_mentions: Callable[[Message], Awaitable[Message]],
        count_interaction: Callable[[str, str, str, float], None],
        explain_error: Callable[[ExpectedError], Awaitable[ExpectedError]],
        interruption: Interruption | None = None,
    ) -> None:
        """Take the parts.

        `replace_mentions` names the people that a public message mentions, so that no one is notified by it.
        `count_interaction` receives verb, origin, outcome name and seconds of each interaction. `explain_error`
        receives each expected error that ends a command before any change begins, and returns it or one that says more.
        `interruption` ends what takes too long once the process stops.
        """
        self._services = services
        self._confirmations = confirmations
        self._rules = rules
        self._caller_facts = caller_facts
        self._replace_mentions = replace_mentions
        self._count_interaction = count_interaction
        self._explain_error = explain_error
        self._interruption = interruption or Interruption()
        self._trail = AuditTrail(services)

    async def answer(self, interaction: Interaction, progress: Progress | None = None) -> Answer:
        """Return one answer, also for every expected error, and log one line.

        Long commands report to `progress`.
        """
        started = time.perf_counter()
        verb = "?"
        outcome_name = "broken"
        parsed: AnyCommand | None = None
        try:
            parsed = command = interaction.command or parse(interaction.text)
            verb = command.verb or "overview"
            viewer = await self._interruption.run(self._authorize(command, interaction))
            answer = await self._run(command, interaction, viewer, progress)
            outcome_name = answer.outcome_name
            return answer
        except Interrupted as error:
            outcome_name = type(error).__name__
            error = _describe_interruption(error, command, interaction)
            return Answer(_render_refusal(error, interaction, command), error=error, outcome_name=outcome_name)
        except ExpectedError as error:
            outcome_name = type(error).__name__
            error = await self._explain_error(error)
            if parsed is not None:
                await self._record_refusal(error, parsed, interaction.caller)
            return Answer(_render_refusal(error, interaction, parsed), error=error, outcome_name=outcome_name)
        finally:
            spent = time.perf_counter() - started
            caller = interaction.caller
            self._count_interaction(verb, interaction.origin.value, outcome_name, spent)
            log.info("%s by %s in %s: %s, %.0f ms", verb, caller.user, caller.channel, outcome_name, spent * 1_000)

    async def mark_answered(self, entry_id: int) -> None:
        """Record that the reply to a change was shown. Raises StoreUnavailable."""
        await self._confirmations.mark_answered(entry_id)

    async def _authorize(self, command: AnyCommand, interaction: Interaction) -> Viewer:
        """Check that the caller may use the command, and return for whom to render its answer. Raises NotPermitted.

        An answer that others see too has the buttons of every role, and contents only if the caller may read them.
        """
        caller = interaction.caller
        fresh = interaction.confirmation_id is not None or command.acts_irrevocably
        is_seen = interaction.seen_by_others or command.is_public
        facts = await self._caller_facts(caller, fresh=fresh, fresh_channel=is_seen)
        needed = filter(None, (command.needed_permission, command.also_needed))
        check_use(needed, caller, facts, self._rules)
        may = list_permissions(caller, facts, self._rules)
        if is_seen:
            may |= frozenset(Permission) - {Permission.READ_CONTENTS}
        someone_operates = bool(self._rules.operators or self._rules.admins)
        return Viewer(caller, may, self._services.now(), someone_operates=someone_operates)

    async def _authorize_again(
        self, command: AnyCommand, interaction: Interaction, found: Answered | AnyChange
    ) -> Viewer:
        """Check the caller once more after long work, in which their rights or their channel may have changed.

        Raises NotPermitted, and removes what was read.
        """
        try:
            return await self._authorize(command, interaction)
        except NotPermitted:
            if isinstance(found, ResultsFile):
                found.scratch_file.close()
            elif isinstance(found, FamilyFile):
                found.merged.scratch_file.close()
            raise

    async def _run(
        self, command: AnyCommand, interaction: Interaction, viewer: Viewer, progress: Progress | None
    ) -> Answer:
        """Run the command, ask about the change that it proposes, or make the change."""
        caller = interaction.caller
        found: Answered | AnyChange = await self._interruption.run(self._start(command, interaction, progress))
        if progress is not None and progress.has_begun:
            viewer = await self._authorize_again(command, interaction, found)
        if isinstance(found, AskingChange) and found.asks and interaction.confirmation_id is None:
            found = await self._confirmations.ask(found, caller)
        if isinstance(found, Change):
            return await self._change(found, interaction, viewer)
        reply = await self._render(found, viewer)
        subjects = _list_disclosed(found, viewer)
        if subjects:
            reply = await self._record_reading(command, caller, subjects, reply)
        return Answer(reply, audit_line(caller, command.spell(), "done") if command.is_announced else None)

    async def _start(
        self, command: AnyCommand, interaction: Interaction, progress: Progress | None
    ) -> Outcome | Explained | AnyChange:
        """Check the confirmation, if there is one, and run the command. A changing command proposes its change."""
        confirmation_id = interaction.confirmation_id
        caller = interaction.caller
        if confirmation_id is not None:
            await self._confirmations.check(confirmation_id, command, caller)
        found: Outcome | AnyChange
        try:
            match command:
                case ChangingCommand():
                    found = await command.propose(self._services, interaction.origin, caller)
                case Explain():
                    return await explain(command, caller, self._services, self._rules, self._caller_facts)
                case LongCommand():
                    found = await command.run(self._services, caller, progress)
                case _:
                    found = await command.run(self._services, caller)
        except ExpectedError as error:
            if error.cannot_succeed and confirmation_id is not None:  # another press may have made the change meanwhile
                await self._confirmations.check(confirmation_id, command, caller)
            raise
        if confirmation_id is not None and not isinstance(found, Change):  # for the same reason
            await self._confirmations.check(confirmation_id, command, caller)
        return found

    async def _change(self, change: AnyChange, interaction: Interaction, viewer: Viewer) -> Answer:
        """Record the intent, apply the change, record its outcome. Without a record nothing is changed.

        A change that is cut off gets no outcome: a worker finds out what became of it.
        """
        caller = interaction.caller
        if change.on_behalf_of is not None:
            await self._check_requester(change.on_behalf_of)
        entry_id = await self._confirmations.begin(change, caller, interaction.confirmation_id)
        audit_outcome: RecordedOutcome | None = None
        created_batch_id: str | None = None
        detail: str | None = None
        outcome_name = "ok"
        reply: Reply | None = None
        try:
            applied = await self._interruption.run(change.apply(self._services, caller))
            audit_outcome = applied.audit_outcome
            created_batch_id = applied.created_batch_id
            detail = applied.detail
            reply = await self._render(applied.outcome, viewer)
        except Interrupted:
            raise Interrupted(in_change=True) from None
        except ExpectedError as error:
            audit_outcome = "unknown" if error.may_have_happened else "failed"
            detail = str(error)
            outcome_name = type(error).__name__
            placement = Placement.BELOW if interaction.seen_by_others else Placement.IN_PLACE
            reply = render_error(error, acted=True, subject=change.subject).with_placement(placement)
        except Exception:  # a defect, perhaps after the change was made
            audit_outcome = audit_outcome or "unknown"
            raise
        finally:
            if audit_outcome is not None:
                await self._finish(entry_id, audit_outcome, detail, created_batch_id, awaits_answer=reply is not None)
        line = audit_line(caller, change.spell(), audit_outcome)
        return Answer(reply, line, outcome_name=outcome_name, entry_id=entry_id)

    async def _check_requester(self, user: UserId) -> None:
        """Raise RequesterNotPermitted unless this person is an operator at this moment."""
        requester = Caller(user, TeamId(""), None)
        facts = await self._caller_facts(requester, fresh=True)
        try:
            check_rights((Permission.OPERATE,), requester, facts, self._rules)
        except NotPermitted as refusal:
            raise RequesterNotPermitted(user, refusal) from refusal

    async def _record_reading(
        self, command: AnyCommand, caller: Caller, subjects: Sequence[str | None], reply: Reply
    ) -> Reply:
        """Record who gets to see what, and return the reply. Without a record it is not shown. Raises StoreUnavailable.

        Whether a file arrives is recorded once that is known.
        """
        if not isinstance(reply, File):
            await self._trail.record_reading(_describe_attempt(command), caller, subjects, "done")
            return reply
        try:
            entries = await self._trail.record_reading(_describe_attempt(command), caller, subjects, "unknown")
        except BaseException:
            if isinstance(reply.content, ScratchFile):
                reply.content.close()
            raise
        return replace(reply, on_settled=partial(self._trail.settle, entries))

    async def _record_refusal(self, error: ExpectedError, command: AnyCommand, caller: Caller) -> None:
        """Record an attempt that a rule refused. The refusal stands without a record, so a failing store is logged."""
        is_refusal = isinstance(error, NotPermitted | RequesterNotPermitted | ApprovalOfOwn) or (
            isinstance(error, ConfirmationRefused) and error.why in _FORGED
        )
        reads_openly = isinstance(command, ReadingCommand | HomeBoard) and command.needed_permission is Permission.READ
        if not is_refusal or reads_openly:
            return
        reason = f"not permitted: {error.rule_name}" if isinstance(error, NotPermitted) else str(error)
        try:
            await self._trail.record_refusal(_describe_attempt(command), caller, reason)
        except StoreUnavailable:
            log.exception("a refusal is not recorded: %s by %s", command.verb, caller.user)

    async def _finish(
        self,
        entry_id: int,
        outcome: RecordedOutcome,
        detail: str | None,
        created_batch_id: str | None,
        *,
        awaits_answer: bool,
    ) -> None:
        """Record the outcome. The change is made by now, so a store that fails is logged and not reported."""
        try:
            await self._confirmations.finish(entry_id, outcome, detail, created_batch_id, awaits_answer=awaits_answer)
        except StoreUnavailable:
            log.exception("audit entry %d is without its outcome: %s", entry_id, outcome)

    async def _render(self, outcome: Answered, viewer: Viewer) -> Reply:
        """Render an outcome with the names of its batches."""
        reply = render(outcome, replace(viewer, names=await find_names(outcome, self._services)))
        if not isinstance(reply, Message):
            return reply
        postings = tuple([await self._without_mentions(posting) for posting in reply.postings])
        reply = await self._replace_mentions(reply) if reply.public else reply
        return replace(reply, postings=postings) if postings else reply

    async def _without_mentions(self, posting: Posting) -> Posting:
        """Return a posting that names people instead of mentioning them, unless it notifies them."""
        return posting if posting.notifies else replace(posting, message=await self._replace_mentions(posting.message))


def _describe_attempt(command: AnyCommand) -> Attempt:
    reference = getattr(command, "reference", None) or getattr(command, "draft", None)
    if isinstance(command, Audit):
        reference = command.subject
    return Attempt(command.verb, command.spell(), reference)


def _list_disclosed(found: Answered, viewer: Viewer) -> tuple[str | None, ...]:
    """Return the batches whose contents or record a reply shows; None stands for the whole record."""
    match found:
        case AuditShown():
            return (found.query.subject,)
        case AuditExported():
            return (found.subject,)
        case ResultsFile() | CausesFile():
            return (found.batch.id,)
        case ResultFound() | ResultNotFound():
            return (found.batch.id,)
        case FamilyFile():
            return tuple(batch.id for batch in found.family.readable)
        case ResultsShown() if found.fetched.summary.causes and Permission.READ_CONTENTS in viewer.permissions:
            return (found.batch.id,)
        case _:
            return ()


def _describe_interruption(error: Interrupted, command: AnyCommand, interaction: Interaction) -> Interrupted:
    """Return what was interrupted. Only a command that was typed or pressed, and answers no question, is repeated."""
    if error.in_change:
        return error
    is_repeatable = interaction.command is None and interaction.confirmation_id is None
    again = interaction.text if is_repeatable and len(interaction.text) <= _LONGEST_AGAIN else ""
    return Interrupted(before_change=isinstance(command, ChangingCommand), again=again)


def _render_refusal(error: ExpectedError, interaction: Interaction, command: AnyCommand | None) -> Message:
    """Render an error that ended a command. The error replaces the question if confirming again cannot succeed.

    A message that others read is never replaced, because the error is for one person. The button that tries again
    carries the command's text, which is not all of a form. App Home has a button of its own.
    """
    is_line = interaction.command is None and interaction.origin is not Origin.HOME
    message = render_with_retry(error, command if is_line else None)
    if interaction.seen_by_others:
        return message.with_placement(Placement.BELOW)
    if error.cannot_succeed and interaction.confirmation_id is not None:
        return message.with_placement(Placement.IN_PLACE)
    return message
