"""How the outcomes of each verb look, a module a verb."""
