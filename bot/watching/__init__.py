"""What goes on when nobody is typing: sweeps, cards and notices, follow-through, upkeep."""
