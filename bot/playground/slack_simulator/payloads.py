"""The payloads that Slack sends (docs.slack.dev, slash commands and interaction payloads)."""

from collections.abc import Callable

from bot.playground.slack_simulator.command_text import encode_command_text
from bot.playground.slack_simulator.credentials import random_id, random_letters
from bot.playground.slack_simulator.message_store import MessageStore
from bot.playground.slack_simulator.records import Json, SlackMessage
from bot.playground.slack_simulator.world import Channel, Person, World


def name_channel(channel: Channel) -> str:
    """Return the channel's name in payloads. Slack hides those of direct messages and private channels."""
    if channel.is_im:
        return "directmessage"
    if channel.is_mpim:
        return f"mpdm-{channel.name}-1"
    return "privategroup" if channel.is_private else channel.name


class PayloadBuilder:
    """Builds payloads for one workspace; `shown` gives a message as the Web API shows it."""

    def __init__(self, world: World, token: str, messages: MessageStore, shown: Callable[[SlackMessage], Json]) -> None:
        self._world = world
        self._token = token
        self._messages = messages
        self._shown = shown

    def build_command(self, user: Person, channel: Channel, line: str, response_url: str, trigger_id: str) -> Json:
        """Build a slash command. `line` is what was typed; its text is encoded as `should_escape` does."""
        command, _, text = line.partition(" ")
        payload: Json = {
            "token": self._token,
            "team_id": self._world.acting_team(user),
            "team_domain": self._world.team_domain,
            "channel_id": channel.id,
            "channel_name": name_channel(channel),
            "user_id": user.id,
            "user_name": user.handle,
            "command": command,
            "text": encode_command_text(text.strip(), self._world),
            "api_app_id": self._world.app_id,
            "is_enterprise_install": self._world.is_enterprise_install,
            "response_url": response_url,
            "trigger_id": trigger_id,
        }
        if self._world.enterprise_id:
            payload |= {"enterprise_id": self._world.enterprise_id, "enterprise_name": self._world.team_domain}
        return payload

    def build_interaction(self, kind: str, user: Person, trigger_id: str | None = None) -> Json:
        """Build the fields that every interaction has."""
        enterprise_id = self._world.enterprise_id
        enterprise = {"id": enterprise_id, "name": self._world.team_domain} if enterprise_id else None
        payload: Json = {
            "type": kind,
            "user": {
                "id": user.id,
                "username": user.handle,
                "name": user.handle,
                "team_id": user.team_id or self._world.team_id,
            },
            "api_app_id": self._world.app_id,
            "token": self._token,
            "team": self._make_team(user),
            "enterprise": enterprise,
            "is_enterprise_install": self._world.is_enterprise_install,
        }
        return payload | ({"trigger_id": trigger_id} if trigger_id else {})

    def _make_team(self, user: Person) -> Json | None:
        """Return the workspace of an interaction: null for an app that belongs to the organization."""
        team_id = self._world.acting_team(user)
        if team_id is None or self._world.is_enterprise_install:
            return None
        team: Json = {"id": team_id, "domain": self._world.team_domain}
        if self._world.enterprise_id:
            team |= {"enterprise_id": self._world.enterprise_id, "enterprise_name": self._world.team_domain}
        return team

    def add_press_on_message(self, payload: Json, message: SlackMessage, channel: Channel, response_url: str) -> Json:
        """Add the fields of a press in a message. An ephemeral message is not included."""
        container: Json = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": message.ephemeral_to is not None,
        }
        if thread_ts := self._messages.find_thread(message):
            container["thread_ts"] = thread_ts
        payload |= {
            "container": container,
            "channel": {"id": channel.id, "name": name_channel(channel)},
            "response_url": response_url,
        }
        return payload if container["is_ephemeral"] else payload | {"message": self._shown(message)}

    def add_message_shortcut(
        self,
        payload: Json,
        message: SlackMessage,
        channel: Channel,
        response_url: str,
        callback_id: str,
        files: list[Json],
    ) -> Json:
        """Add the fields of a message shortcut: the whole message, with file objects."""
        return payload | {
            "callback_id": callback_id,
            "message_ts": message.ts,
            "action_ts": self._messages.mint_ts(),
            "channel": {"id": channel.id, "name": name_channel(channel)},
            "message": {**self._shown(message), **({"files": files} if files else {})},
            "response_url": response_url,
        }

    def add_press_in_view(self, payload: Json, view: Json) -> Json:
        """Add the fields of a press in a modal or on the Home tab, which has no channel and no response_url."""
        return payload | {"container": {"type": "view", "view_id": view["id"]}, "view": view}

    def build_home_opened(self, user: Person, channel: Channel, view: Json | None) -> Json:
        """Build the event for a visit to the Home tab."""
        event: Json = {
            "type": "app_home_opened",
            "user": user.id,
            "channel": channel.id,
            "tab": "home",
            "event_ts": self._messages.mint_ts(),
        }
        return self.build_event(event | ({"view": view} if view else {}))

    def build_event(self, event: Json) -> Json:
        """Build the envelope of an event. `event_id` is the same in every repetition."""
        channel = self._world.channels.get(str(event.get("channel")))
        return {
            "token": self._token,
            "team_id": self._world.team_id,
            "api_app_id": self._world.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": random_id("Ev"),
            "event_time": int(float(event["event_ts"])),
            "authorizations": [
                {
                    "enterprise_id": self._world.enterprise_id,
                    "team_id": self._world.team_id,
                    "user_id": self._world.bot_user,
                    "is_bot": True,
                    "is_enterprise_install": self._world.is_enterprise_install,
                }
            ],
            "is_ext_shared_channel": channel is not None and channel.is_ext_shared,
            "event_context": random_letters(40),
        }
