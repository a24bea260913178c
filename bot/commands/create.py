"""`/batch create`: check a file of requests, or a prompt with a list of values, and ask whether to send it."""

import asyncio
import html
import json
from collections.abc import AsyncGenerator
from contextlib import suppress
from operator import itemgetter
from typing import ClassVar, Self, get_args

from msgspec import Struct

from bot.caller import Caller
from bot.commands.base import FILE_LINK_EXAMPLE, ArgumentHelp, Help, HelpGroup, LongCommand, Permission
from bot.commands.draft_change import SendChange, propose_send
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.errors import BadValue, MissingReference, ValueForm
from bot.commands.language.values import check_label, check_person, file_in
from bot.operations.drafts import (
    CheckedDraft,
    DraftDetails,
    FileRefused,
    FormAlreadySubmitted,
    check_shared_file,
    make_draft_id,
    read_constraints,
    store_draft,
)
from bot.operations.progress import Progress
from bot.operations.services import Services
from bot.operations.shared_files import SharedFile
from bot.operations.split_sample import remove_requests_files
from bot.operations.work_limits import require_draft_room
from bot.scratch_file import scratch_file_failure
from bot.store.records import drafts
from bot.store.records.drafts import Draft, WatchPreference

PLACEHOLDER = "{value}"
_MODELS_TIMEOUT = 1.0  # seconds; the person waits for the form, and can type a model into it


class FormWanted(Struct, frozen=True):
    """The form to fill in: for a file, or for a prompt and a list.

    `models` are those that support batches, newest first; empty if the API does not answer. `default_model` is the
    least expensive of them.
    """

    models: tuple[str, ...] = ()
    default_model: str | None = None
    asks_prompt: bool = False


class PromptList(Struct, frozen=True):
    """One prompt for a list of values, which take the place of `{value}`. `max_tokens` limits each answer."""

    template: str
    values: tuple[str, ...]
    model: str
    max_tokens: int
    system: str | None = None

    def make_line(self, value: str) -> bytes:
        """Return the request for one value, as a line of a requests file."""
        content = self.template.replace(PLACEHOLDER, value)
        params: dict[str, object] = {"model": self.model, "max_tokens": self.max_tokens}
        params |= {"system": self.system} if self.system else {}
        params["messages"] = [{"role": "user", "content": content}]
        return json.dumps(params, ensure_ascii=False).encode() + b"\n"


CreateOutcome = FormWanted | FileRefused


class Create(LongCommand[CreateOutcome | SendChange], frozen=True):
    """Make a batch from a shared file, or from a prompt and a list. Without either, open a form."""

    verb: ClassVar[str] = "create"
    permission: ClassVar[Permission] = Permission.OPERATE
    acts_irrevocably: ClassVar[bool] = True
    help: ClassVar[Help] = Help(
        "Create a batch from a JSONL file, or from a prompt and a list. You see its cost before it is sent.",
        "create",
        HelpGroup.RUN,
        (
            ArgumentHelp(
                "FILE-LINK",
                "the link of a file in Slack, from *Copy link* in its menu. Without one, a form opens",
                optional=True,
            ),
        ),
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (
        OptionSpec("label", "TEXT", "a name for the batch", f'create {FILE_LINK_EXAMPLE} --label "nightly eval"'),
        OptionSpec("owner", "@who", "whose batch it is (default: you)", f"create {FILE_LINK_EXAMPLE} --owner @ada"),
        OptionSpec(
            "watch",
            "|".join(get_args(WatchPreference)),
            "where to post its card and its notices",
            f"create {FILE_LINK_EXAMPLE} --watch dm",
        ),
        OptionSpec("prompt", ""),
    )

    file: str | None = None
    prompt: PromptList | None = None
    label: str | None = None
    owner: str | None = None
    watch: WatchPreference = "here"
    form_id: str | None = None
    """The id of the submitted form: one form makes one draft, however often it is submitted."""
    asks_prompt: bool = False
    """Open the form for a prompt and a list. Only a choice in the form carries it."""

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the link or the id of a file, and the options that the form also has. Raises UsageError."""
        words = arguments.at_most(1).words
        options = arguments.options
        asks_prompt = arguments.flag("prompt")
        if options.keys() - {"prompt"} and not words:  # the form asks for them
            raise MissingReference("create")
        return cls(
            file_in("create", words[0]) if words else None,
            label=check_label("create", options["label"]) if "label" in options else None,
            owner=check_person("create", options["owner"]) if "owner" in options else None,
            watch=_watch(options.get("watch", "here")),
            asks_prompt=asks_prompt and not words,
        )

    def spell(self) -> str:
        """Return `create` with the file and its options. A prompt fits no line, so it becomes what opens the form."""
        if self.file is None:
            return "create --prompt" if self.asks_prompt else "create"
        words = ["create", self.file]
        words += [f'--label "{html.escape(self.label, quote=False)}"'] if self.label else []
        words += [f"--owner {self.owner}"] if self.owner else []
        return " ".join([*words, *([f"--watch {self.watch}"] if self.watch != "here" else [])])

    async def run(
        self, services: Services, caller: Caller, progress: Progress | None = None
    ) -> CreateOutcome | SendChange:
        """Check the requests, store them as a draft and propose to send it.

        Raises:
            FileUnreadable, ReadingStopped, ScratchFileFailed: nothing was sent.
            StoreUnavailable.
        """
        if self.file is None and self.prompt is None:
            if not self.asks_prompt:
                return FormWanted()
            models = await _find_models(services)
            return FormWanted(models, _find_least_expensive(models, services), asks_prompt=True)
        progress = progress or Progress()
        try:
            checked = await progress.run(self._check(services, caller, progress))
        except OSError as error:
            raise scratch_file_failure(error) from error
        if isinstance(checked, FileRefused):
            return checked
        return await propose_send(services, checked.draft.id, caller, checked=checked)

    async def _check(self, services: Services, caller: Caller, progress: Progress) -> FileRefused | CheckedDraft:
        id = make_draft_id(self.form_id)
        await require_draft_room(services, caller)
        source = await self._open_source(services, caller)
        progress.set_subject(source.name, retry_command=self.spell())
        await asyncio.to_thread(services.drafts.prepare_folder)
        reading = _make_reading_draft(id, source.name, caller, services)
        if not await services.database.run(lambda connection: drafts.add_if_new(connection, reading)):
            raise FormAlreadySubmitted
        try:
            how = await read_constraints(services)
            checked = await check_shared_file(services, source, progress, services.drafts.requests_file(id), how)
            if not checked.is_sound:
                return FileRefused(source.name, checked)
            details = DraftDetails(
                name=source.name,
                label=self.label,
                owner=self.owner or caller.user,
                watch=self.watch,
                permalink=source.permalink,
            )
            draft = await store_draft(services, caller, id, checked, details)
            return CheckedDraft(draft, checked.warnings)
        finally:  # a draft that became ready is not in this state any more
            now = services.now()
            if await services.database.run(lambda c: drafts.change_state(c, id, "checking", "failed", at=now)):
                await remove_requests_files(services, reading)

    async def _open_source(self, services: Services, caller: Caller) -> SharedFile:
        if self.file is not None:
            return await services.drafts.files.open(self.file, user=caller.user, channel=caller.channel)
        assert self.prompt is not None  # noqa: S101 - one of the two is there
        lines = [self.prompt.make_line(value) for value in self.prompt.values]
        return SharedFile("a prompt and a list", sum(map(len, lines)), _iterate(lines))


def _watch(typed: str) -> WatchPreference:
    preference: WatchPreference | None = next(
        (each for each in get_args(WatchPreference) if each == typed.lower()), None
    )
    if preference is None:
        raise BadValue("create", typed, ValueForm.WATCH_PREFERENCE)
    return preference


async def _find_models(services: Services) -> tuple[str, ...]:
    catalog = None
    with suppress(TimeoutError):
        async with asyncio.timeout(_MODELS_TIMEOUT):
            catalog = await services.workspace.models.get(services.now())
    usable = [one for one in catalog.models if one.supports_batches and one.lifecycle == "active"] if catalog else []
    return tuple(one.id for one in usable)


def _find_least_expensive(models: tuple[str, ...], services: Services) -> str | None:
    """Return the model with the lowest price of output, the newest of several; without any price, the newest."""
    priced = [(row.output, model) for model in models if (row := services.prices.find_row(model)) is not None]
    return min(priced, key=itemgetter(0))[1] if priced else next(iter(models), None)


def _make_reading_draft(id: str, name: str, caller: Caller, services: Services) -> Draft:
    """Return the draft of a file that is being read, so that an interrupted reading can be reported."""
    now = services.now()
    return Draft(
        id=id, user_id=caller.user, team_id=caller.team, channel_id=caller.channel, state="checking", name=name,
        requests=0, size=0, estimate="[]", label=None, owner=None, parent_id=None, kind=None, batch_id=None,
        approved_by=None, created_at=now, changed_at=now, held_by=services.process_id,
    )  # fmt: skip


async def _iterate(lines: list[bytes]) -> AsyncGenerator[bytes, None]:
    for line in lines:
        yield line
