"""Run a worker as `python -m bot worker` does, at a pace that only a simulated Slack allows."""

import asyncio
import logging
import os
import sys
import tempfile
from datetime import timedelta

import aiohttp

from bot.app import utc_now
from bot.clients import (
    get_file_origins,
    make_draft_services,
    make_rules,
    make_slack_client,
    make_workspace,
    open_api_http,
)
from bot.operations.services import Services
from bot.pricing.prices import Prices
from bot.settings.loading import load_settings
from bot.settings.workspaces import load_workspaces
from bot.slack.bot_messages import BotMessages
from bot.slack.directory import Directory, Home
from bot.slack.download import SharedFileReader
from bot.slack.mentions import MentionReplacer
from bot.slack.transports import check_bot_token
from bot.slack.upload import FileUploader
from bot.store.db.database import Database
from bot.worker.bulk import CALL_INTERVAL
from bot.worker.engine import Engine
from bot.worker.lifecycle import Worker, run_worker
from bot.worker.rights import RightsCheck
from bot.worker.slack_pacing import SlackPacing

POSTGRES_VARIABLE = "BATCHDESK_TEST_POSTGRES"
REAL_PACE_VARIABLE = "BATCHDESK_TEST_PACE"
"""If this variable is set, the worker keeps the pace that Slack allows."""
FAST_PACE = timedelta(milliseconds=5)


def program_environment(slack: str, token: str, api: str, store: str) -> dict[str, str]:
    """Return the environment of a worker."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return inherited | {
        "SLACK_BOT_TOKEN": token,
        "SLACK_API_URL": slack,
        "ANTHROPIC_API_KEY": "sk-ant-soak",
        "ANTHROPIC_BASE_URL": api,
        "DATABASE_URL": store,
        "BATCHDESK_ADMINS": "*",
    }


async def main() -> None:
    """Work until killed."""
    settings = load_settings(env_file=None)
    [workspace] = load_workspaces(settings)
    database = Database(settings.database_url)
    await asyncio.to_thread(database.open)
    engine = Engine(database)
    async with open_api_http(settings, workspace) as http, aiohttp.ClientSession() as session:
        pace = SlackPacing(utc_now)
        if REAL_PACE_VARIABLE not in os.environ:
            pace = SlackPacing(utc_now, a_minute={}, a_channel=FAST_PACE)
        slack = make_slack_client(settings, session, retries=False)
        authorized = await check_bot_token(slack)
        directory = Directory(slack, make_rules(settings, workspace), Home(authorized.team_id or ""))
        services = Services(
            workspace=make_workspace(workspace, http, utc_now),
            database=database.scoped(workspace.key),
            now=utc_now,
            time_zone=settings.zone,
            prices=Prices.load(settings.prices),
            drafts=make_draft_services(
                settings, workspace, SharedFileReader(slack, session, get_file_origins(settings.slack_api_url))
            ),
            enqueue=engine.enqueue,
            may_post=directory.may_post,
            open_scratch_file=tempfile.TemporaryFile,
            process_id=engine.worker_id,
        )
        worker = Worker(
            services,
            BotMessages(slack),
            MentionReplacer(directory.find_name),
            engine,
            pace,
            FileUploader(slack, session, get_file_origins(settings.slack_api_url), tempfile.TemporaryFile),
            RightsCheck(directory.find_caller_facts, make_rules(settings, workspace)),
            feed_channel=None,
            chores=(),
            bulk_interval=CALL_INTERVAL if REAL_PACE_VARIABLE in os.environ else FAST_PACE,
        )
        async with run_worker(worker):
            sys.stdout.write("working\n")
            sys.stdout.flush()
            await asyncio.Event().wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(main())
