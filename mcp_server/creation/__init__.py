"""The story of one request, from a caller's arguments to a result."""
