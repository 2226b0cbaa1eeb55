"""The same script played against the official SDK and against this one, and the replies compared."""
