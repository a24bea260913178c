"""The settings, loaded from the environment and a .env file, and what is wrong with them."""
