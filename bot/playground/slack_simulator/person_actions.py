"""What a person does: type a command, press a button, submit or close a modal, visit the Home tab."""

from collections.abc import Sequence
from typing import Any

from bot.playground.slack_simulator.ack_bodies import AckBodyHandler
from bot.playground.slack_simulator.bot_answer import BotAnswer
from bot.playground.slack_simulator.elements import find_element, find_missing_inputs, make_action, read_state
from bot.playground.slack_simulator.file_inputs import expand_files
from bot.playground.slack_simulator.file_store import Share, StoredFile, make_file_frame, make_file_object
from bot.playground.slack_simulator.message_events import is_heard, make_message_events
from bot.playground.slack_simulator.message_text import write_message
from bot.playground.slack_simulator.page_frames import make_world_frame
from bot.playground.slack_simulator.payload_delivery import PayloadDelivery
from bot.playground.slack_simulator.payloads import PayloadBuilder
from bot.playground.slack_simulator.records import Delivery, Json, Retry, SlackMessage, View
from bot.playground.slack_simulator.state import SlackState
from bot.playground.slack_simulator.world import Channel, Person

_TROUBLE = "We had some trouble connecting. Try again?"


class PersonActions:
    """Turns an action into a payload, delivers it, and carries out the ack's body."""

    def __init__(self, state: SlackState, deliverer: PayloadDelivery) -> None:
        self._state = state
        self._deliverer = deliverer
        self._acks = AckBodyHandler(state)
        token = state.credentials.verification_token
        self._payloads = PayloadBuilder(state.world, token, state.messages, state.render_message)

    async def slash(self, user: str, channel: str, line: str) -> Delivery:
        """Type a slash command in a channel. Raises LookupError for an unknown person or channel."""
        person, place = self._person(user), self._channel(channel)
        path = self._state.response_urls.mint(channel, user)
        trigger_id = self._state.triggers.mint(user)
        payload = self._payloads.build_command(person, place, line, self._state.hooks_url + path, trigger_id)
        answer = await self._deliverer.deliver("slash_commands", line, payload)
        error = answer.error
        if error is not None:
            code = "operation_timeout" if error == "operation_timeout" else "dispatch_failed"
            self._state.notify(user, channel, f'{payload["command"]} failed with the error "{code}"')
        elif not self._acks.apply_command_ack(user, channel, line, answer.body):
            error = "invalid_response"
        return _delivery(answer, payload, error)

    async def say(
        self, user: str, channel: str, text: str, thread_ts: str | None = None, files: Sequence[StoredFile] = ()
    ) -> SlackMessage:
        """Post a person's own message, and deliver its events. Raises LookupError if they cannot write there."""
        place = self._channel(channel)
        if self._person(user).id not in place.members:
            raise LookupError("You are not in this channel.")
        if place.is_im and self._state.bot_is_member(place) and not self._state.takes_messages:
            raise LookupError("Sending messages to this app has been turned off.")
        written, blocks = write_message(text, self._state.world)
        frames = [make_file_frame(file) for file in files]
        message = self._state.messages.post(channel, user, written, blocks, thread_ts=thread_ts, files=frames)
        for file in files:
            file.shares.append(Share(place, message.ts))
        await self._deliver_message_events(message)
        bot = self._state.world.people[self._state.world.bot_user]
        if f"<@{bot.id}>" in written and bot.id not in place.members:
            self._state.notify(user, channel, f"@{bot.name} isn't in this channel. Type /invite @{bot.name} to add it.")
        return message

    async def edit(self, user: str, message: SlackMessage, text: str) -> SlackMessage:
        """Edit a person's own message, and deliver its events."""
        written, blocks = write_message(text, self._state.world)
        changed = self._state.messages.change(message, text=written, blocks=blocks, edited=True)
        edited = {"user": user, "ts": self._state.messages.mint_ts()}
        body = {**self._state.render_message(changed), "edited": edited}
        await self._deliver_message_events(
            changed, subtype="message_changed", hidden=True, message=body, previous_message={"text": message.text}
        )
        return changed

    async def take_back(self, message: SlackMessage) -> None:
        """Delete a person's own message, and deliver its event."""
        self._state.messages.remove(message)
        gone = {"subtype": "message_deleted", "hidden": True, "deleted_ts": message.ts}
        await self._deliver_message_events(message, **gone, previous_message=self._state.render_message(message))

    async def say_as_app(self, channel: str, text: str) -> SlackMessage:
        """Post a message of another app, whose markup Slack takes as it is, and deliver its events."""
        message = self._state.messages.post(channel, "U0OTHERAPP", text)
        await self._deliver_message_events(message, subtype="bot_message", bot_id="B0OTHERAPP")
        return message

    async def repeat_event(self, delivery: Delivery, number: int = 1) -> Delivery:
        """Deliver an event again, as Slack does if the ack of the first delivery was lost."""
        kind = str(delivery.payload["event"]["type"])
        answer = await self._deliverer.deliver("events_api", kind, delivery.payload, Retry(number, "http_timeout"))
        return _delivery(answer, delivery.payload, answer.error)

    async def _deliver_message_events(self, about: SlackMessage, **more: Any) -> None:
        stored = self._state.files.files
        files = [make_file_object(stored[file["id"]], self._state.files_url) for file in about.files]
        for event in make_message_events(self._state, about, files, more):
            payload = self._payloads.build_event(event)
            answer = await self._deliverer.deliver_event(str(event["type"]), payload)
            self._state.event_deliveries.append(_delivery(answer, payload, answer.error))

    def invite(self, user: str, channel: str, line: str) -> None:
        """Carry out Slack's own "/invite @Batchdesk". Raises LookupError for anything else."""
        world, place = self._state.world, self._channel(channel)
        if line.split()[1:] != [f"@{world.people[world.bot_user].name}"]:
            raise LookupError(f"Here only @{world.people[world.bot_user].name} can be invited.")
        if place.is_im or self._person(user).id not in place.members:
            raise LookupError("Nobody can be invited here.")
        world.invite(channel, world.bot_user)
        self._state.feed.publish(make_world_frame(self._state))

    def share_file(self, user: str, channel: str, name: str, content: bytes) -> SlackMessage:
        """Post a file in a channel. Raises LookupError if the person is not a member."""
        if self._person(user).id not in self._channel(channel).members:
            raise LookupError("You are not in this channel.")
        file = self._state.files.keep(user, name, content)
        return self.share_stored(user, channel, [file])

    def share_stored(self, user: str, channel: str, files: list[StoredFile]) -> SlackMessage:
        """Post files that are stored already, all in one message."""
        message = self._state.messages.post(channel, user, "", files=[make_file_frame(file) for file in files])
        for file in files:
            file.shares.append(Share(self._channel(channel), message.ts))
        return message

    async def message_shortcut(self, user: str, message: SlackMessage, callback_id: str) -> Delivery:
        """Choose a message shortcut of the app from a message's menu."""
        person, place = self._person(user), self._channel(message.channel)
        url = self._state.hooks_url + self._state.response_urls.mint(place.id, user)
        payload = self._payloads.build_interaction("message_action", person, self._state.triggers.mint(user))
        stored = self._state.files.files
        files = [make_file_object(stored[file["id"]], self._state.files_url) for file in message.files]
        payload = self._payloads.add_message_shortcut(payload, message, place, url, callback_id, files)
        answer = await self._deliverer.deliver("interactive", f"message_action {callback_id}", payload)
        if answer.error is not None:
            self._state.notify(user, place.id, _TROUBLE)
        return _delivery(answer, payload, answer.error)

    async def press(
        self,
        user: str,
        target: SlackMessage | View,
        action_id: str | None,
        text: str | None,
        block_id: str | None = None,
        state: Any = None,
        selected: Any = None,
    ) -> Delivery:
        """Press or choose an element of a message or view that this person sees. Raises LookupError."""
        self._check_can_see(user, target)
        block, element = find_element(target.blocks, action_id, text, block_id)
        chosen = text if selected is None and element["type"] not in {"button", "workflow_button"} else selected
        action = make_action(block, element, chosen, self._state.messages.mint_ts())
        values = {"values": read_state(target.blocks, state or {})}
        if isinstance(target, View):
            return await self._press_in_view(user, {**target.body, "state": values}, action)
        return await self._press_on_message(user, target, action, values)

    async def press_forged(
        self, user: str, channel: str | None, action: Json, message_ts: str | None, ephemeral: bool
    ) -> Delivery:
        """Press an element that was never shown or is gone: in a message, or on the Home tab without a channel."""
        action = {"type": "button", "block_id": "forged", "action_ts": self._state.messages.mint_ts(), **action}
        if channel is None:
            return await self._press_in_view(user, {"id": "V0FORGED", "type": "home", "blocks": []}, action)
        ts = message_ts or self._state.messages.mint_ts()
        message = self._state.messages.find(channel, ts) or SlackMessage(
            channel, ts, self._state.world.bot_user, "", ephemeral_to=user if ephemeral else None
        )
        return await self._press_on_message(user, message, action, {"values": {}})

    async def submit_view(self, user: str, view_id: str, state: Any) -> Delivery:
        """Submit a modal. As in Slack, empty required inputs are refused before anything is sent."""
        view = self._state.views.find_open_view(user, view_id)
        values = expand_files(read_state(view["blocks"], state or {}), self._state)
        errors = find_missing_inputs(view["blocks"], values)
        if errors:
            answer = BotAnswer(None, {"response_action": "errors", "errors": errors}, "input_required")
            return _delivery(answer, {}, answer.error)
        trigger_id = self._state.triggers.mint(user)
        payload = self._payloads.build_interaction("view_submission", self._person(user), trigger_id)
        payload |= {"view": {**view, "state": {"values": values}}}
        payload["response_urls"] = self._response_urls(user, view["blocks"], values)
        answer = await self._deliverer.deliver("interactive", f"view_submission {view['callback_id']}", payload)
        error = answer.error
        if error is None and not self._acks.apply_submission_ack(user, view, answer.body):
            error = "invalid_response"
        if error is not None:
            self._state.notify(user, None, _TROUBLE)
        return _delivery(answer, payload, error)

    async def close_view(self, user: str, view_id: str) -> Delivery:
        """Close a modal by its close button. The bot is notified only if it has `notify_on_close`."""
        view = self._state.views.find_open_view(user, view_id)
        payload = self._payloads.build_interaction("view_closed", self._person(user)) | {"view": view}
        self._state.views.close_top(user)
        payload["is_cleared"] = not self._state.views.stacks[user]
        if not view["notify_on_close"]:
            return _delivery(BotAnswer(None), {}, None)
        answer = await self._deliverer.deliver("interactive", f"view_closed {view['callback_id']}", payload)
        return _delivery(answer, payload, answer.error)

    async def global_shortcut(self, user: str, callback_id: str) -> Delivery:
        """Choose a global shortcut of the app. Its payload has no channel and no response_url."""
        payload = self._payloads.build_interaction("shortcut", self._person(user), self._state.triggers.mint(user))
        payload |= {"callback_id": callback_id, "action_ts": self._state.messages.mint_ts()}
        answer = await self._deliverer.deliver("interactive", f"shortcut {callback_id}", payload)
        if answer.error is not None:
            self._state.notify(user, None, _TROUBLE)
        return _delivery(answer, payload, answer.error)

    async def open_home(self, user: str) -> Delivery:
        """Visit the app's Home tab."""
        channel = self._state.world.open_direct_message(user)
        payload = self._payloads.build_home_opened(self._person(user), channel, self._state.views.homes.get(user))
        if not is_heard(self._state, "app_home_opened"):
            return _delivery(BotAnswer(None), payload, None)
        answer = await self._deliverer.deliver_event("app_home_opened", payload)
        return _delivery(answer, payload, answer.error)

    async def _press_on_message(self, user: str, message: SlackMessage, action: Json, state: Json) -> Delivery:
        channel = self._channel(message.channel)
        path = self._state.response_urls.mint(channel.id, user, message, pressed=True)
        payload = self._payloads.build_interaction("block_actions", self._person(user), self._state.triggers.mint(user))
        url = self._state.hooks_url + path
        payload = self._payloads.add_press_on_message(payload, message, channel, url)
        return await self._deliver_press(user, channel.id, payload | {"state": state, "actions": [action]})

    async def _press_in_view(self, user: str, view: Json, action: Json) -> Delivery:
        payload = self._payloads.build_interaction("block_actions", self._person(user), self._state.triggers.mint(user))
        payload = self._payloads.add_press_in_view(payload, view)
        return await self._deliver_press(user, None, payload | {"actions": [action]})

    async def _deliver_press(self, user: str, channel: str | None, payload: Json) -> Delivery:
        action_id = payload["actions"][0]["action_id"]
        answer = await self._deliverer.deliver("interactive", f"block_actions {action_id}", payload)
        if answer.error is not None:
            self._state.notify(user, channel, f'The button failed with the error "{answer.error}"')
        return _delivery(answer, payload, answer.error)

    def _response_urls(self, user: str, blocks: list[Json], values: Json) -> list[Json]:
        found: list[Json] = []
        for block in blocks:
            element = block.get("element") or {}
            if not element.get("response_url_enabled"):
                continue
            state = values[block["block_id"]][element["action_id"]]
            channel = state.get("selected_conversation") or state.get("selected_channel")
            if channel:
                url = self._state.hooks_url + self._state.response_urls.mint(channel, user)
                place = {"block_id": block["block_id"], "action_id": element["action_id"]}
                found.append({**place, "channel_id": channel, "response_url": url})
        return found

    def _check_can_see(self, user: str, target: SlackMessage | View) -> None:
        owner = target.user if isinstance(target, View) else target.ephemeral_to
        if owner not in (None, user):
            raise LookupError(f"{user} does not see this: only {owner} does")

    def _person(self, user: str) -> Person:
        if user not in self._state.world.people:
            raise LookupError(f"there is no person {user}")
        return self._state.world.people[user]

    def _channel(self, channel: str) -> Channel:
        if channel not in self._state.world.channels:
            raise LookupError(f"there is no channel {channel}")
        return self._state.world.channels[channel]


def _delivery(answer: BotAnswer, payload: Json, error: str | None) -> Delivery:
    return Delivery(
        acked=answer.acked and bool(payload),
        ack_ms=answer.ms,
        ack_body=answer.body,
        error=error,
        response_url=payload.get("response_url"),
        trigger_id=payload.get("trigger_id"),
        payload=payload,
    )
