"""The people, channels and groups of the simulated workspace."""

from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Person:
    """A member of the workspace, or a stranger in a shared channel. The flags are those of `users.info`.

    `record`: the user object that `users.info` answers, instead of one made from the other fields.
    """

    id: str
    name: str
    title: str = ""
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    is_bot: bool = False
    deleted: bool = False
    is_admin: bool = False
    team_id: str | None = None
    """Their workspace; None for that of the world."""
    enterprise_id: str | None = None
    """Their organization; None for that of the world, unless they are of another workspace outside it."""
    record: dict[str, Any] | None = None

    @property
    def handle(self) -> str:
        """The name after @ for this person."""
        return self.name.split()[0].lower()

    @property
    def is_guest(self) -> bool:
        """True for guests of either kind."""
        return self.is_restricted or self.is_ultra_restricted


@dataclass(frozen=True)
class Channel:
    """A conversation. `members` holds user ids, and the bot's own if it was invited."""

    id: str
    name: str
    members: frozenset[str] = frozenset()
    is_im: bool = False
    is_mpim: bool = False
    is_private: bool = False
    is_ext_shared: bool = False
    is_pending_ext_shared: bool = False
    is_org_shared: bool = False
    is_archived: bool = False


@dataclass(frozen=True)
class UserGroup:
    """A user group and its members' ids."""

    id: str
    handle: str
    users: tuple[str, ...] = ()


@dataclass
class World:
    """The people, channels and groups. They may be added or replaced while the simulator runs."""

    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    groups: dict[str, UserGroup] = field(default_factory=dict)
    bot_user: str = "U0BATCHDESK"
    bot_id: str = "B0BATCHDESK"
    app_id: str = "A0BATCHDESK"
    team_id: str = "T0DEMO"
    team_domain: str = "demo"
    enterprise_id: str | None = None
    is_enterprise_install: bool = False
    """The bot token is of an org-wide install: it belongs to the organization and to no workspace."""
    paid_plan: bool = True
    home_tab: bool = True
    acting_teams: dict[str, str | None] = field(default_factory=dict)
    """The workspace that the payloads of a person name, where it is not the world's; None for null."""

    def add(self, *things: Person | Channel | UserGroup) -> "World":
        """Add or replace people, channels and groups, and return the world itself."""
        for thing in things:
            match thing:
                case Person():
                    self.people[thing.id] = thing
                case Channel():
                    self.channels[thing.id] = thing
                case UserGroup():
                    self.groups[thing.id] = thing
        return self

    def acting_team(self, person: Person) -> str | None:
        """Return the workspace that the payloads of a person name."""
        return self.acting_teams.get(person.id, self.team_id)

    def invite(self, channel: str, *users: str) -> None:
        """Make people (or the bot) members of a channel."""
        before = self.channels[channel]
        self.channels[channel] = replace(before, members=before.members | set(users))

    def remove(self, channel: str, *users: str) -> None:
        """Remove people (or the bot) from a channel."""
        before = self.channels[channel]
        self.channels[channel] = replace(before, members=before.members - set(users))

    def open_direct_message(self, user: str) -> Channel:
        """Return the direct message between the bot and one person. Create it if there is none."""
        for channel in self.channels.values():
            if channel.is_im and channel.members == {user, self.bot_user}:
                return channel
        made = Channel(f"D{user[1:]}", "", frozenset({user, self.bot_user}), is_im=True)
        self.channels[made.id] = made
        return made


def make_demo_world() -> World:
    """Return the demo's workspace. Ada is an operator, Ben is not. The bot is in #batch-jobs and not in #general."""
    world = World()
    bot, ada, ben = world.bot_user, "U0ADA", "U0BEN"
    return world.add(
        Person(bot, "Batchdesk", "App", is_bot=True),
        Person(ada, "Ada Berg", "Operator", is_admin=True),
        Person(ben, "Ben Ito", "Not an operator"),
        Channel("C0BATCHES", "batch-jobs", frozenset({ada, ben, bot})),
        Channel("C0GENERAL", "general", frozenset({ada, ben})),
        Channel("D0ADA", "", frozenset({ada, bot}), is_im=True),
        Channel("D0BEN", "", frozenset({ben, bot}), is_im=True),
    )
