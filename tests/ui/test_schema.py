"""Every message against Slack's published Block Kit schema, on each surface it may be shown on."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from tests.ui.catalog import MESSAGES, payload_of, view_blocks_of

pytestmark = pytest.mark.schemas

TITLE = {"type": "plain_text", "text": "Batchdesk"}


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    folder = os.environ.get("BATCHDESK_TEST_SCHEMAS")
    if not folder:
        pytest.skip("set BATCHDESK_TEST_SCHEMAS to a folder with Slack's slack-blockkit-schema.json")
    schema: dict[str, Any] = json.loads((Path(folder) / "slack-blockkit-schema.json").read_text())
    return schema


@pytest.fixture(scope="module", params=["SlackMessagePayload", "MessageBlocks", "HomeView", "ModalView"])
def definition(request: pytest.FixtureRequest, published: dict[str, Any]) -> tuple[str, Draft7Validator]:
    name = request.param
    return name, Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": published["definitions"]})


def test_every_message_satisfies_the_published_schema(definition: tuple[str, Draft7Validator]) -> None:
    kind, validator = definition
    for name, message in MESSAGES.items():
        payload = json.loads(json.dumps(payload_of(message)))
        blocks = payload["blocks"]
        in_view = json.loads(json.dumps(view_blocks_of(message)))
        shapes = {
            "SlackMessagePayload": payload,
            "MessageBlocks": blocks,
            "HomeView": {"type": "home", "blocks": in_view},
            "ModalView": {"type": "modal", "title": TITLE, "blocks": in_view},
        }

        assert [error.message for error in validator.iter_errors(shapes[kind])] == [], name


def test_the_schema_is_one_that_refuses(definition: tuple[str, Draft7Validator]) -> None:
    """Guards the test above against a schema that takes anything."""
    blocks = [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]
    wrong: Any = blocks if definition[0] == "MessageBlocks" else {"type": "home", "blocks": blocks}

    assert not definition[1].is_valid(wrong)
