"""What records or watches a cloud account."""

from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_PHRASES: Final = (
    "stop-logging", "delete-trail", "stoplogging", "deletetrail", "guardduty delete", "--no-enable",
    "delete-flow-logs", "deleteflowlog", "delete-detector", "delete-log-group", "delete-log-stream",
    "deletelogstore", "deleteproject", "delete-alarms", "disable-alarm", "deactivate-mfa",
    "stop-configuration-recorder", "delete-configuration-recorder", "delete-config-rule",
    "monitor diagnostic-settings delete", "log-analytics workspace delete", "logging sinks delete",
    "logging logs delete", "logging buckets delete", "eventhubs eventhub delete",
    "flow-log delete", "put-event-selectors", "update-trail", "uninstallaegis", "uninstall-aegis",
    "uninstallbackupclient", "disable-security-hub", "delete-publishing-destination",
    "disassociate-from-master-account", "archive-findings", "create-ip-set",
    "stop-monitoring-members",
    "policy assignment delete", "security pricing create", "stopservice", "disableinstancesecurity",
)  # fmt: skip


def _is_blinded(command: Command, _script: Script) -> Opinion:
    words = " ".join(command.texts).lower()
    return any(phrase in words for phrase in _PHRASES)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="EVA008",
        name="cloud-audit-off",
        severity=Severity.CONFIRM,
        what="Stops or deletes what records or watches the cloud account.",
        why="What happens in the account after that is not seen.",
        instead="Change retention or filters instead; let the security team do it.",
        right_when="The trail is replaced by another one first.",
        attack="T1562.008",
        check=on("aws", "aliyun", "gcloud", "az", when=_is_blinded),
        flags=Examples(
            sh=(
                "aws cloudtrail stop-logging --name t\n",
                "aliyun actiontrail StopLogging --Name t\n",
                "aws guardduty delete-detector --detector-id 1\n",
            )
        ),
        allows=Examples(
            sh=(
                "aws cloudtrail describe-trails\n",
                "aliyun actiontrail DescribeTrails\n",
                "aws guardduty list-detectors\n",
            )
        ),
    ),
)
