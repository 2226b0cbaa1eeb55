"""Scripts played against a server, each once, and the verdicts that come of them."""

from importlib import import_module

from support.catalogue.bed import Bed
from support.catalogue.exchange import Exchange
from support.catalogue.subjects import lint
from support.catalogue.verdicts import SCRIPTS, Script, Verdict

for _area in ("requests", "threads", "streams", "widgets", "returns", "files"):
    import_module(f"support.catalogue.scripts.{_area}")


class Runs:
    """What one server did."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._played: dict[str, Bed] = {}
        self._linted: list[Verdict] | None = None

    def verdicts(self, rule: str) -> list[Verdict]:
        """Give what was found about a rule: by its scripts, or else in every transcript."""
        deciding = [script for script in SCRIPTS if rule in script.rules]
        found = [verdict for script in deciding for verdict in self.play(script).verdicts]
        return [verdict for verdict in (found if deciding else self.linted()) if verdict.rule == rule]

    def linted(self) -> list[Verdict]:
        """Apply the checks of transcripts to every script."""
        if self._linted is None:
            self._linted = [verdict for script in SCRIPTS for verdict in lint(self.play(script).exchanges)]
        return self._linted

    def play(self, script: Script) -> Bed:
        """Play a script, if it was not played yet. One that breaks off has failed for all its rules."""
        if script.name not in self._played:
            bed = self._played[script.name] = Bed(self._port)
            try:
                script.play(bed)
            except Exception as error:  # noqa: BLE001 - whatever a broken server makes of a script is a finding
                detail = (repr(error), _last(bed))
                bed.verdicts += [Verdict(rule, holds=False, detail=detail) for rule in script.rules]
        return self._played[script.name]

    def broken(self, names: list[str]) -> dict[str, list[Verdict]]:
        """Play the scripts of these names; give the rules that failed, by whatever way."""
        scripts = [script for script in SCRIPTS if script.name in names]
        found = [v for script in scripts for v in self.play(script).verdicts + lint(self.play(script).exchanges)]
        return {rule: [v for v in found if v.rule == rule and not v.holds] for rule in _rules(found)}


def _rules(found: list[Verdict]) -> list[str]:
    return sorted({verdict.rule for verdict in found if not verdict.holds})


def _last(bed: Bed) -> Exchange | None:
    return bed.exchanges[-1] if bed.exchanges else None
