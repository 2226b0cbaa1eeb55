"""Widgets: trees of components, and how they change."""
