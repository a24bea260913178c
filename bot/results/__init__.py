"""A results file, from its lines to counts, causes and cost."""
