"""Deleting what is in a cloud account: machines, disks, databases, buckets, backups."""

from typing import Final

from mcp_server.guardrails.rules.anywhere.containers_and_cloud.access import SILENCING
from mcp_server.guardrails.rules.anywhere.containers_and_cloud.arguments import (
    Arguments,
    everywhere,
)
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_DESTROYERS: Final = ("terraform", "tofu", "terragrunt", "pulumi", "eksctl", "kops", "cdk")
_ALIYUN_VERBS: Final = (
    "delete",
    "release",
    "terminate",
    "stopinstance",
    "stopdbinstance",
    "destroy",
)
_ALIYUN_SMALL: Final = frozenset(
    {
        "deletetags",
        "deletecommand",
        "deleteinvocation",
        "deletemessage",
        "releasecapacityreservation",
    }
)
_AWS_VERBS: Final = (
    "delete-",
    "terminate-",
    "deregister-",
    "purge-",
    "release-",
    "stop-db",
    "stop-instances",
)
_AWS_SMALL: Final = frozenset(
    {"delete-tags", "delete-message", "delete-message-batch", "delete-object-tagging"}
    | {
        "delete-item",
        "delete-label",
        "delete-tag",
        "release-hosts",
        "delete-launch-template-versions",
    }
)
_BACKUP: Final = ("snapshot", "backup", "recovery-point", "recoverypoint", "image")
_CLOUDS: Final = (
    "aliyun",
    "aws",
    "gcloud",
    "az",
    "doctl",
    "hcloud",
    "tccli",
    "oci",
    "ibmcloud",
    "hcloud",
)
_CMDLETS: Final = (
    *("remove-azvm", "remove-azresourcegroup", "remove-azresource", "remove-azstorageaccount"),
    *("remove-azdisk", "remove-azsqldatabase", "remove-azkeyvault", "remove-ec2instance"),
    *("remove-s3bucket", "remove-ec2volume", "remove-rdsdbinstance", "remove-azstoragecontainer"),
)
_BACKUP_CMDLETS: Final = (
    *("remove-azsnapshot", "remove-ec2snapshot", "remove-rdsdbsnapshot"),
    *("remove-azrecoveryservicesvault", "disable-azrecoveryservicesbackupprotection"),
)


def _deleted(command: Command) -> str:
    """The action of a cloud's command line that deletes something; empty for another one."""
    given = Arguments(command)
    if given.is_dry or "true" in given.values("--dryrun"):
        return ""
    match command.name:
        case "aliyun":
            return _aliyun_action(given)
        case "aws":
            return _aws_action(given)
        case _:
            verbs = ("delete", "terminate", "remove", "purge")
            found = next((text for text in given.plain[:6] if text in verbs), "")
            return " ".join(given.plain[:6]) if found else ""


def _aliyun_action(given: Arguments) -> str:
    for text in given.plain[1:3]:
        if text.startswith(_ALIYUN_VERBS) and text not in _ALIYUN_SMALL:
            return text
    return ""


def _aws_action(given: Arguments) -> str:
    for text in given.plain[:4]:
        if text.startswith(_AWS_VERBS) and text not in _AWS_SMALL:
            return text
    return ""


def _is_backup(action: str) -> bool:
    return any(part in action for part in _BACKUP)


def _deletes_backup(command: Command, _script: Script) -> Opinion:
    return _is_backup(_deleted(command))


def _deletes_resource(command: Command, _script: Script) -> Opinion:
    action = _deleted(command)
    return bool(action) and not _is_backup(action) and action not in SILENCING


def _empties_bucket(command: Command, _script: Script) -> Opinion:
    given = Arguments(command)
    is_recursive = given.has("--recursive", "-r", "-rf", "-r") or given.has_short("r")
    if given.is_dry:
        return False
    match command.name:
        case "aws":
            s3 = given.first_of("s3")
            return s3[1:2] == ("rb",) or (s3[1:2] == ("rm",) and is_recursive)
        case "aliyun":
            return given.first_of("oss")[1:2] == ("rm",) and (is_recursive or given.has_short("b"))
        case "gcloud":
            return given.first_of("storage")[1:2] == ("rm",) and is_recursive
        case "mc":
            return bool(given.first_of("rb")) or (bool(given.first_of("rm")) and is_recursive)
        case "rclone":
            return bool(given.first_of("purge", "delete"))
        case _:
            return bool(given.first_of("rm", "rb")) and (
                is_recursive or bool(given.first_of("rb")) or given.has_short("b")
            )


def _destroys(command: Command, _script: Script) -> Opinion:
    given = Arguments(command)
    if given.is_dry:
        return False
    match command.name:
        case "terraform" | "tofu" | "terragrunt":
            return bool(given.first_of("destroy", "destroy-all")) or (
                bool(given.first_of("apply")) and given.has("-destroy", "--destroy")
            )
        case "eksctl" | "kops":
            return bool(given.first_of("delete"))
        case _:
            return bool(given.first_of("destroy"))


_LOOK_FIRST: Final = (
    "List what the name means first, delete by id, and keep deletion protection on elsewhere."
)

RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="CLD209",
        name="cloud-resource-deletion",
        severity=Severity.CONFIRM,
        what="Something in a cloud account is deleted, released or stopped: a machine, disk, "
        "database, network or account.",
        why="Most of it does not come back, and a command that runs on many hosts repeats it.",
        instead=_LOOK_FIRST,
        right_when="A person has checked the id and the account.",
        attack="T1578.003",
        check=(
            on(*_CLOUDS, when=_deletes_resource),
            on(*_CMDLETS, when=lambda command, _: not command.has("-whatif")),
        ),
        flags=everywhere(
            "aliyun ecs DeleteInstance --InstanceId i-000000000000 --Force true",
            "aliyun rds DeleteDBInstance --DBInstanceId rm-00000000",
            "aws ec2 terminate-instances --instance-ids i-000000000000",
            "gcloud compute instances delete web-1 --zone=zone-a --quiet",
            "az group delete --name staging --yes",
        ),
        allows=everywhere(
            "aliyun ecs DescribeInstances --RegionId cn-hangzhou",
            "aws ec2 terminate-instances --instance-ids i-000000000000 --dry-run",
            "aws ec2 describe-instances",
            "gcloud compute instances list",
            "az group list",
        ),
    ),
    ScriptRule(
        id="CLD210",
        name="cloud-backup-deletion",
        severity=Severity.CONFIRM,
        what="A snapshot, image or backup in a cloud account is deleted.",
        why="It is what brings data back after a mistake or an attack; attackers delete it first.",
        instead="Let a retention policy end old ones, and lock the others.",
        right_when="A newer backup was tested, and a person checked the id.",
        attack="T1490",
        check=(
            on(*_CLOUDS, when=_deletes_backup),
            on(*_BACKUP_CMDLETS, when=lambda command, _: not command.has("-whatif")),
        ),
        flags=everywhere(
            "aliyun ecs DeleteSnapshot --SnapshotId s-00000000 --Force true",
            "aws ec2 delete-snapshot --snapshot-id snap-00000000",
            "aws rds delete-db-snapshot --db-snapshot-identifier nightly",
            "gcloud compute snapshots delete nightly --quiet",
            "az backup vault delete --name nightly --yes",
        ),
        allows=everywhere(
            "aliyun ecs CreateSnapshot --DiskId d-00000000",
            "aws ec2 create-snapshot --volume-id vol-00000000",
            "gcloud compute snapshots list",
        ),
    ),
    ScriptRule(
        id="CLD211",
        name="bucket-deletion",
        severity=Severity.CONFIRM,
        what="A bucket, or everything under a prefix of it, is deleted from object storage.",
        why="Without versioning nothing of it comes back.",
        instead="Turn versioning on and let a lifecycle rule delete; or delete objects by name.",
        right_when="The bucket holds only what is made anew.",
        attack="T1485",
        check=on(
            *("aws", "aliyun", "ossutil", "ossutil64", "gsutil", "gcloud", "mc", "rclone", "s3cmd"),
            *("coscli", "obsutil"),
            when=_empties_bucket,
        ),
        flags=everywhere(
            "ossutil rm oss://backup/2024/ -r -f",
            "aliyun oss rm oss://backup -r -f",
            "aws s3 rb s3://backup --force",
            "aws s3 rm s3://backup/2024/ --recursive",
            "gsutil -m rm -r gs://backup",
        ),
        allows=everywhere(
            "ossutil rm oss://backup/2024/one.tar",
            "aws s3 rm s3://backup/2024/ --recursive --dryrun",
            "aws s3 ls s3://backup",
            "ossutil cp -r oss://backup/2024/ .",
        ),
    ),
    ScriptRule(
        id="CLD212",
        name="infrastructure-destruction",
        severity=Severity.CONFIRM,
        what="All the infrastructure that a configuration describes is destroyed.",
        why="One wrong workspace or state file and production is gone.",
        instead="Write the plan to a file, have a person read it, and apply that file.",
        right_when="The environment is for tests and made anew each time.",
        attack="T1485",
        check=on(*_DESTROYERS, when=_destroys),
        flags=everywhere(
            "terraform destroy -auto-approve",
            "terraform apply -destroy -auto-approve",
            "eksctl delete cluster --name staging",
            "pulumi destroy --yes",
        ),
        allows=everywhere(
            "terraform plan -out=plan.bin",
            "terraform apply plan.bin",
            "pulumi preview",
            "eksctl get cluster",
        ),
    ),
)
