"""What the environment and a .env file say, and what is wrong with it."""
