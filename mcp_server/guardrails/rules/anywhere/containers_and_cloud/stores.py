"""Stores of configuration and secrets that clusters and services live on: etcd, Consul, Vault."""

from typing import Final

from mcp_server.guardrails.rules.anywhere.containers_and_cloud.arguments import (
    Arguments,
    everywhere,
)
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Opinion, ScriptRule, on
from mcp_server.models.finding import Severity


def _wipes(command: Command, _script: Script) -> Opinion:
    given = Arguments(command)
    match command.name:
        case "etcdctl":
            is_wide = given.has("--prefix", "--from-key", "--recursive")
            return bool(given.first_of("del", "rm", "rmdir")) and is_wide
        case "consul":
            return given.first_of("kv")[1:2] == ("delete",) and given.has("-recurse", "--recurse")
        case "vault":
            return _wipes_vault(given)
        case _:
            return any(text in {"deleteall", "rmr"} for text in given.plain)


def _wipes_vault(given: Arguments) -> bool:
    pair = given.plain[:2]
    return (
        pair
        in {("kv", "destroy"), ("secrets", "disable"), ("auth", "disable"), ("audit", "disable")}
        or given.plain[:3] == ("kv", "metadata", "delete")
        or (pair in {("operator", "seal"), ("lease", "revoke")} and given.has("-prefix", "-force"))
    )


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="CLD216",
        name="configuration-store-wipe",
        severity=Severity.CONFIRM,
        what="Everything under a prefix of a configuration or secret store is deleted, or an "
        "engine of it is switched off with all that it holds.",
        why="Clusters and services that live on it stop or lose their secrets at once.",
        instead="Take a snapshot first, and delete single keys.",
        right_when="The store is for tests, or a snapshot was just taken and tested.",
        attack="T1485",
        check=on("etcdctl", "consul", "vault", "zkCli.sh", "zkcli", when=_wipes),
        flags=everywhere(
            "etcdctl del /registry --prefix",
            "consul kv delete -recurse app",
            "vault secrets disable kv",
            "vault kv metadata delete secret/app",
        ),
        allows=everywhere(
            "etcdctl get /registry --prefix --keys-only",
            "etcdctl del /app/lock",
            "consul kv get -recurse app",
            "vault kv get secret/app",
        ),
    ),
)
