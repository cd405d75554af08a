"""Pages that run what a visitor sends."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.rules.linux.writes import writes
from mcp_server.guardrails.script.model import Script
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, ScriptRule
from mcp_server.models.finding import Severity

_PAGES: Final = re.compile(
    r"(?:.*/)?[^/]+\.(?:php\d?|phtml|phar|jspx?|cgi|aspx?|cfm|war)\Z", re.IGNORECASE
)
_RUNNING: Final = re.compile(
    r"\b(?:system|exec|shell_exec|passthru|popen|proc_open|eval|assert|pcntl_exec|create_function)\s*\(|`\$"
    r"|preg_replace\s*\(\s*['\"].*/e|Runtime\.getRuntime|ProcessBuilder|os\.(?:system|popen)",
    re.IGNORECASE,
)
_SENT: Final = re.compile(
    r"\$_(?:GET|POST|REQUEST|COOKIE|SERVER|FILES)|\$HTTP_RAW_POST_DATA|php://input|getParameter"
    r"|QUERY_STRING|getallheaders|Request\.(?:Item|Form|QueryString)|\$\{?_(?:GET|POST)",
    re.IGNORECASE,
)


def _web_shells(script: Script) -> Iterator[Match]:
    for write in writes(script):
        text = write.text
        if text and _PAGES.match(write.path) and _RUNNING.search(text) and _SENT.search(text):
            yield Match(write.command.span)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="PER006",
        name="web-shell",
        severity=Severity.BLOCK,
        what="Writes a page for a web server that runs what a visitor sends.",
        why="Anyone who finds the page runs commands on the instance.",
        instead="Nothing needs it; use Cloud Assistant to run commands.",
        right_when="Never.",
        attack="T1505.003",
        check=OnScript(_web_shells),
        flags=Examples(
            sh=(
                "echo '<?php system($_GET[\"c\"]); ?>' > /var/www/html/x.php\n",
                "cat > /var/www/html/a.php <<'EOF'\n<?php eval($_POST['a']);\nEOF\n",
                "printf '<?php passthru($_REQUEST[1]);' | tee /usr/share/nginx/html/i.php\n",
            )
        ),
        allows=Examples(
            sh=(
                "echo '<?php phpinfo();' > /var/www/html/info.php\n",
                "echo '$_GET is a variable'\n",
                "cat /var/www/html/index.php\n",
            )
        ),
    ),
)
