"""The offline demo: a deterministic model behind the real Agents SDK runner, and an app that shows everything."""
