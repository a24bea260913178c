"""auth.test, bots.info, users.info, usergroups.users.list."""

from bot.playground.slack_simulator.methods.arguments import read_required
from bot.playground.slack_simulator.methods.method import Method, Token
from bot.playground.slack_simulator.records import Json
from bot.playground.slack_simulator.refusals import Refusal
from bot.playground.slack_simulator.state import SlackState


def auth_test(state: SlackState, arguments: Json) -> Json:
    """Return whose token it is."""
    world = state.world
    if arguments.get("token") == state.credentials.app_token:
        return {"ok": True, "app_name": world.people[world.bot_user].name, "app_id": world.app_id}
    return {
        "ok": True,
        "url": f"https://{world.team_domain}.slack.com/",
        "team": world.team_domain.title(),
        "user": world.people[world.bot_user].name.lower(),
        "team_id": world.enterprise_id if world.is_enterprise_install else world.team_id,
        "user_id": world.bot_user,
        "bot_id": world.bot_id,
        "is_enterprise_install": world.is_enterprise_install,
        **({"enterprise_id": world.enterprise_id} if world.enterprise_id else {}),
    }


def users_info(state: SlackState, arguments: Json) -> Json:
    """Return one person, with the flags for guests, strangers and deactivated accounts."""
    person = state.world.people.get(read_required(arguments, "user"))
    if person is None:
        raise Refusal("user_not_found")
    if person.record is not None:
        return {"ok": True, "user": person.record}
    user: Json = {
        "id": person.id,
        "team_id": person.team_id or state.world.team_id,
        "name": person.handle,
        "real_name": person.name,
        "deleted": person.deleted,
        "profile": {"real_name": person.name, "display_name": person.name, "title": person.title},
        "is_admin": person.is_admin,
        "is_owner": False,
        "is_restricted": person.is_guest,
        "is_ultra_restricted": person.is_ultra_restricted,
        "is_bot": person.is_bot,
        "is_app_user": False,
    }
    if person.is_stranger:
        user["is_stranger"] = True
    if person.deleted:  # a deactivated account keeps its name in its profile alone
        profile = {"real_name": person.name, "display_name": ""}
        user = {name: user[name] for name in ("id", "team_id", "name", "deleted", "is_bot")} | {"profile": profile}
    enterprise_id = person.enterprise_id or (None if person.team_id else state.world.enterprise_id)
    if enterprise_id:
        user["enterprise_user"] = {
            "id": person.id,
            "enterprise_id": enterprise_id,
            "enterprise_name": state.world.team_domain,
            "is_admin": False,
            "is_owner": False,
            "teams": [user["team_id"]],
        }
    return {"ok": True, "user": user}


def bots_info(state: SlackState, arguments: Json) -> Json:
    """Return the bot user of an app."""
    world = state.world
    if arguments.get("bot") != world.bot_id:
        raise Refusal("bot_not_found")
    name = world.people[world.bot_user].name
    bot = {"id": world.bot_id, "deleted": False, "name": name, "app_id": world.app_id, "user_id": world.bot_user}
    return {"ok": True, "bot": bot}


def usergroup_users(state: SlackState, arguments: Json) -> Json:
    """Return the members of a user group. Only paid plans have them."""
    group = state.world.groups.get(read_required(arguments, "usergroup"))
    if not state.world.paid_plan:
        raise Refusal("plan_upgrade_required")
    if group is None:
        raise Refusal("no_such_subteam")
    return {"ok": True, "users": list(group.users)}


PEOPLE = {
    "auth.test": Method(auth_test, token=Token.EITHER),
    "bots.info": Method(bots_info, ("users:read",)),
    "users.info": Method(users_info, ("users:read",)),
    "usergroups.users.list": Method(usergroup_users, ("usergroups:read",)),
}
