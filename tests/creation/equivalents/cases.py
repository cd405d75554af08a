"""Requests whose equivalents are hard to get right, and any others."""

import base64
from typing import Any, Final

from hypothesis import strategies as st

HOST: Final = "ecs.cn-beijing.aliyuncs.com"
SCRIPTS: Final = (
    "df -h",
    "df -h\n",
    "\n",
    "\n\nlast line open",
    "blank lines at the end\n\n\n",
    "#!/bin/bash\nset -eu\n"
    "echo \"free on ${1:-/}: $(df -h `pwd`)\" 'it''s' \\n \\\\ \\\n$HOME !! !$\n",
    "cat <<'SCRIPT' > /etc/motd\nhello\nSCRIPT\ncat <<EOF\nSCRIPT_2\nEOF\n",
    "an indented end\n  SCRIPT\nand more\n",
    "%{ if x } $${y} %%{z} $$${a} ${ %{ {{ name }} $ % }\n",
    'ends in a quote "',
    "ends in a backslash \\",
    'r"""\nraw\n"""\n',
    "'''\n\"\"\"",
    "echo 中文 é \U0001f600 ✓\n",
    "decomposed e\u0301\n",
    "many marks x" + "\u0301" * 40 + "\n",
    "tab\there\n",
    "trailing blank \nnext\n",
    "@echo off\r\necho %PATH%\r\n",
    "mixed\nline\r\nends\r",
    "\x01\x1b[31mred\x7f\x85\u2028\u00a0\u200b\u202e\ufeff",
    "-n\n",
    "%s\\c\\0101\n",
    "x" * 5000 + "\n",
)
"""Every way that text changes between a page and a program."""


def request(script: str = "df -h\n", **changes: Any) -> dict[str, Any]:
    """A request in API spelling."""
    return {
        "RegionId": "cn-beijing",
        "Name": "disk-report",
        "Type": "RunShellScript",
        "CommandContent": base64.b64encode(script.encode()).decode(),
        "ContentEncoding": "Base64",
        **changes,
    }


NO_TEXT: Final = b"echo \xff\xfe\n"
"""A script that is no UTF-8, and can be shown in part only."""

WHOLE: Final[dict[str, Any]] = {
    "Name": "disk 'report' \"${x}\" %{y} `id` $(id) \\",
    "Description": "--endpoint=evil.example\nline two\tend\r\n\u00a0\u202e$${z}",
    "WorkingDir": "~/a b",
    "Timeout": 600,
    "EnableParameter": True,
    "Launcher": '-c {{ACS::ScriptFileName|Ext(".py")}} "$HOME"',
    "ResourceGroupId": "rg-1",
    "Tag": [{"Key": "team", "Value": "-x"}, {"Key": "empty", "Value": ""}],
    "ClientToken": "token-1",
}
"""Values that a careless text would read otherwise."""

_TRICKY: Final = st.sampled_from(
    [*"\n $%{}`'\"\\#-=!~()<>", "${", "%{", "\nSCRIPT\n", "\n  SCRIPT_2\n", "EOF", "é", "中"]
)
_ANY: Final = st.characters(codec="utf-8", exclude_characters="\0")
_plain: Final = st.lists(_TRICKY, min_size=1, max_size=40).map("".join)
_wild: Final = st.lists(_TRICKY | _ANY | st.sampled_from("\t\r\u0301"), min_size=1).map("".join)
texts: Final = _plain | _wild
"""Texts without NUL, full of what means something to a shell, to HCL or to Python."""
names: Final = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.sampled_from("$%{}'\"\\-= "),
    min_size=1,
    max_size=40,
)
