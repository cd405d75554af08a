"""The streamable HTTP transport."""

DEFAULT_PORT = 8790
