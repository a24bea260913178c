"""Whether a person may still do what they confirmed: checked again before a worker does it in their name."""

from collections.abc import Sequence

from msgspec import Struct

from bot.caller import Caller, TeamId, UserId
from bot.commands.base import Permission
from bot.permissions import FindCallerFacts, NotPermitted, Rule, Rules, check_rights
from bot.store.records.bulks import Bulk

_UNKNOWN = (Rule.PERSON_UNKNOWN, Rule.GROUP_UNKNOWN)


class RightsUnknown(Exception):
    """Slack does not say whether the person may do it."""


class RightsCheck(Struct, frozen=True):
    """Looks up what a person may do.

    With user groups in the rules the answer may be a minute old: Slack answers questions about groups about 20 times a
    minute, and a list acts more often. Without groups Slack is asked each time.
    """

    find_facts: FindCallerFacts
    rules: Rules

    async def find_list_refusal(self, bulk: Bulk) -> NotPermitted | None:
        """Return why the person of a list may not go on with it, or None. Raises RightsUnknown."""
        return await self.find_refusal(Caller(UserId(bulk.user_id), TeamId(bulk.team_id), None), _list_needed(bulk))

    async def find_refusal(self, caller: Caller, needed: Sequence[Permission]) -> NotPermitted | None:
        """Return why a person may not use these permissions, or None. Raises RightsUnknown."""
        facts = await self.find_facts(caller, fresh=not self.rules.groups)
        try:
            check_rights(needed, caller, facts, self.rules)
        except NotPermitted as refusal:
            if refusal.rule in _UNKNOWN:
                raise RightsUnknown(str(refusal)) from refusal
            return refusal
        return None


def _list_needed(bulk: Bulk) -> Sequence[Permission]:
    if bulk.verb == "cancel":
        return (Permission.OPERATE,)
    return (Permission.ADMINISTER, Permission.READ_CONTENTS) if bulk.saves else (Permission.ADMINISTER,)
