"""Who may do and see what in a cloud account: keys, policies, open networks, switched-off logs."""

from typing import Final

from mcp_server.guardrails.rules.anywhere.containers_and_cloud.arguments import (
    Arguments,
    everywhere,
)
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_CLOUDS: Final = ("aliyun", "aws", "gcloud", "az")
_GRANTING: Final[dict[str, frozenset[str]]] = {
    "aws": frozenset(
        {"create-access-key", "attach-user-policy", "attach-role-policy", "attach-group-policy"}
        | {"put-user-policy", "put-role-policy", "create-login-profile", "update-login-profile"}
        | {"add-user-to-group", "create-user", "update-assume-role-policy", "create-policy-version"}
        | {"put-group-policy", "add-role-to-instance-profile", "import-key-pair"}
    ),
    "aliyun": frozenset(
        {"createaccesskey", "attachpolicytouser", "attachpolicytorole", "attachpolicytogroup"}
        | {
            "createloginprofile",
            "updateloginprofile",
            "createuser",
            "addusertogroup",
            "attachpolicy",
        }
        | {"grantpermissions", "modifyinstancevncpasswd"}
    ),
}
_GRANTING_PHRASES: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "gcloud": (("keys", "create"), ("add-iam-policy-binding",), ("service-accounts", "create")),
    "az": (
        ("assignment", "create"),
        ("sp", "create-for-rbac"),
        ("ad", "user", "create"),
        ("credential", "reset"),
        ("ad", "app", "create"),
        ("member", "add"),
    ),
}
_SILENCING: Final[dict[str, frozenset[str]]] = {
    "aws": frozenset(
        {"stop-logging", "delete-trail", "update-trail", "put-event-selectors", "delete-detector"}
        | {"stop-configuration-recorder", "delete-configuration-recorder", "delete-flow-logs"}
        | {"disable-security-hub", "delete-log-group", "delete-log-stream", "delete-alarms"}
        | {
            "delete-delivery-channel",
            "disable-macie",
            "delete-config-rule",
            "disable-alarm-actions",
        }
        | {"disassociate-members", "delete-members", "create-ip-set", "put-retention-policy"}
        | {"delete-analyzer", "delete-event-data-store", "disable-rule", "delete-web-acl"}
    ),
    "aliyun": frozenset(
        {"stoplogging", "deletetrail", "updatetrail", "deleteproject", "deletelogstore"}
        | {"deleteflowlog", "disablerule", "uninstallaegis", "addclientuninstallevent"}
        | {"unbindaegis", "uninstallcloudmonitoragent", "deletealertrules", "disablealert"}
        | {"addwhitelist", "deletemetricrules", "disablemetricrules"}
    ),
}
SILENCING: Final = frozenset().union(*_SILENCING.values())
"""Actions that switch off an account's audit; this family's rule about them is here."""
_SILENCING_PHRASES: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "gcloud": (("sinks", "delete"), ("logging", "buckets", "delete"), ("sinks", "update")),
    "az": (
        ("diagnostic-settings", "delete"),
        ("activity-log", "alert", "delete"),
        ("log-profiles", "delete"),
        ("eventhub", "delete"),
    ),
}
_HARMLESS_UPDATES: Final = ("--enable", "--is-multi-region-trail")
_EVERYONE: Final = ("0.0.0.0/0", "::/0", "internet", "*", "allusers")
_OPENING: Final = (
    *("authorize-security-group-ingress", "authorizesecuritygroup", "modifysecurityips"),
    *("firewall-rules", "nsg", "patch", "addbucketpolicy", "firewall-rule", "ch", "set-iam-policy"),
    *("modifysecuritygrouprule", "createsecurityips", "add-iam-policy-binding", "firewall"),
)
_PUBLIC: Final = ("public-read", "public-read-write", "publicread", "container", "blob")
_PUBLISHING: Final = (
    *("put-bucket-acl", "put-object-acl", "set-acl", "bucket-acl", "set-permission", "acl"),
    *("create-bucket", "mb", "putbucketacl"),
)


def _has_phrase(given: Arguments, phrases: tuple[tuple[str, ...], ...]) -> bool:
    words = given.plain[:6]
    return any(
        words[start : start + len(phrase)] == phrase
        for phrase in phrases
        for start in range(len(words))
    )


def _is_among(command: Command, names: dict[str, frozenset[str]], given: Arguments) -> bool:
    return bool(names.get(command.name, frozenset()) & set(given.plain[:4]))


def _grants(command: Command, _script: Script) -> Opinion:
    given = Arguments(command)
    return not given.is_dry and (
        _is_among(command, _GRANTING, given)
        or _has_phrase(given, _GRANTING_PHRASES.get(command.name, ()))
    )


def _silences(command: Command, _script: Script) -> Opinion:
    given = Arguments(command)
    if given.is_dry:
        return False
    if "update-detector" in given.plain:
        return given.has("--no-enable")
    if "update-trail" in given.plain and not given.has(
        "--no-is-multi-region-trail", "--no-enable-log-file-validation"
    ):
        return False
    return _is_among(command, _SILENCING, given) or _has_phrase(
        given, _SILENCING_PHRASES.get(command.name, ())
    )


def _opens(command: Command, _script: Script) -> Opinion:
    given = Arguments(command)
    words = set(given.plain[:6])
    if given.is_dry:
        return False
    if words & set(_OPENING):
        values = {part for text in given.all for part in text.replace("=", ",").split(",")}
        is_everyone = any(value.strip("'\"{}[]") in _EVERYONE for value in values)
        if is_everyone or any("allusers" in value for value in values):
            return True
    if words & set(_PUBLISHING):
        return any(value in _PUBLIC for text in given.all for value in text.split("="))
    return "delete-public-access-block" in words or (
        "modify-snapshot-attribute" in words and "all" in given.all
    )


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="CLD213",
        name="cloud-access-granted",
        severity=Severity.CONFIRM,
        what="A key, login, user or permission is made in a cloud account.",
        why="It outlives the host that the script runs on, and is how attackers stay.",
        instead="Give the instance a RAM role; describe users and policies in a reviewed "
        "configuration.",
        right_when="It is the step of a documented procedure, and the policy is narrow.",
        attack="T1098.001",
        check=on(*_CLOUDS, when=_grants),
        flags=everywhere(
            "aliyun ram CreateAccessKey --UserName ops",
            "aliyun ram AttachPolicyToUser --PolicyType System --PolicyName AdministratorAccess "
            "--UserName ops",
            "aws iam create-access-key --user-name ops",
            "aws iam attach-user-policy --user-name ops --policy-arn arn:aws:iam::aws:policy/Admin",
            "gcloud iam service-accounts keys create key.json --iam-account ops@app.example",
            "az role assignment create --assignee ops --role Owner",
        ),
        allows=everywhere(
            "aliyun ram ListUsers",
            "aws iam list-users",
            "aws sts get-caller-identity",
            "az role assignment list",
        ),
    ),
    ScriptRule(
        id="CLD214",
        name="cloud-audit-switched-off",
        severity=Severity.CONFIRM,
        what="A cloud account's audit trail, logs or threat detection is stopped or deleted.",
        why="What happens from then on leaves no trace; that is the first step of an intruder.",
        instead="Narrow or archive the trail instead, and let two people agree.",
        right_when="The trail is replaced by another one that already works.",
        attack="T1562.008",
        check=on(*_CLOUDS, when=_silences),
        flags=everywhere(
            "aliyun actiontrail StopLogging --Name main",
            "aliyun sls DeleteLogStore --project ops --logstore audit",
            "aws cloudtrail stop-logging --name main",
            "aws guardduty update-detector --no-enable --detector-id 00000000",
            "gcloud logging sinks delete audit --quiet",
            "az monitor diagnostic-settings delete --name audit --resource vm",
        ),
        allows=everywhere(
            "aliyun actiontrail DescribeTrails",
            "aws cloudtrail get-trail-status --name main",
            "aws guardduty update-detector --enable --detector-id 00000000",
            "gcloud logging sinks list",
        ),
    ),
    ScriptRule(
        id="CLD215",
        name="cloud-opened-to-everyone",
        severity=Severity.CONFIRM,
        what="A security group, database or bucket is opened to every address.",
        why="Scanners find it within minutes.",
        instead="Name the addresses or the security group that need it.",
        right_when="It is the public port of a public service, such as 443.",
        attack="T1562.007",
        check=on(*_CLOUDS, "ossutil", "ossutil64", "gsutil", "s3cmd", when=_opens),
        flags=everywhere(
            "aliyun ecs AuthorizeSecurityGroup --SecurityGroupId sg-0 --PortRange 22/22 "
            "--SourceCidrIp 0.0.0.0/0 --IpProtocol tcp",
            "aliyun rds ModifySecurityIps --DBInstanceId rm-0 --SecurityIps 0.0.0.0/0",
            "aws ec2 authorize-security-group-ingress --group-id sg-0 --port 22 --cidr 0.0.0.0/0",
            "ossutil set-acl oss://app public-read-write -b",
            "gcloud compute firewall-rules create open --allow=tcp:22 '--source-ranges=0.0.0.0/0'",
        ),
        allows=everywhere(
            "aliyun ecs AuthorizeSecurityGroup --SecurityGroupId sg-0 --PortRange 22/22 "
            "--SourceCidrIp 10.0.0.0/8 --IpProtocol tcp",
            "aws ec2 describe-security-groups",
            "ossutil set-acl oss://app private -b",
            "gcloud compute firewall-rules list",
        ),
    ),
)
