"""A Slack that behaves like the real one, on loopback, and the page to use it."""
