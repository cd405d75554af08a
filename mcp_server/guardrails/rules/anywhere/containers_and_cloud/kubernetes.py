"""kubectl, Helm and their relatives."""

from typing import Final
from urllib.parse import urlsplit

from mcp_server.guardrails.rules.anywhere.containers_and_cloud.arguments import (
    Arguments,
    everywhere,
)
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_CLIENTS: Final = ("kubectl", "oc", "k3s", "microk8s", "kubecolor")
_WIDE: Final = frozenset(
    {"ns", "namespace", "namespaces", "pv", "persistentvolume", "persistentvolumes", "pvc"}
    | {"persistentvolumeclaim", "persistentvolumeclaims", "node", "nodes", "no", "crd", "crds"}
    | {"customresourcedefinition", "customresourcedefinitions", "project", "statefulset", "sts"}
    | {"clusterrolebinding", "clusterrole", "storageclass", "all"}
)
_ADDRESS: Final = ("http://", "https://")


def _deletes_widely(command: Command, _script: Script) -> Opinion:
    given = Arguments(command)
    if given.is_dry:
        return False
    if given.first_of("drain"):
        return True
    verb = given.first_of("delete")
    if not verb:
        return False
    kinds = {kind.partition("/")[0] for word in verb[1:2] for kind in word.split(",")}
    return bool(kinds & _WIDE) or given.has("--all", "--all-namespaces", "-a")


def _fetches_manifest(command: Command, script: Script) -> Opinion:
    given = Arguments(command)
    if given.is_dry or not given.first_of("apply", "create", "replace"):
        return False
    sources = [
        value
        for value in given.values("-f", "--filename", "-k", "--kustomize")
        if value.startswith(_ADDRESS)
    ]
    if not sources:
        return False
    return Severity.ADVICE if all(_is_trusted(s, script) for s in sources) else True


def _is_trusted(address: str, script: Script) -> bool:
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    return any(host == trusted or host.endswith(f".{trusted}") for trusted in script.trusted_hosts)


def _grants_everything(command: Command, _script: Script) -> Opinion:
    given = Arguments(command)
    if given.is_dry:
        return False
    is_binding = bool({"clusterrolebinding", "rolebinding"} & set(given.plain[:4]))
    roles = given.values("--clusterrole", "--role")
    return (
        bool(given.first_of("create"))
        and is_binding
        and any(role in {"cluster-admin", "admin"} for role in roles)
    ) or (bool(given.first_of("adm")) and "cluster-admin" in given.plain)


def _takes_host(command: Command, _script: Script) -> Opinion:
    given = Arguments(command)
    if not given.first_of("run", "debug"):
        return False
    overrides = "".join(given.values("--overrides")).replace(" ", "")
    is_privileged = any(
        mark in overrides for mark in ('"privileged":true', '"hostpid":true', '"path":"/"')
    )
    return is_privileged or given.has("--privileged")


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="CLD205",
        name="wide-deletion-in-cluster",
        severity=Severity.CONFIRM,
        what="Whole namespaces, nodes, volumes, kinds or all objects of a kind are deleted from a "
        "Kubernetes cluster, or a node is drained.",
        why="A namespace or CRD takes everything in it along; a volume's data may go with it.",
        instead="Delete the objects by name; look first with `--dry-run=server`.",
        right_when="A person has looked at what is in there, and in which cluster.",
        attack="T1485",
        check=on(*_CLIENTS, when=_deletes_widely),
        flags=everywhere(
            "kubectl delete namespace staging",
            "kubectl delete pods --all -n web",
            "kubectl -n web delete pvc data-0",
            "kubectl delete crd jobs.batch.example",
            "kubectl drain node-1 --ignore-daemonsets",
        ),
        allows=everywhere(
            "kubectl delete pod web-1",
            "kubectl delete namespace staging --dry-run=server",
            "kubectl get namespaces",
            "kubectl rollout restart deployment/web",
        ),
    ),
    ScriptRule(
        id="CLD206",
        name="manifest-from-network",
        severity=Severity.CONFIRM,
        what="Objects that a web address describes are put into a Kubernetes cluster.",
        why="What runs in the cluster is whatever that address serves at that moment.",
        instead="Keep the manifest in your repository, with images pinned by digest.",
        right_when="The address names a fixed release of a vendor that you trust.",
        attack="T1610",
        check=on(*_CLIENTS, when=_fetches_manifest),
        flags=everywhere(
            "kubectl apply -f https://get.example/install.yaml",
            "kubectl create --filename=https://get.example/operator.yaml",
            "kubectl apply -k https://git.example/app/deploy",
        ),
        allows=everywhere(
            "kubectl apply -f deploy/web.yaml",
            "kubectl apply -f https://get.example/install.yaml --dry-run=client",
            "kubectl get -f https://get.example/install.yaml",
        ),
    ),
    ScriptRule(
        id="CLD207",
        name="cluster-administrator-granted",
        severity=Severity.CONFIRM,
        what="A user or service account is made administrator of a Kubernetes cluster.",
        why="It may read every secret and run anything on every node.",
        instead="Bind a role with the verbs and kinds that are needed, in one namespace.",
        right_when="The account is for the people who run the cluster.",
        attack="T1098.006",
        check=on(*_CLIENTS, when=_grants_everything),
        flags=everywhere(
            "kubectl create clusterrolebinding ci --clusterrole=cluster-admin --user=ci",
            "kubectl create rolebinding ops --clusterrole cluster-admin --user ops -n web",
            "oc adm policy add-cluster-role-to-user cluster-admin ops",
        ),
        allows=everywhere(
            "kubectl create clusterrolebinding ci --clusterrole=view --serviceaccount=ci:ci",
            "kubectl get clusterrolebindings",
            "kubectl describe clusterrole cluster-admin",
        ),
    ),
    ScriptRule(
        id="CLD208",
        name="pod-with-control-of-node",
        severity=Severity.CONFIRM,
        what="A pod is started that can take over its node.",
        why="Whoever is in the pod is root on the node, with the credentials of all its pods.",
        instead="Use `kubectl debug node/NAME` with a restricted profile, or a job of your own.",
        right_when="A person repairs the node, and the pod is deleted afterwards.",
        attack="T1611",
        check=on(*_CLIENTS, when=_takes_host),
        flags=everywhere(
            "kubectl run fix --image=alpine:3 --privileged",
            "kubectl run fix --image=alpine:3 --privileged=true -- sleep 60",
            "kubectl -n web run fix --image=alpine:3 --restart=Never --privileged",
        ),
        allows=everywhere(
            "kubectl run check --image=alpine:3 --restart=Never -- uname -a",
            "kubectl exec web-1 -- nginx -t",
            "kubectl get pods --all-namespaces",
        ),
    ),
)
