"""JSON: how messages are spelled and shaped."""
