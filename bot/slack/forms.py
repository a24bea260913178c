"""Read submitted forms into typed commands. Fields are read strictly, and each problem names its field."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.api.ids import InvalidBatchId
from bot.commands.create import PLACEHOLDER, Create, PromptList
from bot.commands.decline import Decline
from bot.commands.delete import DeleteListed
from bot.commands.edit import MUTE_SPANS, UNMUTE, Edit
from bot.commands.language.errors import BadValue, TextTooLong
from bot.commands.language.references import reference as parse_one_reference
from bot.commands.language.values import check_label, check_note, check_person
from bot.commands.language.words import split_words
from bot.commands.retry import Retry
from bot.store.records.drafts import WatchPreference
from bot.ui.components.bulk import SAVE_FIRST
from bot.ui.errors.create_form import FormProblem, form_problem_words

_MAX_TOKENS = re.compile(r"\d{1,9}")


class FormIncomplete(Exception):
    """The fields do not make a command. `problems`: what is wrong, by field."""

    def __init__(self, problems: dict[str, FormProblem | BadValue]) -> None:
        self.problems = problems
        super().__init__(", ".join(problems))

    @property
    def fields(self) -> dict[str, str]:
        """The words to show beside each field."""
        return {field: form_problem_words(problem) for field, problem in self.problems.items()}


class FormPlace(BaseModel):
    """Where a form was asked for, and what it is about. The form carries it through Slack, signed by a FormSeal."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    channel: str | None = None
    thread_ts: str | None = None
    subject: str | None = None
    values: dict[str, str] = {}
    """The values that were filled in before."""
    question_url: str | None = None
    """The response_url of the question that the form answers."""
    workspace: str | None = None
    """The one of several workspaces that it is about."""
    signature: str | None = None


class FormSeal:
    """Signs what a form carries, so that a submission has only what this bot wrote for this person in this form."""

    def __init__(self, secret: str) -> None:
        """Take a secret that all processes of the bot share. The key is made from it."""
        self._key = hashlib.sha256(b"batchdesk form " + secret.encode()).digest()

    def write(self, place: FormPlace, callback_id: str, user: str) -> str:
        """Return the text that the form carries."""
        return place.model_copy(update={"signature": self._sign(place, callback_id, user)}).model_dump_json()

    def read(self, text: str, callback_id: str, user: str) -> FormPlace:
        """Return what a submitted form carries, or an empty place if this bot did not write it for this person."""
        try:
            place = FormPlace.model_validate_json(text or "{}")
        except ValidationError:
            return FormPlace()
        is_ours = hmac.compare_digest((place.signature or "").encode(), self._sign(place, callback_id, user).encode())
        return place if is_ours else FormPlace()

    def _sign(self, place: FormPlace, callback_id: str, user: str) -> str:
        parts: list[object] = [callback_id, user, place.channel, place.subject, place.values]
        parts += [place.thread_ts] if place.thread_ts else []  # forms of earlier versions name no thread
        parts += [{"question": place.question_url}] if place.question_url else []
        parts += [{"workspace": place.workspace}] if place.workspace else []
        content = json.dumps(parts, sort_keys=True)
        return hmac.new(self._key, content.encode(), hashlib.sha256).hexdigest()[:40]


class _Field(BaseModel, defer_build=True):
    """A part of a form's state. pydantic builds it for the first form, so that a start does not wait for it."""


class _Option(_Field):
    value: str


class _File(_Field):
    id: str = Field(pattern=r"^F[A-Z0-9]{2,}$")


class _Element(_Field):
    """The state of one field of any kind."""

    value: str | None = None
    selected_option: _Option | None = None
    selected_user: str | None = None
    files: tuple[_File, ...] = ()

    @property
    def text(self) -> str:
        """The typed or chosen text."""
        chosen = self.selected_option.value if self.selected_option else self.selected_user
        return (self.value or chosen or "").strip()


class CreateFields(_Field):
    """The fields of the form of `/batch create`, by name."""

    file: _Element = Field(default_factory=_Element)
    template: _Element = Field(default_factory=_Element)
    list: _Element = Field(default_factory=_Element)
    model: _Element = Field(default_factory=_Element)
    max_tokens: _Element = Field(default_factory=_Element)
    system: _Element = Field(default_factory=_Element)
    label: _Element = Field(default_factory=_Element)
    owner: _Element = Field(default_factory=_Element)
    watch: _Element = Field(default_factory=_Element)


def read_create(state: Any, form_id: str) -> Create:
    """Read a submitted form. Raises FormIncomplete."""
    try:
        elements = _read_elements(state)
        fields = CreateFields.model_validate(elements)
    except (ValidationError, KeyError, AttributeError, TypeError):
        raise FormIncomplete({"label": FormProblem.UNREADABLE}) from None  # a field that both forms have
    label = _read_label(fields)
    owner = _read_owner(fields)
    watch = _read_watch(fields)
    if fields.file.files:
        if fields.template.text or fields.list.text:
            raise FormIncomplete({"template": FormProblem.FILE_AND_PROMPT})
        return Create(fields.file.files[0].id, label=label, owner=owner, watch=watch, form_id=form_id)
    if "template" not in elements:  # the form asks for a file, and has no other field to show a problem at
        raise FormIncomplete({"file": FormProblem.NO_FILE})
    return Create(prompt=_read_prompt(fields), label=label, owner=owner, watch=watch, form_id=form_id)


class DeclineFields(_Field):
    """The field of the form that asks why an approval is declined."""

    reason: _Element


def read_decline(state: Any, draft_id: str) -> Decline:
    """Read the submitted reason. Raises FormIncomplete."""
    try:
        fields = DeclineFields.model_validate(_read_elements(state))
    except (ValidationError, KeyError, AttributeError, TypeError):
        raise FormIncomplete({"reason": FormProblem.DECLINE_UNREADABLE}) from None
    if not fields.reason.text:
        raise FormIncomplete({"reason": FormProblem.NO_REASON})
    try:
        return Decline(draft_id, check_note("decline", fields.reason.text))
    except BadValue as error:
        raise FormIncomplete({"reason": error}) from None


class CountFields(_Field):
    """The fields of the form that asks how many batches to delete."""

    count: _Element
    save: _Element = Field(default_factory=_Element)


def read_count(state: Any, place: FormPlace) -> DeleteListed:
    """Read the typed count. Raises FormIncomplete unless it is exactly the number that the form was made for."""
    try:
        fields = CountFields.model_validate(_read_elements(state))
        expected, question = place.values["count"], place.values["question"]
    except (ValidationError, KeyError, AttributeError, TypeError):
        raise FormIncomplete({"count": FormProblem.COUNT_UNREADABLE}) from None
    if fields.count.text.replace(",", "") != expected:
        raise FormIncomplete({"count": FormProblem.WRONG_COUNT})
    save = fields.save.text == SAVE_FIRST
    return DeleteListed(place.subject or "", question, int(expected), save)


def _read_elements(state: Any) -> dict[str, Any]:
    """Return the state of each field by its name, whatever the action id of its element."""
    return {name: next(iter(actions.values())) for name, actions in state["values"].items() if actions}


def _read_label(fields: CreateFields) -> str | None:
    try:
        return check_label("create", fields.label.text) if fields.label.text else None
    except BadValue as error:
        raise FormIncomplete({"label": error}) from None


def _read_owner(fields: CreateFields) -> str | None:
    try:
        return check_person("create", fields.owner.text) if fields.owner.text else None
    except BadValue as error:
        raise FormIncomplete({"owner": error}) from None


def _read_watch(fields: CreateFields) -> WatchPreference:
    """Return where to watch; `here` for a choice that this version does not know."""
    known: tuple[WatchPreference, ...] = get_args(WatchPreference)
    return next((choice for choice in known if choice == fields.watch.text), "here")


def _read_prompt(fields: CreateFields) -> PromptList:
    values = tuple(filter(None, (line.strip() for line in fields.list.text.splitlines())))
    problems: dict[str, FormProblem | BadValue] = {}
    if PLACEHOLDER not in fields.template.text:
        problems["template"] = FormProblem.NO_PLACEHOLDER
    if not values:
        problems["list"] = FormProblem.NO_VALUES
    if not fields.model.text:
        problems["model"] = FormProblem.NO_MODEL
    if not _MAX_TOKENS.fullmatch(fields.max_tokens.text) or not 1 <= int(fields.max_tokens.text) <= 1_000_000:
        problems["max_tokens"] = FormProblem.BAD_MAX_TOKENS
    if problems:
        raise FormIncomplete(problems)
    system = fields.system.text or None
    return PromptList(fields.template.text, values, fields.model.text, int(fields.max_tokens.text), system)


class RetryFields(_Field):
    """The field of the form that asks for the original file."""

    file: _Element


class EditFields(_Field):
    """The fields of the form of `/batch edit`, by name."""

    label: _Element = Field(default_factory=_Element)
    owner: _Element = Field(default_factory=_Element)
    note: _Element = Field(default_factory=_Element)
    mute: _Element = Field(default_factory=_Element)


def read_retry(state: Any, batch_id: str, values: Mapping[str, str]) -> Retry:
    """Read the submitted file into the retry that `values` name. Raises FormIncomplete."""
    try:
        batch = parse_one_reference(batch_id)
        fields = RetryFields.model_validate(_read_elements(state))
    except (ValidationError, InvalidBatchId, KeyError, AttributeError, TypeError):
        raise FormIncomplete({"file": FormProblem.UNREADABLE}) from None
    if not fields.file.files:
        raise FormIncomplete({"file": FormProblem.NO_FILE})
    return Retry(batch, "all" in values, fields.file.files[0].id, values.get("cause"))


def read_edit(state: Any, batch_id: str, before: Mapping[str, str]) -> Edit:
    """Read a submitted form into a command that changes only what differs from `before`. Raises FormIncomplete."""
    try:
        batch = parse_one_reference(batch_id)
        found = {name: next(iter(actions.values())) for name, actions in state["values"].items() if actions}
        fields = EditFields.model_validate(found)
    except (ValidationError, InvalidBatchId, KeyError, AttributeError, TypeError):
        raise FormIncomplete({"label": FormProblem.EDIT_UNREADABLE}) from None
    problems: dict[str, FormProblem | BadValue] = {}
    changes: dict[str, str | None] = {}
    checks = {"label": check_label, "owner": check_person, "note": check_note}
    for name, check in checks.items():
        text = getattr(fields, name).text
        if text == before.get(name, ""):
            continue
        try:
            changes[name] = check("edit", text) if text else None
        except BadValue as error:
            problems[name] = error
    if problems:
        raise FormIncomplete(problems)
    mute = fields.mute.text if fields.mute.text in (*MUTE_SPANS, UNMUTE) else None
    return Edit(reference=batch, mute=None if mute == before.get("mute") else mute, **changes)


def opens_modal(text: str) -> bool:
    """Return whether a modal answers a command. It is decided at once, because a trigger_id expires after 3 seconds."""
    try:
        words = split_words(text)
    except TextTooLong:
        return False
    match [word.lower() for word in words]:
        case (
            ["create"]
            | ["create", "--prompt"]
            | [("decline" | "details" | "edit" | "preview"), _]
            | ["results", _, "--full"]
            | ["retry", _, "--upload"]
            | ["retry", _, "--all", "--upload"]
            | ["retry", _, "--cause", _, "--upload"]
            | ["show", _, _]
            | ["show", "last", "ended", _]
            | ["delete", "--list", _, "--question", _]
        ):
            return True
        case _:
            return False
