"""Shape: every message against the types of the declared revision."""
