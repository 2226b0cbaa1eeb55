"""Many streams at once on one worker, each at the pace of a model: nothing lost, nothing mixed, and what it costs.

Every stream says what no other says, and every event says its number and when it was due, so the client holds each
against what it must be. The server runs in a process of its own, one worker, on loopback. `make load`, or
`python -m chatkit_conformance.load.run`.
"""
