"""The one road: an interaction is parsed, permitted, confirmed, recorded, run and drawn. Read this first."""

import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from bot.api.errors import ApiUnavailable, BatchNotFound
from bot.caller import Caller
from bot.commands.base import Origin, Permission
from bot.commands.change import DraftProposal, Proposal
from bot.commands.registry import AnyCommand, Change, Long, Outcome, parse
from bot.commands.send import Send
from bot.confirmations import ConfirmationNeeded, ConfirmationRefused, Confirmations, DraftQuestion
from bot.errors import ExpectedError
from bot.operations.batch_names import find_names
from bot.operations.drafts import DraftReady
from bot.operations.progress import Progress
from bot.operations.services import Services
from bot.permissions import CallerFacts, NotPermitted, Rules, check_permission, check_place, list_permissions
from bot.store.db.database import StoreUnavailable
from bot.store.records.audit import RecordedOutcome
from bot.store.transactions import deletions
from bot.ui.errors.render import render_error
from bot.ui.home import render_tab_failed
from bot.ui.render import render
from bot.ui.reply import Message, Placement, Reply, Viewer
from bot.ui.verbs.audit import audit_line

log = logging.getLogger(__name__)


async def _as_it_is(message: Message) -> Message:
    return message


class Interaction(Struct, frozen=True):
    """Something a person did. `seen_by_others`: the button's message is public, so anybody may press it."""

    caller: Caller
    text: str
    origin: Origin = Origin.TYPED
    confirmation_id: str | None = None
    seen_by_others: bool = False
    command: AnyCommand | None = None
    """What a form says, where it is more than a line of text can."""


class Answer(Struct, frozen=True):
    """What to show the caller, and the line for the audit channel when something was changed."""

    reply: Reply
    announcement: Message | None = None


class Pipeline:
    """Answers every interaction, typed or pressed, by the same steps."""

    def __init__(
        self,
        services: Services,
        confirmations: Confirmations,
        rules: Rules,
        standing: Callable[[Caller], Awaitable[CallerFacts]],
        note: Callable[[str, str, str, float], None] = lambda *_: None,
        replace_mentions: Callable[[Message], Awaitable[Message]] = _as_it_is,
    ) -> None:
        """`note` is told of each interaction: verb, origin, outcome, seconds. `unmentioned` names whom it mentions."""
        self._services = services
        self._confirmations = confirmations
        self._rules = rules
        self._standing = standing
        self._note = note
        self._unmentioned = replace_mentions
        self._tab_failing_since: datetime | None = None

    async def answer(self, interaction: Interaction, progress: Progress | None = None) -> Answer:
        """Return one reply, whatever is wrong that can be expected to go wrong; log one line.

        What takes long tells `progress` how it goes on.
        """
        started, verb, came = time.perf_counter(), "?", "broken"
        viewer = Viewer(interaction.caller, frozenset({Permission.READ}), self._services.now())
        try:
            command = interaction.command or parse(interaction.text)
            verb = command.verb or "overview"
            viewer = await self._permit(command, interaction)
            answer = await self._run(command, interaction, viewer, progress)
            came = "ok"
            if verb == "overview":
                self._tab_failing_since = None
            return answer
        except ExpectedError as error:
            came = type(error).__name__
            if isinstance(error, BatchNotFound):
                await self._bury(error.batch_id)
            message = _placed(render_error(error), error, interaction)
            is_tab = verb == "overview" and interaction.origin is Origin.HOME
            return Answer(self._on_tab(message, error, viewer) if is_tab else message)
        finally:
            spent, caller = time.perf_counter() - started, interaction.caller
            self._note(verb, interaction.origin.value, came, spent)
            log.info("%s by %s in %s: %s, %.0f ms", verb, caller.user, caller.channel, came, spent * 1_000)

    async def _bury(self, batch_id: str) -> None:
        """Have the cards of a batch that the API does not know say so; a store that fails leaves them as they are."""
        services = self._services
        with suppress(StoreUnavailable):
            await services.database.run(lambda c: deletions.mark_deleted(c, services.enqueue, batch_id, services.now()))

    def _on_tab(self, message: Message, error: ExpectedError, viewer: Viewer) -> Message:
        """Say since when the Home tab fails, as far as this process knows; a refusal is no failure."""
        if isinstance(error, NotPermitted):
            return message
        self._tab_failing_since = self._tab_failing_since or viewer.now
        return render_tab_failed(message, self._tab_failing_since)

    async def _permit(self, command: AnyCommand, interaction: Interaction) -> Viewer:
        caller = interaction.caller
        standing = await self._standing(caller)
        check_place(caller, standing, self._rules)
        check_permission(command.permission, caller, standing, self._rules)
        everybody = interaction.seen_by_others or getattr(command, "public", False)
        may = frozenset(Permission) if everybody else list_permissions(caller, standing, self._rules)
        return Viewer(caller, may, self._services.now())

    async def _run(
        self, command: AnyCommand, interaction: Interaction, viewer: Viewer, progress: Progress | None
    ) -> Answer:
        if isinstance(command, Long):
            outcome = await command.run(self._services, interaction.caller, progress)
            return Answer(await self._shown(await self._draw(outcome, viewer)))
        if not isinstance(command, Change):
            reply = await self._shown(await self._draw(await command.run(self._services, interaction.caller), viewer))
            return Answer(reply, audit_line(interaction.caller, command.spell(), "done") if command.announced else None)
        asked_about = await self._propose(command, interaction)
        if not isinstance(asked_about, Proposal | DraftProposal):
            return Answer(await self._draw(asked_about, viewer))
        return await self._act(asked_about, interaction, viewer)

    async def _draw(self, outcome: Outcome | ConfirmationNeeded | DraftQuestion, viewer: Viewer) -> Reply:
        """Draw an outcome, with what its batches are called here; a draft that is ready is asked about at once."""
        if isinstance(outcome, DraftReady):
            proposal = await Send(outcome.draft.id).propose(self._services, Origin.PRESSED)
            question = await self._confirmations.ask(proposal, viewer.caller)
            outcome = replace(question, ready=outcome) if isinstance(question, DraftQuestion) else question
        return render(outcome, replace(viewer, names=await find_names(outcome, self._services)))

    async def _shown(self, reply: Reply) -> Reply:
        """Return what was only read so that, where everybody sees it, nobody is pinged by it."""
        return await self._unmentioned(reply) if isinstance(reply, Message) and reply.public else reply

    async def _propose(
        self, command: Change, interaction: Interaction
    ) -> Proposal[Change] | DraftProposal[Change] | Outcome | ConfirmationNeeded | DraftQuestion:
        """Read what the change is about, and ask where a yes is needed and not given."""
        if interaction.confirmation_id is not None:
            await self._confirmations.check(interaction.confirmation_id, command, interaction.caller)
        try:
            proposal = await command.propose(self._services, interaction.origin)
        except BatchNotFound:
            if interaction.confirmation_id is not None:  # perhaps gone by another press of this very question
                await self._confirmations.check(interaction.confirmation_id, command, interaction.caller)
            raise
        if isinstance(proposal, Proposal | DraftProposal) and proposal.asks and interaction.confirmation_id is None:
            return await self._confirmations.ask(proposal, interaction.caller)
        return proposal

    async def _act(
        self, proposal: Proposal[Change] | DraftProposal[Change], interaction: Interaction, viewer: Viewer
    ) -> Answer:
        """Record the intent, act, record what came of it: no record, no change.

        An act that is cut off gets no outcome: a worker looks what became of it.
        """
        caller, command = interaction.caller, proposal.command
        entry = await self._confirmations.begin(proposal, caller, interaction.confirmation_id)
        conclusion: RecordedOutcome | None = None
        detail, made = None, None
        try:
            outcome = await command.run(self._services, caller)
            conclusion, made = command.conclude(outcome), command.made(outcome)
            reply = await self._draw(outcome, viewer)
        except ExpectedError as error:
            lost = isinstance(error, ApiUnavailable) and error.may_have_happened
            conclusion, detail = "unknown" if lost else "failed", str(error)[:300]
            reply = render_error(error, acted=True).placed(Placement.IN_PLACE)
        except Exception:  # a mistake of ours, perhaps after the deed
            conclusion = conclusion or "unknown"
            raise
        finally:
            if conclusion is not None:
                await self._finish(entry, conclusion, detail, made)
        return Answer(reply, audit_line(caller, command.spell(), conclusion))

    async def _finish(self, entry: int, conclusion: RecordedOutcome, detail: str | None, made: str | None) -> None:
        """Write the outcome; the act is done by now, so a store that fails is logged and not told as a failure."""
        try:
            await self._confirmations.finish(entry, conclusion, detail, made)
        except StoreUnavailable:
            log.exception("audit entry %d is without its outcome: %s", entry, conclusion)


def _placed(message: Message, error: ExpectedError, interaction: Interaction) -> Message:
    """Take a question away whose answer can only be this error again."""
    hopeless = isinstance(error, NotPermitted | BatchNotFound) and interaction.confirmation_id is not None
    if hopeless and not isinstance(error, ConfirmationRefused):
        return message.placed(Placement.IN_PLACE)
    return message
