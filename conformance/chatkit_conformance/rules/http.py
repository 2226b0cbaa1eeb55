"""HTTP: the endpoint, status codes, headers, and when bytes arrive."""
