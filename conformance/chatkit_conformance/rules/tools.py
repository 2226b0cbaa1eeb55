"""Client tools: calls that the page answers."""
