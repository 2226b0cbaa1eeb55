"""A sweep of small faults over recorded conversations: whatever changes what a client sees has to break a rule.

Nobody chooses these faults. Every field of every message seen, every event, listing, text, id and reply is changed in
every way of a table, as a server might get it wrong everywhere; then the rules are held against the result. What no
rule notices is a hole in the suite, unless it means the same: those are listed in `equivalent.json`, with reasons.
`python -m chatkit_conformance.sweep` shows what escapes.
"""

from chatkit_conformance.sweep.mutant import Conversations, Mutant, excused, mutants, noticed

__all__ = ["Conversations", "Mutant", "excused", "mutants", "noticed"]
