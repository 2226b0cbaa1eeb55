"""The rule catalogue as something that runs: scripts that decide rules, and checks over every transcript."""
