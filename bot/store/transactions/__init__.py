"""Changes of several tables at once, each in the transaction of its caller."""
