"""The Usage and Cost Analytics API: what the organization is billed, with prices and arithmetic of its own."""
