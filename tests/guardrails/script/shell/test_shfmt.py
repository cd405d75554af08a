"""The parser's process: the next one may be started ahead, and nothing depends on it."""

import os
import signal
import threading
from typing import Any

import psutil
import pytest

from mcp_server.guardrails.script.shell.shfmt import ShellParser, Unparsed

_SCRIPT = "echo {}\n"


@pytest.fixture
def parser():
    parser = ShellParser(ahead=True)
    yield parser
    parser.close()


def _waiting() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if child.name().startswith("shfmt")]


def _first_word(tree: Any) -> str:
    word: str = tree["Stmts"][0]["Cmd"]["Args"][1]["Parts"][0]["Value"]
    return word


def test_each_script_gets_its_own_tree_and_one_process_waits(parser):
    found = [_first_word(parser.parse(_SCRIPT.format(n), 2.0)) for n in range(4)]
    assert (found, len(_waiting())) == (["0", "1", "2", "3"], 1)


def test_a_process_that_was_ended_while_it_waited_is_replaced(parser):
    parser.parse("a", 2.0)
    os.kill(_waiting()[0].pid, signal.SIGKILL)
    assert _first_word(parser.parse(_SCRIPT.format("b"), 2.0)) == "b"


def test_nothing_waits_after_closing_and_parsing_goes_on(parser):
    parser.parse("a", 2.0)
    parser.close()
    tree = parser.parse(_SCRIPT.format("b"), 2.0)
    parser.close()
    assert (_first_word(tree), _waiting()) == ("b", [])


def test_threads_do_not_share_a_process(parser):
    found: dict[str, set[str]] = {}

    def parse(name):
        for _ in range(10):
            found.setdefault(name, set()).add(_first_word(parser.parse(_SCRIPT.format(name), 2.0)))

    threads = [threading.Thread(target=parse, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {f"t{n}": {f"t{n}"} for n in range(4)}


def test_without_being_asked_to_it_starts_nothing_ahead():
    ShellParser().parse("a", 2.0)
    assert _waiting() == []


def test_a_script_that_is_not_understood_says_where(parser):
    assert parser.parse("a\n)\n", 2.0) == Unparsed(2)


def test_another_dialect_does_not_take_the_process_that_waits(parser):
    parser.parse("a", 2.0)
    before = _waiting()
    tree = parser.parse(_SCRIPT.format("b"), 2.0, "mksh")
    assert (_first_word(tree), _waiting()) == ("b", before)


def test_no_time_left_starts_no_process():
    found = ShellParser(ahead=True).parse("a", 0.0)
    assert (isinstance(found, Unparsed), _waiting()) == (True, [])
