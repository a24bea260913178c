"""Parts that several messages are made of."""
