"""Scripts: what a test bed is told to emit reaches the client as it stands."""
