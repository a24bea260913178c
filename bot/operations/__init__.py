"""What several verbs, or a verb and the worker, do."""
