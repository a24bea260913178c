"""Handle the body of an ack as Slack does."""

from typing import Any

from bot.playground.slack_simulator.records import Json
from bot.playground.slack_simulator.refusals import Refusal
from bot.playground.slack_simulator.state import SlackState


class AckBodyHandler:
    """Carries out ack bodies. Each method returns whether Slack would have accepted the body."""

    def __init__(self, state: SlackState) -> None:
        self._state = state

    def apply_command_ack(self, user: str, channel: str, line: str, body: Any) -> bool:
        """Show a message, ephemeral by default. `in_channel` also shows everyone what was typed."""
        if body in (None, "", {}):
            return True
        message: Json = body if isinstance(body, dict) else {"text": str(body)}
        urls = self._state.response_urls
        try:
            content = urls.check_content(message)
        except Refusal as refusal:
            self._state.notify(user, channel, f'{line.split()[0]} failed with the error "{refusal.error}"')
            return False
        if content is not None:
            if message.get("response_type") == "in_channel":
                self._state.messages.post(channel, user, line)
            urls.post_message(channel, user, message, content)
        return True

    def apply_submission_ack(self, user: str, view: Json, body: Any) -> bool:
        """Carry out a response_action. No body closes the modal."""
        action = body.get("response_action") if isinstance(body, dict) else None
        views = self._state.views
        try:
            match action:
                case None if not body:
                    views.close_top(user)
                case "clear":
                    views.clear(user)
                case "update":
                    views.update(body.get("view"), view_id=view["id"])
                case "push":
                    views.push(user, body.get("view"))
                case "errors":
                    return _errors_fit(view, body.get("errors"))
                case _:
                    return False
        except Refusal:
            return False
        return True


def _errors_fit(view: Json, errors: Any) -> bool:
    inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    return isinstance(errors, dict) and bool(errors) and set(errors) <= inputs
