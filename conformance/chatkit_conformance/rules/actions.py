"""Actions of widgets."""
