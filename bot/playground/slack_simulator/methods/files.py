"""files.getUploadURLExternal, files.completeUploadExternal and files.info."""

from bot.playground.slack_simulator.file_shelf import StoredFile, file_frame, file_object
from bot.playground.slack_simulator.message_arguments import from_json
from bot.playground.slack_simulator.methods.arguments import number, required
from bot.playground.slack_simulator.methods.chat import conversation_to_post_in
from bot.playground.slack_simulator.methods.method import Method
from bot.playground.slack_simulator.records import Json
from bot.playground.slack_simulator.refusals import Refusal, missing_field
from bot.playground.slack_simulator.workspace import Workspace

LARGEST_FILE = 1_000_000_000


def get_upload_url(workspace: Workspace, arguments: Json) -> Json:
    """An address for the bytes of one file."""
    name = required(arguments, "filename")
    required(arguments, "length")
    length = number(arguments, "length", 0, LARGEST_FILE)
    file, path = workspace.files.announce(name, length, workspace.world.bot_user)
    return {"ok": True, "upload_url": workspace.url + path, "file_id": file.id}


def complete_upload(workspace: Workspace, arguments: Json) -> Json:
    """Finish uploads and share them in a channel, or keep them to the bot when none is named."""
    wanted = from_json(arguments.get("files"), "invalid_arguments")
    if not isinstance(wanted, list) or not wanted:
        raise missing_field("files")
    channel_id = arguments.get("channel_id")
    channel = conversation_to_post_in(workspace, {"channel": channel_id}) if channel_id else None
    if channel is not None and not workspace.bot_is_member(channel):
        raise Refusal("not_in_channel")
    files = [workspace.files.complete(str(one.get("id")), one.get("title")) for one in wanted]
    if channel is not None:
        _share(workspace, files, channel.id, arguments)
    return {"ok": True, "files": [file_object(file, workspace.url) for file in files]}


def info(workspace: Workspace, arguments: Json) -> Json:
    """One file, where the bot can see it: its own, one given to it in a form, or shared where it is a member."""
    file = workspace.files.files.get(required(arguments, "file"))
    if file is None or file.content is None or not _is_seen(workspace, file):
        raise Refusal("file_not_found")
    if file.deleted:
        raise Refusal("file_deleted")
    return {"ok": True, "file": file_object(file, workspace.url), "comments": []}


def _is_seen(workspace: Workspace, file: StoredFile) -> bool:
    channels = workspace.world.channels
    return not file.channels or any(workspace.bot_is_member(channels[id_]) for id_ in file.channels)


def _share(workspace: Workspace, files: list[StoredFile], channel: str, arguments: Json) -> None:
    for file in files:
        file.channels.append(channel)
    workspace.messages.post(
        channel,
        workspace.world.bot_user,
        str(arguments.get("initial_comment") or ""),
        thread_ts=arguments.get("thread_ts"),
        files=[file_frame(file) for file in files],
    )


_WRITE = ("files:write",)
FILES = {
    "files.getUploadURLExternal": Method(get_upload_url, _WRITE),
    "files.completeUploadExternal": Method(complete_upload, _WRITE),
    "files.info": Method(info, ("files:read",)),
}
