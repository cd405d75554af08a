import io
import logging
import os
import subprocess
import sys
import threading

import pytest

from mcp_server.cli.logs import BackgroundHandler


def written(target: io.StringIO, handler: BackgroundHandler) -> list[str]:
    handler.close()
    return target.getvalue().splitlines()


def log_with(handler: logging.Handler) -> logging.Logger:
    logger = logging.Logger("test")  # noqa: LOG001 - one that nobody else has
    logger.addHandler(handler)
    return logger


def test_lines_are_written_in_order() -> None:
    target = io.StringIO()
    handler = BackgroundHandler(logging.StreamHandler(target))
    logger = log_with(handler)
    for number in range(100):
        logger.warning("line %d", number)
    assert written(target, handler) == [f"line {number}" for number in range(100)]


def test_an_exception_is_told_by_type_and_place_and_without_its_text() -> None:
    target = io.StringIO()
    handler = BackgroundHandler(logging.StreamHandler(target))
    logger = log_with(handler)
    try:
        int("canary")
    except ValueError:
        logger.exception("failed")
    lines = written(target, handler)
    assert (lines[0], lines[-1]) == ("failed", "ValueError")
    assert "canary" not in lines[-1]


def test_a_reader_that_is_stuck_costs_lines_and_no_time() -> None:
    stuck = threading.Event()

    class Stuck(logging.StreamHandler):  # type: ignore[type-arg]  # generic from Python 3.11 on
        def emit(self, record: logging.LogRecord) -> None:
            stuck.wait()
            super().emit(record)

    target = io.StringIO()
    handler = BackgroundHandler(Stuck(target))
    logger = log_with(handler)
    for number in range(3000):
        logger.warning("line %d", number)
    stuck.set()
    handler.waiting.join()
    logger.warning("last")
    lines = written(target, handler)
    assert lines[0] == "line 0"
    assert len(lines) < 1100
    assert lines[-1].endswith("lines before this were dropped) last")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and signals of POSIX")
def test_a_client_that_never_reads_standard_error_cannot_stop_the_server() -> None:
    program = (
        "import logging\n"
        "from mcp_server.cli.logs import log_to_stderr\n"
        "from mcp_server.settings import Settings\n"
        "from mcp_server.stopping import leave\n"
        "log_to_stderr(Settings())\n"
        "for number in range(2000): logging.getLogger('mcp_server').warning('x' * 1000)\n"
        "leave(3)\n"
    )
    reads, writes = os.pipe()
    with subprocess.Popen([sys.executable, "-c", program], stderr=writes) as process:
        os.close(writes)
        assert process.wait(timeout=20) == 3
    os.close(reads)
