"""Every error that a call can end with: what it means, and the way out.

The rows are data, keyed on the API's `Code` and never on the HTTP status, which differs between
the vendor's own pages. The same rows explain failures, answer `explain_error` and are rendered
into the documentation.
"""

from mcp_server.ecs.error_catalogue.explain import explain, resource
from mcp_server.ecs.error_catalogue.lookup import ROWS, is_denial, row_for
from mcp_server.ecs.error_catalogue.row import Row

__all__ = ["ROWS", "Row", "explain", "is_denial", "resource", "row_for"]
