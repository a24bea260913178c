"""The first frame that a page receives: the whole workspace."""

from dataclasses import asdict

from bot.playground.slack_simulator.records import Json
from bot.playground.slack_simulator.state import SlackState
from bot.playground.slack_simulator.world import Channel, Person


def make_world_frame(state: SlackState) -> Json:
    """Return everything, for a page that has just opened."""
    world = state.world
    bot = world.people[world.bot_user]
    return {
        "type": "world",
        "people": [_person(person) for person in world.people.values()],
        "channels": [_channel(channel) for channel in world.channels.values()],
        "bot": {"user_id": bot.id, "name": bot.name},
        "commands": [asdict(command) for command in state.page_options.commands],
        "shortcuts": [asdict(shortcut) for shortcut in state.page_options.shortcuts],
        "takes_messages": state.takes_messages,
        "lets_time_pass": state.page_options.let_pass is not None,
        "seconds_passed": state.seconds_passed,
        "messages": state.messages.make_frames(),
        "views": [{"user": user, "stack": stack} for user, stack in state.views.stacks.items() if stack],
        "homes": [{"user": user, "view": view} for user, view in state.views.homes.items()],
        "traffic": state.traffic.make_frames(),
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
