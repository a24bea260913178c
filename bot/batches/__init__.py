"""The API helper: the Message Batches API over HTTP; knows nothing of Slack."""
