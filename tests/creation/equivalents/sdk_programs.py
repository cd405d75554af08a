"""Runs programs that use the vendor's SDK, with what they send taken to a local endpoint.

A process of its own, because the SDK reads the environment when it is imported. A line on stdin
is a program in JSON; the answer on stdout says what it printed and which host it called. Only
the address that the signed request goes to is changed, below the SDK.
"""

import contextlib
import io
import json
import sys
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter


def main(address: str) -> None:
    """Run programs until stdin ends."""
    called: list[str] = []
    send = HTTPAdapter.send

    def send_to_address(
        adapter: HTTPAdapter, request: PreparedRequest, *rest: Any, **options: Any
    ) -> Response:
        url = urlsplit(str(request.url))
        called.append(f"{url.scheme}://{url.netloc}")
        request.headers.setdefault("Host", url.netloc)
        request.url = urlunsplit(url._replace(scheme="http", netloc=address))
        return send(adapter, request, *rest, **options)

    HTTPAdapter.send = send_to_address  # type: ignore[assignment,method-assign]
    for line in sys.stdin:
        called.clear()
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(json.loads(line), {"__name__": "__main__"})  # noqa: S102 - that is the job
        answer = json.dumps({"printed": printed.getvalue(), "called": called})
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
