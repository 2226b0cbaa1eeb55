"""Stop: the client goes away in the middle of an answer."""
