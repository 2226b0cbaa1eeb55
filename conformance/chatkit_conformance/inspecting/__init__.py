"""What the inspector's page asks its server for: the linter, a reader of captures, what passes through a proxy."""
