"""User messages: what the user said, and its echo."""
