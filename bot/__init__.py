"""Batchdesk: operate Anthropic Message Batches from Slack."""
