"""One function a request type: `(turn, request)`. The file is the request's prefix."""
