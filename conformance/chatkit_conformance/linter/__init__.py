"""What rules are made of, and holding them against a conversation. The rules themselves are in `rules/`."""
