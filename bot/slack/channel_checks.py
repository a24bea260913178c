"""Whether the bot can use the channels in the settings, looked up once: by `doctor`, and at the start."""

from collections.abc import Sequence

from slack_sdk.web.async_client import AsyncWebClient

from bot.settings.model import Settings
from bot.settings.table import SETTINGS
from bot.settings.workspaces import WorkspaceSettings
from bot.slack.client import read_object
from bot.slack.directory import is_shared_outside
from bot.slack.errors import SLACK_ERRORS, get_code, read_fault
from bot.slack_faults import NOT_A_MEMBER, Meaning

_INVITE = "Invite it there with /invite @Batchdesk."


def list_posting_channels(settings: Settings, workspaces: Sequence[WorkspaceSettings]) -> dict[str, str]:
    """Return the channels that the bot posts to by itself, by the name of the setting."""
    fields = ["audit_channel", "feed_channel"]
    fields += ["digest_channel"] if settings.digest_hour is not None else []
    found = {one.spell_setting(field): getattr(one, field) for one in workspaces for field in fields}
    return {name: channel for name, channel in found.items() if channel}


async def find_channel_problems(
    client: AsyncWebClient, settings: Settings, workspaces: Sequence[WorkspaceSettings]
) -> list[str]:
    """Return a sentence for each channel that the bot should post to, or answer in, and cannot."""
    posting = list_posting_channels(settings, workspaces)
    answering = [(one.spell_setting("channels"), channel) for one in workspaces for channel in one.channels]
    problems = [
        await _find_problem(client, name, channel, posts=name in posting, allow_external=settings.allow_external)
        for name, channel in [*posting.items(), *answering]
    ]
    return [problem for problem in problems if problem is not None]


async def _find_problem(
    client: AsyncWebClient, setting: str, channel: str, *, posts: bool, allow_external: bool
) -> str | None:
    try:
        found = read_object(await client.conversations_info(channel=channel), "channel")
    except SLACK_ERRORS as error:
        if get_code(error) in NOT_A_MEMBER:
            return f"{setting}: Slack shows the bot no channel {channel}. Correct the id, or invite the bot there."
        fault = read_fault(error)
        step = "Try again in a minute" if fault.meaning is Meaning.PASSING else "Fix that first"
        return f"{setting}: can't look up the channel {channel}: {fault}. {step}."
    place = f"#{found['name']} ({channel})" if found.get("name") else channel
    is_direct = bool(found.get("is_im"))
    if found.get("is_archived"):
        return f"{setting}: {place} is archived. Unarchive it or set another channel."
    if posts and not is_direct and not found.get("is_member"):
        return f"{setting}: the bot is not in {place}. {_INVITE}"
    if not allow_external and is_shared_outside(found):
        allowing = SETTINGS["allow_external"].name
        return f"{setting}: {place} is shared with another organization. Set another channel, or set {allowing}."
    return None
