"""Events that are never stored: progress, effects, notices."""
