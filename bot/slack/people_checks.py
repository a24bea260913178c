"""Whether the people and user groups in the settings exist and may act, for `doctor`."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from slack_sdk.web.async_client import AsyncWebClient

from bot.permissions import EVERYONE
from bot.settings.model import Settings
from bot.settings.table import SETTINGS
from bot.settings.workspaces import WorkspaceSettings
from bot.slack.client import read_object
from bot.slack.directory import Home, is_outsider, read_name
from bot.slack.errors import SLACK_ERRORS, read_fault
from bot.slack_faults import Meaning

_FIELDS = ("operators", "admins", "approvers", "readers")


class CheckedPeople(Struct, frozen=True):
    """A sentence for each id that is of no use, and the ids that someone can act by."""

    problems: tuple[str, ...]
    useful: frozenset[str]


async def check_people(
    client: AsyncWebClient, settings: Settings, workspaces: Sequence[WorkspaceSettings], home: Home
) -> CheckedPeople:
    """Look up each person and user group of the settings once. What Slack does not say counts as useful."""
    named: dict[str, dict[str, None]] = {}
    for one in workspaces:
        for field in _FIELDS:
            is_set = field in one.lines or field in settings.model_fields_set or field == "operators"
            for entry in getattr(one, field) if is_set else ():  # administrators are the operators by default
                named.setdefault(entry, {})[one.spell_setting(field)] = None
    problems: list[str] = []
    useful: set[str] = set()
    for entry, settings_names in named.items():
        problem = None if entry == EVERYONE else await _find_problem(client, entry, settings, home)
        is_unchecked = problem is not None and problem.startswith(_UNCHECKED)
        if problem is None or is_unchecked:
            useful.add(entry)
        if problem is not None and not (is_unchecked and any(_UNCHECKED in each for each in problems)):
            problems.append(f"{', '.join(settings_names)}: {problem}")
    return CheckedPeople(tuple(problems), frozenset(useful))


_UNCHECKED = "can't look up"


async def _find_problem(client: AsyncWebClient, entry: str, settings: Settings, home: Home) -> str | None:
    try:
        if entry.startswith("S"):
            answer = await client.usergroups_users_list(usergroup=entry)
            return None if answer.get("users") else f"the user group {entry} has no members. Add people to it."
        return _judge_person(entry, read_object(await client.users_info(user=entry), "user"), settings, home)
    except SLACK_ERRORS as error:
        fault = read_fault(error)
        match fault.meaning:
            case Meaning.FORBIDDEN_HERE if fault.code == "plan_upgrade_required":
                return f"user groups such as {entry} need a paid Slack plan. Name people instead."
            case Meaning.FORBIDDEN_HERE:
                kind = "user group" if entry.startswith("S") else "person"
                return f"Slack knows no {kind} {entry}. Correct the id or remove it."
            case Meaning.PASSING:
                return f"{_UNCHECKED} {entry}: {fault}. Try again in a minute."
            case _:
                return f"{_UNCHECKED} {entry}: {fault}. Fix that first."


def _judge_person(entry: str, user: Mapping[str, Any], settings: Settings, home: Home) -> str | None:
    name = read_name(user)
    person = f"{name} ({entry})" if name else entry
    if user.get("deleted"):
        return f"the account of {person} is deactivated. Remove the id."
    if user.get("is_bot"):
        return f"{person} is an app, which can't type commands. Remove the id."
    if not settings.allow_external and is_outsider(user, home):
        return (
            f"{person} belongs to another organization, and the bot answers only yours. Remove the id, or set "
            f"{SETTINGS['allow_external'].name}."
        )
    if not settings.allow_guests and (user.get("is_restricted") or user.get("is_ultra_restricted")):
        return (
            f"{person} is a guest, and the bot doesn't answer guests. Remove the id, or set "
            f"{SETTINGS['allow_guests'].name}."
        )
    return None
