"""Everything that `serve` can be told, in one table; read from flags, the environment and a file."""

from chatkit_conformance.cli.settings.checking import faults, has_accounts
from chatkit_conformance.cli.settings.reading import Reading, SettingsError, declare, read
from chatkit_conformance.cli.settings.table import Setting, Settings, settings

__all__ = ["Reading", "Setting", "Settings", "SettingsError", "declare", "faults", "has_accounts", "read", "settings"]
