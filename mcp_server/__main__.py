"""python -m mcp_server is the command line."""

from mcp_server.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
