"""What each verb shows: one module for each verb, with all its words."""
