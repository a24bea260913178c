"""Modals and Home tabs: which are open for whom, and what Slack adds to a view."""

import copy
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from bot.playground.slack_simulator.blocks import find_view_problems, view_is_too_large
from bot.playground.slack_simulator.change_feed import ChangeFeed
from bot.playground.slack_simulator.credentials import random_id, random_letters
from bot.playground.slack_simulator.message_store import assign_ids, complete_texts
from bot.playground.slack_simulator.records import Json, View
from bot.playground.slack_simulator.refusals import Refusal
from bot.playground.slack_simulator.world import World

MAX_STACK = 3


def make_view(user: str, body: Json) -> View:
    """Return the record of a view's body."""
    return View(
        id=body["id"],
        user=user,
        type=body["type"],
        callback_id=body["callback_id"],
        blocks=body["blocks"],
        private_metadata=body["private_metadata"],
        hash=body["hash"],
        body=body,
    )


def check_view(view: Any, *kinds: str) -> Json:
    """Return the view if Slack would accept it. Raises Refusal."""
    if view_is_too_large(view):
        raise Refusal("view_too_large")
    problems = find_view_problems(view, kinds)
    if problems:
        raise Refusal("invalid_arguments", problems=problems)
    checked: Json = view
    return checked


class ViewStore:
    """Each person's stack of modals (top last) and Home tab, as Slack's whole view objects."""

    def __init__(self, world: World, clock: Callable[[], float], feed: ChangeFeed) -> None:
        self._world = world
        self._clock = clock
        self._feed = feed
        self.stacks: dict[str, list[Json]] = defaultdict(list)
        self.homes: dict[str, Json] = {}

    def open(self, user: str, view: Any) -> Json:
        """Start a new stack with this modal."""
        body = self._body(check_view(view, "modal"))
        self.stacks[user] = [body]
        return self._publish_stack(user, body)

    def push(self, user: str, view: Any) -> Json:
        """Open a modal on top. Raises Refusal if three are open, or none."""
        checked = check_view(view, "modal")
        stack = self.stacks[user]
        if not stack:
            raise Refusal("not_found")
        if len(stack) >= MAX_STACK:
            raise Refusal("push_limit_reached")
        body = self._body(checked)
        body |= {"root_view_id": stack[0]["id"], "previous_view_id": stack[-1]["id"]}
        stack.append(body)
        return self._publish_stack(user, body)

    def update(self, view: Any, *, view_id: str = "", external_id: str = "", hash_: str | None = None) -> Json:
        """Replace an open view. Raises Refusal if it is closed or has another hash."""
        user, before = self._find(view_id, external_id)
        self._check_hash(before, hash_)
        body = self._body(check_view(view, str(before["type"])), before)
        if before["type"] == "home":
            return self._publish_home(user, body)
        stack = self.stacks[user]
        stack[stack.index(before)] = body
        return self._publish_stack(user, body)

    def publish(self, user: str, view: Any, hash_: str | None = None) -> Json:
        """Replace a person's Home tab."""
        before = self.homes.get(user)
        self._check_hash(before, hash_)
        return self._publish_home(user, self._body(check_view(view, "home"), before))

    def close_top(self, user: str) -> None:
        """Close the top modal, and all below it if it has `clear_on_close`."""
        if self.stacks[user]:
            gone = self.stacks[user].pop()
            if gone["clear_on_close"]:
                self.stacks[user].clear()
            self._publish_stack(user, gone)

    def clear(self, user: str) -> None:
        """Close every modal of a person."""
        self.stacks[user].clear()
        self._feed.publish({"type": "view", "user": user, "stack": []})

    def find_open_view(self, user: str, view_id: str) -> Json:
        """Return a modal or Home tab that is open for this person. Raises LookupError."""
        for body in [*self.stacks[user], *filter(None, [self.homes.get(user)])]:
            if body["id"] == view_id:
                return body
        raise LookupError(f"{user} has no view {view_id} open")

    def _find(self, view_id: str, external_id: str) -> tuple[str, Json]:
        for user, bodies in [*self.stacks.items(), *((user, [home]) for user, home in self.homes.items())]:
            for body in bodies:
                if body["id"] == view_id or (external_id and body["external_id"] == external_id):
                    return user, body
        raise Refusal("not_found")

    def _check_hash(self, before: Json | None, hash_: str | None) -> None:
        if hash_ and (before is None or before["hash"] != hash_):
            raise Refusal("hash_conflict")

    def _publish_stack(self, user: str, body: Json) -> Json:
        self._feed.publish({"type": "view", "user": user, "stack": copy.deepcopy(self.stacks[user])})
        return body

    def _publish_home(self, user: str, body: Json) -> Json:
        self.homes[user] = body
        self._feed.publish({"type": "home", "user": user, "view": copy.deepcopy(body)})
        return body

    def _body(self, view: Json, before: Json | None = None) -> Json:
        self._check_external_id(view.get("external_id"), before)
        view_id = before["id"] if before else random_id("V")
        kept = copy.deepcopy(view)
        complete_texts(kept)
        return {
            "title": None,
            "submit": None,
            "close": None,
            "callback_id": "",
            "external_id": "",
            "private_metadata": "",
            "clear_on_close": False,
            "notify_on_close": False,
            "submit_disabled": False,
            **kept,
            "blocks": assign_ids(view["blocks"]),
            "id": view_id,
            "hash": f"{int(self._clock())}.{random_letters(8)}",
            "state": {"values": {}},
            "root_view_id": before["root_view_id"] if before else view_id,
            "previous_view_id": before["previous_view_id"] if before else None,
            "team_id": self._world.team_id,
            "app_id": self._world.app_id,
            "app_installed_team_id": self._world.team_id,
            "bot_id": self._world.bot_id,
        }

    def _check_external_id(self, external_id: Any, before: Json | None) -> None:
        if not external_id:
            return
        bodies = [body for stack in self.stacks.values() for body in stack] + list(self.homes.values())
        if any(body is not before and body["external_id"] == external_id for body in bodies):
            raise Refusal("duplicate_external_id")
