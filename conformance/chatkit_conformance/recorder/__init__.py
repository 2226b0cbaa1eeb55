"""Between a client and a server: bytes pass through unchanged, and what passed is written down."""
