import subprocess
import sys

SHOW = """
import sys
import mcp_server.ecs.backend, mcp_server.ecs.gateway, mcp_server.ecs.error_catalogue
from mcp_server.ecs.backend import LocalBackend
from mcp_server.ecs.gateway import Gateway
from mcp_server.settings import Settings
gateway = Gateway(Settings(), LocalBackend(lambda: None))
gateway.close()
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
HEAVY = {
    "alibabacloud_ecs20140526", "alibabacloud_tea_openapi", "alibabacloud_credentials",
    "darabonba", "Tea", "stamina", "tenacity", "requests", "urllib3", "aiohttp",
}  # fmt: skip


def test_a_gateway_can_be_made_without_importing_what_only_a_call_needs():
    ran = subprocess.run(
        [sys.executable, "-c", SHOW], capture_output=True, text=True, timeout=60, check=True
    )

    assert HEAVY & set(ran.stdout.split()) == set()
