"""Commands the vendor provides for every account; names and providers like real ones.

The scripts are our own and do nothing but look. Each version has an id of its own.
"""

from dataclasses import dataclass
from typing import Final

from mcp_server.emulator.store import StoredCommand

EVERY_PROVIDER: Final = "AlibabaCloud"
GUEST_OS: Final = "AlibabaCloud.ECS.GuestOS"
GUEST_OS_DIAGNOSE: Final = "AlibabaCloud.ECS.GuestOSDiagnose"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterDefinition:
    """What a public command says about one of its parameters."""

    name: str
    description: str
    default: str
    required: bool = False
    possible_values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicCommand(StoredCommand):
    """One version of a public command; `latest` says whether no higher one is there."""

    # It belongs to no account and is the same in every region.
    account_id: str = ""
    region_id: str = ""
    provider: str
    category: str
    version: int = 1
    latest: bool = True
    definitions: tuple[ParameterDefinition, ...] = ()


_DISK_USAGE: Final = "ACS-ECS-DiskUsage-for-linux.sh"

PUBLIC_COMMANDS: Final = (
    PublicCommand(
        command_id="c-acs-disk-usage-linux-2",
        name=_DISK_USAGE,
        description="Show how full the file system of a path is.",
        type="RunShellScript",
        content=b"#!/bin/sh\ndf -h -- '{{path}}'\ndf -i -- '{{path}}'\n",
        enable_parameter=True,
        parameter_names=("path",),
        definitions=(
            ParameterDefinition(name="path", description="A path on the instance.", default="/"),
        ),
        provider=GUEST_OS,
        category="Monitor",
        version=2,
        creation_time="2026-03-02T02:00:00Z",
    ),
    PublicCommand(
        command_id="c-acs-dns-check-windows-1",
        name="ACS-ECS-DnsCheck-for-windows.bat",
        description="Look up a name of the vendor and show the name servers.",
        type="RunBatScript",
        content=b"@echo off\r\nnslookup www.aliyun.com\r\nipconfig /all\r\n",
        provider=GUEST_OS_DIAGNOSE,
        category="Diagnose",
        creation_time="2026-02-05T02:00:00Z",
    ),
    PublicCommand(
        command_id="c-acs-network-check-linux-1",
        name="ACS-ECS-NetworkCheck-for-linux.sh",
        description="Show addresses, routes and listening ports.",
        type="RunShellScript",
        content=b"#!/bin/sh\nip address\nip route\nss -lnt\n",
        timeout=120,
        provider=GUEST_OS_DIAGNOSE,
        category="Diagnose",
        creation_time="2026-02-04T02:00:00Z",
    ),
    PublicCommand(
        command_id="c-acs-disk-usage-windows-1",
        name="ACS-ECS-DiskUsage-for-windows.ps1",
        description="Show how full each volume is.",
        type="RunPowerShellScript",
        content=b"Get-Volume | Select-Object DriveLetter, Size, SizeRemaining\r\n",
        provider=GUEST_OS,
        category="Monitor",
        creation_time="2026-01-08T02:00:00Z",
    ),
    PublicCommand(
        command_id="c-acs-disk-usage-linux-1",
        name=_DISK_USAGE,
        description="Show how full each file system is.",
        type="RunShellScript",
        content=b"#!/bin/sh\ndf -h\n",
        provider=GUEST_OS,
        category="Monitor",
        version=1,
        latest=False,
        creation_time="2026-01-07T02:00:00Z",
    ),
)


def public_commands(provider: str, *, only_latest: bool) -> list[PublicCommand]:
    """The commands of a provider, or with EVERY_PROVIDER all of them, newest first."""
    return [
        command
        for command in PUBLIC_COMMANDS
        if provider in {EVERY_PROVIDER, command.provider} and (command.latest or not only_latest)
    ]
