"""Behind a proxy: every call goes through it, and its password is shown nowhere."""

import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.clients import get_file_origins, get_response_url_origins
from bot.playground.slack_simulator.records import SlackMessage
from bot.proxies import Proxies
from bot.settings.loading import load_settings
from tests.desk import ADA, BATCHES
from tests.forward_proxy import ForwardProxy, make_certificates
from tests.journeys.creating import sound_file
from tests.simulators import Simulators

PASSWORD = "p@ss/geheim"
CREDENTIALS = f"ann:{PASSWORD}"
QUOTED = "ann:p%40ss%2Fgeheim"


class Network:
    """Both simulators under names that only the proxy knows, and the settings that lead there."""

    def __init__(self, simulators: Simulators, proxy: ForwardProxy, certificate: Path, scheme: str) -> None:
        self.simulators = simulators
        self.proxy = proxy
        self.settings = {
            "ANTHROPIC_BASE_URL": f"{scheme}://api.test",
            f"{scheme.upper()}_PROXY": f"http://{QUOTED}@127.0.0.1:{proxy.port}",
            "SSL_CERT_FILE": str(certificate),
            "BATCHDESK_ALLOW_HTTP": str(scheme == "http"),
            "BATCHDESK_LOG_LEVEL": "DEBUG",
        }


ONE, TWO, THREE = "http://one:1", "http://two:2", "http://three:3"


@pytest.mark.parametrize(
    ("proxies", "url", "found"),
    [
        (Proxies(ONE, TWO, THREE), "https://slack.com/api/", ONE),
        (Proxies(ONE, TWO, THREE), "wss://wss-primary.slack.com/link/", ONE),
        (Proxies(ONE, TWO, THREE), "http://gateway/v1", TWO),
        (Proxies(ONE, TWO, THREE), "ws://127.0.0.1/link/", TWO),
        (Proxies(any=THREE), "https://slack.com/api/", THREE),
        (Proxies(https=ONE), "http://gateway/v1", None),
        (Proxies(any=ONE, bypass=("slack.com",)), "https://slack.com/api/", None),
        (Proxies(any=ONE, bypass=("slack.com",)), "https://files.slack.com/x", None),
        (Proxies(any=ONE, bypass=(".Slack.com",)), "https://files.slack.com/x", None),
        (Proxies(any=ONE, bypass=("*.slack.com",)), "https://files.slack.com/x", None),
        (Proxies(any=ONE, bypass=("slack.com",)), "https://notslack.com/", ONE),
        (Proxies(any=ONE, bypass=("slack.com:443",)), "https://slack.com/api/", None),
        (Proxies(any=ONE, bypass=("slack.com:8443",)), "https://slack.com/api/", ONE),
        (Proxies(any=ONE, bypass=("10.0.0.0/8",)), "http://10.1.2.3:8080/v1", None),
        (Proxies(any=ONE, bypass=("10.1.2.3",)), "http://10.1.2.3:8080/v1", None),
        (Proxies(any=ONE, bypass=("10.1.2.3:80",)), "http://10.1.2.3:8080/v1", ONE),
        (Proxies(any=ONE, bypass=("::1",)), "http://[::1]:8080/v1", None),
        (Proxies(any=ONE, bypass=("[::1]:8080",)), "http://[::1]:8080/v1", None),
        (Proxies(any=ONE, bypass=("10.0.0.0/8",)), "http://[::1]:8080/v1", ONE),
        (Proxies(any=ONE, bypass=("example.org", "*")), "https://slack.com/", None),
    ],
)
def test_one_rule_selects_the_proxy(proxies: Proxies, url: str, found: str | None) -> None:
    assert proxies.find(url) == found


def test_the_variables_of_the_environment_select_the_proxy() -> None:
    upper = load_settings({"HTTPS_PROXY": "one:1", "HTTP_PROXY": TWO, "ALL_PROXY": THREE, "NO_PROXY": "a.b, c.d"}, None)
    lower = load_settings({"https_proxy": ONE, "HTTPS_PROXY": TWO, "no_proxy": "a.b"}, None)

    assert upper.proxies == Proxies(ONE, TWO, THREE, ("a.b", "c.d"))
    assert lower.proxies == Proxies(https=ONE, bypass=("a.b",))
    assert "one:1" not in repr(upper)


@pytest.mark.parametrize(
    ("api", "hooks", "files"),
    [
        ("https://slack.com/api/", {"https://hooks.slack.com"}, {"https://files.slack.com"}),
        ("https://WWW.Slack.com/api/", {"https://hooks.slack.com"}, {"https://files.slack.com"}),
        ("https://acme.slack.com/api/", {"https://hooks.slack.com"}, {"https://files.slack.com"}),
        ("https://slack-gov.com/api/", {"https://hooks.slack-gov.com"}, {"https://files.slack-gov.com"}),
        ("https://acme.slack-gov.com/api/", {"https://hooks.slack-gov.com"}, {"https://files.slack-gov.com"}),
        (
            "https://slack.corp.example:8443/api/",
            {"https://slack.corp.example:8443", "https://hooks.slack.corp.example:8443"},
            {"https://slack.corp.example:8443", "https://files.slack.corp.example:8443"},
        ),
        (
            "https://notslack.com/api/",
            {"https://notslack.com", "https://hooks.notslack.com"},
            {"https://notslack.com", "https://files.notslack.com"},
        ),
    ],
)
def test_the_hosts_of_replies_and_files_follow_from_the_address_of_slack(
    api: str, hooks: set[str], files: set[str]
) -> None:
    assert get_response_url_origins(api) == hooks
    assert get_file_origins(api) == files


@asynccontextmanager
async def behind_a_proxy(
    folder: Path, scheme: str, domain: str = "slack.test", *, files: bool = True
) -> AsyncIterator[Network]:
    """Without `files`, the proxy does not know the file host."""
    trusted, server = make_certificates(folder, [domain, "api.test"])
    simulators = Simulators(folder, f"{scheme}://{domain}", seeded=True)
    async with simulators.slack, simulators.api:
        slack, api = (int(urlsplit(url).port or 0) for url in (simulators.slack.url, simulators.api.base_url))
        services = ("", "hooks.", "wss-primary.", "files.")[: 4 if files else 3]
        hosts = {f"{service}{domain}": slack for service in services}
        async with ForwardProxy(hosts | {"api.test": api}, CREDENTIALS, server) as proxy:
            yield Network(simulators, proxy, trusted, scheme)


def files_seen(simulators: Simulators) -> list[SlackMessage]:
    """Return the messages with files that the bot sent to Ada."""
    return [message for message in simulators.slack.messages("D0ADA") if message.files]


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_every_call_goes_through_the_proxy(tmp_path: Path, scheme: str, transport: str) -> None:
    async with behind_a_proxy(tmp_path, scheme) as network:
        slack = network.simulators.slack
        by_http = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": slack.signing_secret, "PORT": "0"}
        changes = network.settings | (by_http if transport == "http" else {"PORT": "0"})
        process = await network.simulators.start("web", **changes)
        assert process.stderr is not None
        log = b""
        while not (found := re.search(rb"listening for Slack on port (\d+)|connected to Slack", log)):
            log += (line := await process.stderr.readline())
            assert line, log.decode()
        if transport == "http":
            slack.http_target = f"http://127.0.0.1:{int(found[1])}/slack/events"
        else:
            await slack.wait_for(lambda: slack.sockets, timeout=60)

        shared = slack.share_file(ADA, BATCHES, "requests.jsonl", sound_file())
        await slack.slash(ADA, BATCHES, f"/batch create {shared.files[0]['id']}")
        await slack.wait_for(lambda: "12 requests" in slack.messages(BATCHES, ADA)[-1].visible_text, timeout=60)
        await slack.slash(ADA, BATCHES, "/batch results last ended --file")
        await slack.wait_for(lambda: files_seen(network.simulators), timeout=60)
        process.send_signal(signal.SIGTERM)
        log += (await process.communicate())[1]

    assert process.returncode == 0
    names = {name.partition("/")[0] for name in network.proxy.passed}
    sockets = {"wss-primary.slack.test"} if transport == "socket" else set()
    assert names == {"slack.test", "hooks.slack.test", "files.slack.test", "api.test"} | sockets
    if scheme == "http":
        for kind in ("files.slack.test/files-pri/", "files.slack.test/upload/v1/", "hooks.slack.test/commands/"):
            assert any(path.startswith(kind) for path in network.proxy.passed)
        assert any(path.endswith("/results") for path in network.proxy.passed)
    assert "geheim" not in log.decode()
    assert "Traceback" not in log.decode()


async def test_doctor_checks_the_host_of_files_through_the_proxy(tmp_path: Path) -> None:
    async with behind_a_proxy(tmp_path, "https", "slack-gov.com") as network:
        status, printed, complained = await network.simulators.finish("doctor", **network.settings)

    assert (status, complained) == (0, "")
    assert "OK   Slack's file host answers." in printed
    assert set(network.proxy.passed) == {"slack-gov.com", "files.slack-gov.com", "api.test"}


async def test_doctor_says_that_the_host_of_files_is_not_reached(tmp_path: Path) -> None:
    async with behind_a_proxy(tmp_path, "https", "slack-gov.com", files=False) as network:
        status, printed, _ = await network.simulators.finish("doctor", **network.settings)

    assert status == 1
    [failure] = [line for line in printed.splitlines() if line.startswith("FAIL")]
    assert "file host at https://files.slack-gov.com: refused by the proxy." in failure


async def test_the_start_logs_that_the_host_of_files_is_not_reached(tmp_path: Path) -> None:
    async with behind_a_proxy(tmp_path, "https", "slack-gov.com", files=False) as network:
        process = await network.simulators.start("web", **network.settings)
        assert process.stderr is not None
        log = b""
        while b"file host" not in log:
            log += (line := await process.stderr.readline())
            assert line, log.decode()
        process.send_signal(signal.SIGTERM)
        log += (await process.communicate())[1]

    assert process.returncode == 0
    assert "file host at https://files.slack-gov.com: refused by the proxy." in log.decode()
    assert "WARNING" in log.decode()


@pytest.mark.parametrize(
    ("scheme", "command", "problem"),
    [
        ("https", "web", "refused"),
        ("http", "doctor", "refused"),
        ("http", "web", "away"),
        ("https", "doctor", "away"),
    ],
)
async def test_the_password_of_a_proxy_that_refuses_or_is_away_is_not_shown(
    tmp_path: Path, scheme: str, command: str, problem: str
) -> None:
    async with behind_a_proxy(tmp_path, scheme) as network:
        port = network.proxy.port if problem == "refused" else 1
        wrong = {f"{scheme.upper()}_PROXY": f"http://ann:geheim@127.0.0.1:{port}"}
        status, printed, complained = await network.simulators.finish(command, **network.settings | wrong)

    assert status == 1
    assert not network.proxy.passed
    assert "geheim" not in printed + complained
    assert "Traceback" not in printed + complained


@pytest.mark.parametrize("bypass", ["*", "example.org, 127.0.0.0/8"])
async def test_no_proxy_holds_for_every_call(simulators: Simulators, bypass: str) -> None:
    away = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:1")

    status, printed, complained = await simulators.finish("doctor", NO_PROXY=bypass, **away)

    assert (status, complained) == (0, "")
    assert "FAIL" not in printed


async def test_no_proxy_holds_for_socket_mode_and_response_urls(simulators: Simulators) -> None:
    process = await simulators.start("web", http_proxy="http://127.0.0.1:1", no_proxy="127.0.0.1")
    await simulators.slack.wait_for(lambda: simulators.slack.sockets, timeout=60)
    await simulators.slack.slash(ADA, BATCHES, "/batch help")
    await simulators.slack.wait_for(lambda: simulators.slack.messages(BATCHES, ADA), timeout=60)
    process.send_signal(signal.SIGTERM)
    await process.communicate()

    assert process.returncode == 0
