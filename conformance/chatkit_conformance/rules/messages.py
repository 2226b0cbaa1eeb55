"""Assistant messages: parts that grow."""
