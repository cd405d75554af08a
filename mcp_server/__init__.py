"""An MCP server through which AI agents create ECS Cloud Assistant commands, safely."""
