"""The ledger: no row of the catalogue is forgotten, and what is committed is what would be written."""

from chatkit_conformance.conform import ledger


def test_every_row_has_a_rule_or_a_reason() -> None:
    told = ledger.catalogue()
    assert told.rows.keys() - ledger.standing().keys() == told.reasons.keys()


def test_rules_name_rows_that_exist() -> None:
    assert ledger.standing().keys() <= ledger.catalogue().rows.keys()


def test_the_ledger_is_fresh() -> None:
    assert ledger.LEDGER.read_text(encoding="utf-8") == ledger.written()
