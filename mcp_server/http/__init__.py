"""The streamable HTTP transport."""
