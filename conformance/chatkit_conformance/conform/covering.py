"""`python -m chatkit_conformance.conform.covering`: play every scenario on our bed, and note what decides what."""

import sys
from pathlib import Path

from chatkit_conformance.conform import coverage
from chatkit_conformance.conform.settings import from_file
from chatkit_conformance.conform.suite import run

SETTINGS = Path(__file__).parents[2] / "testbeds" / "ours" / "conformance.toml"


def main() -> int:
    """Write the file; give the exit code of the run."""
    result = run(from_file(SETTINGS))
    coverage.FILE.write_bytes(coverage.of(result.played).written())
    sys.stdout.write(f"{result.counts}, {result.seconds:.1f} s\n")
    return result.exit_code


if __name__ == "__main__":
    sys.exit(main())
