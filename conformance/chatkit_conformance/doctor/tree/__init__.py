"""The source tree of a project, examined without running it."""
