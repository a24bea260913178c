"""What goes on when no one is typing: the sweep, cards, notices, reminders, the digest."""
