"""Damaged requests, by the hundred thousand: whatever comes, a server answers it, and stays as large as it was.

The corpus is what the scenarios send. Bodies are damaged and given to the test bed within this process, which is
fast; whole HTTP requests are damaged and sent over a socket to a server of its own process. Everything is drawn from a
seed, so a number and a seed name a mutant. `make fuzz`, or `python -m chatkit_conformance.fuzz.run`.
"""
