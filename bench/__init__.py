"""Measure what the program costs, side by side with what one would use instead."""
