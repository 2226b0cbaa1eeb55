"""The command line, a terminal client, a scripted test bed, and what compares a server with the protocol."""
