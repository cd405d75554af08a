"""What a Python expression stands for, seen by what is deleted."""

import pytest

from mcp_server.guardrails.script.model import HOLE, TEMPORARY, Language
from mcp_server.guardrails.script.reading import read_script


def deleted(code: str) -> list[str]:
    """The folders that `shutil.rmtree` gets in a script with this code."""
    script = read_script(f"python3 - <<'E'\nimport shutil, os, base64\n{code}\nE\n", Language.SHELL)
    return [value for c in script.commands if c.name == "rm" for value in c.operands[0].values]


@pytest.mark.parametrize(
    ("expression", "paths"),
    [
        ("'/e' + 'tc'", ["/etc"]),
        ("'/%s' % 'etc'", ["/etc"]),
        ("'/{}'.format('etc')", ["/etc"]),
        ("f'/{\"etc\"}'", ["/etc"]),
        ("'cte/'[::-1]", ["/etc"]),
        ("'/xtc'.replace('x', 'e')", ["/etc"]),
        ("''.join(['/', 'e', 'tc'])", ["/etc"]),
        ("''.join(chr(c) for c in [47, 101, 116, 99])", ["/etc"]),
        ("''.join(map(chr, [47, 101, 116, 99]))", ["/etc"]),
        ("''.join(map(chr, b'/etc'))", ["/etc"]),
        ("chr(47) + 'etc'", ["/etc"]),
        ("os.path.join('/', 'etc')", ["/etc"]),
        ("str('/etc')", ["/etc"]),
        ("b'/etc'.decode()", ["/etc"]),
        ("base64.b64decode('L2V0Yw==').decode()", ["/etc"]),
        ("'/etc' if os.name else '/usr'", ["/etc", "/usr"]),
        ("unknown", [HOLE]),
        ("'/a/' + unknown", [f"/a/{HOLE}"]),
    ],
)
def test_constants_are_worked_out(expression: str, paths: list[str]) -> None:
    assert deleted(f"shutil.rmtree({expression})") == paths


@pytest.mark.parametrize(
    ("code", "paths"),
    [
        ("a = '/etc'\nshutil.rmtree(a)", ["/etc"]),
        ("a, b = '/etc', 1\nshutil.rmtree(a)", ["/etc"]),
        ("for d in ('/etc', '/usr'):\n  shutil.rmtree(d)", ["/etc", "/usr"]),
        ("def f(p):\n  shutil.rmtree(p)\nf('/etc')", ["/etc"]),
        ("import tempfile\nd = tempfile.mkdtemp()\nshutil.rmtree(d)", [TEMPORARY]),
        ("from pathlib import Path\nshutil.rmtree(Path('/') / 'etc')", ["/etc"]),
        ("from shutil import rmtree as r\nr('/etc')", ["/etc"]),
        ("a = a\nshutil.rmtree(a)", [HOLE]),
    ],
)
def test_names_stand_for_what_they_are_given(code: str, paths: list[str]) -> None:
    assert deleted(code) == paths
