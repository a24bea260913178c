"""What the program costs, measured side by side with what one would use instead."""
