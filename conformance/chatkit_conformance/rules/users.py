"""Users: who may see and change what."""
