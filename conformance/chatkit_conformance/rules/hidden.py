"""Hidden context: what no client may see."""
