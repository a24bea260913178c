"""Parts that several messages share."""
