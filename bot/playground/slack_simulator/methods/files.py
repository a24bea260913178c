"""files.getUploadURLExternal, files.completeUploadExternal and files.info."""

from bot.playground.slack_simulator.file_store import Share, StoredFile, make_file_frame, make_file_object
from bot.playground.slack_simulator.message_arguments import parse_json
from bot.playground.slack_simulator.methods.arguments import read_integer, read_required
from bot.playground.slack_simulator.methods.chat import find_channel_to_post_in
from bot.playground.slack_simulator.methods.method import Method
from bot.playground.slack_simulator.records import Json
from bot.playground.slack_simulator.refusals import Refusal, refuse_missing_field
from bot.playground.slack_simulator.state import SlackState
from bot.playground.slack_simulator.world import Channel

LARGEST_FILE = 1_000_000_000


def get_upload_url(state: SlackState, arguments: Json) -> Json:
    """Return an address for the bytes of one file."""
    name = read_required(arguments, "filename")
    read_required(arguments, "length")
    length = read_integer(arguments, "length", 0, LARGEST_FILE)
    file, path = state.files.announce(name, length, state.world.bot_user)
    return {"ok": True, "upload_url": state.files_url + path, "file_id": file.id}


def complete_upload(state: SlackState, arguments: Json) -> Json:
    """Complete uploads, and share them if a channel is given."""
    wanted = parse_json(arguments.get("files"), "invalid_arguments")
    if not isinstance(wanted, list) or not wanted:
        raise refuse_missing_field("files")
    channel_id = arguments.get("channel_id")
    channel = find_channel_to_post_in(state, {"channel": channel_id}) if channel_id else None
    if channel is not None and not state.bot_is_member(channel):
        raise Refusal("not_in_channel")
    files = [state.files.complete(str(one.get("id")), one.get("title")) for one in wanted]
    if channel is not None:
        state.share_soon(lambda: _share(state, files, channel, arguments))
    return {"ok": True, "files": [make_file_object(file, state.files_url) for file in files]}


def info(state: SlackState, arguments: Json) -> Json:
    """Return a file that the bot can see: its own, one from a form, or one shared in a channel that it is in."""
    file = state.files.files.get(read_required(arguments, "file"))
    if file is None or file.content is None or not _is_seen(state, file):
        raise Refusal("file_not_found")
    if file.deleted:
        raise Refusal("file_deleted")
    return {"ok": True, "file": make_file_object(file, state.files_url), "comments": []}


def _is_seen(state: SlackState, file: StoredFile) -> bool:
    channels = state.world.channels
    return not file.shares or any(state.bot_is_member(channels[share.channel.id]) for share in file.shares)


def _share(state: SlackState, files: list[StoredFile], channel: Channel, arguments: Json) -> None:
    message = state.messages.post(
        channel.id,
        state.world.bot_user,
        str(arguments.get("initial_comment") or ""),
        thread_ts=arguments.get("thread_ts"),
        files=[make_file_frame(file) for file in files],
    )
    for file in files:
        file.shares.append(Share(channel, message.ts))


_WRITE = ("files:write",)
FILES = {
    "files.getUploadURLExternal": Method(get_upload_url, _WRITE),
    "files.completeUploadExternal": Method(complete_upload, _WRITE),
    "files.info": Method(info, ("files:read",)),
}
