"""The first frame a page gets: the whole world as it stands."""

from dataclasses import asdict

from bot.playground.slack_simulator.records import Json
from bot.playground.slack_simulator.workspace import Workspace
from bot.playground.slack_simulator.world import Channel, Person


def world_frame(workspace: Workspace) -> Json:
    """Everything there is, for a page that has just opened."""
    world = workspace.world
    bot = world.people[world.bot_user]
    return {
        "type": "world",
        "people": [_person(person) for person in world.people.values()],
        "channels": [_channel(channel) for channel in world.channels.values()],
        "bot": {"user_id": bot.id, "name": bot.name},
        "commands": [asdict(command) for command in workspace.offer.commands],
        "shortcuts": [asdict(shortcut) for shortcut in workspace.offer.shortcuts],
        "lets_time_pass": workspace.offer.let_pass is not None,
        "seconds_passed": workspace.seconds_passed,
        "messages": workspace.messages.frames(),
        "views": [{"user": user, "stack": stack} for user, stack in workspace.views.stacks.items() if stack],
        "homes": [{"user": user, "view": view} for user, view in workspace.views.homes.items()],
        "traffic": workspace.traffic.frames(),
    }


def _person(person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "title": person.title,
        "is_guest": person.is_guest,
        "is_bot": person.is_bot,
    }


def _channel(channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": "im" if channel.is_im else "channel",
        "members": sorted(channel.members),
        "is_shared_externally": channel.is_ext_shared,
    }
