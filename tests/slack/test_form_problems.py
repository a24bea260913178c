"""A problem of a submitted form is shown at a field that this form has, with what to do."""

import pytest

from bot.slack.forms import FormIncomplete, read_create, read_decline


def test_a_form_for_a_file_without_one_asks_for_it_at_the_file() -> None:
    with pytest.raises(FormIncomplete) as caught:
        read_create({"values": {"file": {"file": {"files": []}}, "label": {"label": {"value": None}}}}, "form")

    assert caught.value.fields == {"file": "Choose a file."}


def test_an_empty_form_for_a_prompt_shows_problems_only_at_its_own_fields() -> None:
    fields = {name: {name: {"value": None}} for name in ("template", "list", "model", "max_tokens", "label")}

    with pytest.raises(FormIncomplete) as caught:
        read_create({"values": fields}, "form")

    assert set(caught.value.fields) == {"template", "list", "model", "max_tokens"}
    assert caught.value.fields["max_tokens"] == "Enter a whole number from 1 to 1,000,000."


def test_an_unreadable_form_is_reported_at_a_field_that_both_create_forms_have() -> None:
    with pytest.raises(FormIncomplete) as caught:
        read_create({"values": {"file": {"file": {"files": "none"}}}}, "form")

    assert list(caught.value.fields) == ["label"]


def test_an_unreadable_decline_names_no_other_command() -> None:
    with pytest.raises(FormIncomplete) as caught:
        read_decline({"values": {"reason": {"reason": {"value": 7}}}}, "0" * 24)

    assert caught.value.fields == {"reason": "I couldn't read this form. Close it and press Decline again."}
