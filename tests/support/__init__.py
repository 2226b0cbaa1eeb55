"""What several test folders share: a real server on loopback, and a client that reads the wire."""
