"""How much work something takes: counted, and so the same on every machine."""

import cProfile
from collections.abc import Callable

MOST_CALLS = 2_000_000
"""Calls of Python functions for a script of 18 KB: one to two seconds of them."""


def calls_of(function: Callable[[], object]) -> int:
    """How many Python functions are called while a function runs."""
    profile = cProfile.Profile(builtins=False)
    profile.runcall(function)
    return sum(entry.callcount for entry in profile.getstats())
