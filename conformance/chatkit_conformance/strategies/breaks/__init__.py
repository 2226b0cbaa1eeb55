"""Streams that are slightly broken: a valid one, and one named break of it."""

from importlib import import_module

from chatkit_conformance.strategies.breaks.table import BREAKS, Break, WholeError

for _area in ("order", "lives", "contents", "spelling"):
    import_module(f"chatkit_conformance.strategies.breaks.{_area}")

__all__ = ["BREAKS", "Break", "WholeError"]
