"""Requests to inspect: a valid one, every documented way to spoil it, and arbitrary valid ones."""

import base64
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from hypothesis import strategies as st

from mcp_server.guardrails.inspection import Inspection, Inspector
from mcp_server.guardrails.parameters import placeholders
from mcp_server.guardrails.request_rules import REQUEST_RULES
from mcp_server.models.finding import Finding, Repair, Severity
from mcp_server.models.regions import REGIONS
from mcp_server.models.request import CreateCommandRequest, PreviewCommandRequest
from mcp_server.settings import Settings

Arguments = dict[str, Any]


class AnyRequest(PreviewCommandRequest, CreateCommandRequest):
    """Every argument that creating or previewing takes."""


VALID: Final[Arguments] = {
    "region_id": "cn-hangzhou",
    "name": "greeting",
    "type": "RunShellScript",
    "command_content": "echo hi",
}
READABLE: Final = "#!/bin/sh\necho hello world\n"


def base64_of(script: str | bytes) -> str:
    return base64.b64encode(script.encode() if isinstance(script, str) else script).decode()


@cache
def _inspector(**settings: Any) -> Inspector:
    """One for all, since it holds nothing of a request: making one takes longer than most."""
    return Inspector(Settings(**settings))


def inspected(arguments: Arguments, **settings: Any) -> Inspection:
    return _inspector(**settings).inspect(arguments, AnyRequest)


def found(arguments: Arguments, **settings: Any) -> list[Finding]:
    """What the rules about requests say; what a script does is the matter of other tests."""
    ids = {rule.id for rule in REQUEST_RULES}
    return [f for f in inspected(arguments, **settings).findings if f.rule_id in ids]


def with_changes(arguments: Arguments, changes: Repair) -> Arguments:
    """The arguments after a repair: null takes one out."""
    return {name: v for name, v in (arguments | changes).items() if v is not None}


def key(finding: Finding) -> tuple[str, str]:
    return finding.rule_id, finding.field


def invalid(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is Severity.INVALID]


@dataclass(frozen=True)
class Fault:
    """One way to spoil VALID, what is found then, and the repair of the first thing found."""

    changes: Arguments
    keys: tuple[tuple[str, str], ...]
    repair: Repair | None = None


def _tags(*tags: Any) -> Arguments:
    return {"tags": list(tags)}


def _tag(key: str, value: str = "") -> dict[str, str]:
    return {"key": key, "value": value}


def _samples(*samples: Any) -> Arguments:
    return {"sample_parameters": list(samples)}


def _sample(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value}


_SECRET_ARGUMENT: Final = "x" * 300
_NORMALIZE: Final = {"normalize_content": True}
_BRACES_OFF: Final = {"enable_parameter": False}
_URL_SAFE: Final = base64.urlsafe_b64encode(b"echo '?>?>\xc3\xbf'").decode()
_UNPADDED: Final = base64_of("echo hello").rstrip("=")
CONTENT: Final = "command_content"

FAULTS: Final = {
    # names
    "an unknown argument": Fault({"colour": "red"}, (("ARG001", "colour"),), {"colour": None}),
    "an unknown argument with a long name": Fault(
        {_SECRET_ARGUMENT: 1}, (("ARG001", "x" * 64 + "…"),)
    ),
    "camel case": Fault(
        {"workingDir": "/opt"},
        (("ARG001", "workingDir"),),
        {"workingDir": None, "working_dir": "/opt"},
    ),
    "API spelling": Fault(
        {"region_id": None, "RegionId": "cn-beijing"},
        (("ARG001", "RegionId"),),
        {"RegionId": None, "region_id": "cn-beijing"},
    ),
    "a near name": Fault(
        {CONTENT: None, "content": "echo hi"},
        (("ARG001", "content"),),
        {"content": None, CONTENT: "echo hi"},
    ),
    "a near name of a long script": Fault(
        {CONTENT: None, "script": "#" * 257}, (("ARG001", "script"),)
    ),
    "a near name of tags": Fault(
        {"tag": {"env": "prod"}},
        (("ARG001", "tag"),),
        {"tag": None, "tags": [_tag("env", "prod")]},
    ),
    "a near name beside the name": Fault({"Name": "other"}, (("ARG001", "Name"),), {"Name": None}),
    "a missing argument": Fault({"type": None}, (("ARG002", "type"),)),
    # types
    "a number as text": Fault({"timeout": "600"}, (("ARG003", "timeout"),), {"timeout": 600}),
    "a whole number with a point": Fault(
        {"timeout": 600.0}, (("ARG003", "timeout"),), {"timeout": 600}
    ),
    "a truth value as text": Fault(
        {"enable_parameter": "False"}, (("ARG003", "enable_parameter"),), _BRACES_OFF
    ),
    "a text as number": Fault({"name": 7}, (("ARG003", "name"),), {"name": "7"}),
    "an object as script": Fault({CONTENT: {"a": 1}}, (("ARG003", CONTENT),)),
    "a word that is near an enum": Fault(
        {"type": "shell"}, (("ARG004", "type"),), {"type": "RunShellScript"}
    ),
    "an enum in other case": Fault(
        {"content_encoding": "plaintext"},
        (("ARG004", "content_encoding"),),
        {"content_encoding": "PlainText"},
    ),
    "no type at all": Fault({"type": "Fortran77"}, (("ARG004", "type"),)),
    # lengths
    "a long name": Fault({"name": "n" * 129}, (("ARG005", "name"),), {"name": "n" * 128}),
    "a long description": Fault(
        {"description": "語" * 513}, (("ARG005", "description"),), {"description": "語" * 512}
    ),
    "a long working_dir": Fault({"working_dir": "/" + "d" * 200}, (("ARG005", "working_dir"),)),
    "a long resource_group_id": Fault(
        {"resource_group_id": "rg-" + "0" * 62}, (("ARG005", "resource_group_id"),)
    ),
    "a long client_token": Fault(
        {"client_token": "t" * 65}, (("ARG005", "client_token"),), {"client_token": None}
    ),
    "a launcher long in bytes": Fault({"launcher": "语" * 342}, (("ARG005", "launcher"),)),
    "an empty name": Fault({"name": ""}, (("ARG006", "name"),)),
    "an empty script": Fault({CONTENT: ""}, (("ARG006", CONTENT),)),
    "a timeout of nothing": Fault({"timeout": 0}, (("ARG007", "timeout"),), {"timeout": None}),
    "an endless timeout": Fault({"timeout": 2**31}, (("ARG007", "timeout"),), {"timeout": None}),
    # characters
    "a lone surrogate": Fault(
        {"description": "a\ud83cb"}, (("ARG008", "description"),), {"description": "ab"}
    ),
    "a lone surrogate in the script": Fault({CONTENT: "echo \ud83c"}, (("ARG008", CONTENT),)),
    "a lone surrogate in an argument's name": Fault(
        {"na\ud83cme2": "x"}, (("ARG008", "na\ufffdme2"),)
    ),
    "a control character in the name": Fault(
        {"name": "a\x1b[31mb"}, (("ARG009", "name"),), {"name": "a[31mb"}
    ),
    "a line break in the name": Fault({"name": "a\nb"}, (("ARG009", "name"),), {"name": "ab"}),
    "a control character in the description": Fault(
        {"description": "a\x00\nb"}, (("ARG009", "description"),), {"description": "a\nb"}
    ),
    "a control character in working_dir": Fault(
        {"working_dir": "/opt\n"}, (("ARG009", "working_dir"),), {"working_dir": "/opt"}
    ),
    "a token beyond ASCII": Fault(
        {"client_token": "令牌"}, (("ARG010", "client_token"),), {"client_token": None}
    ),
    # regions
    "a zone": Fault(
        {"region_id": "cn-hangzhou-b"}, (("REG001", "region_id"),), {"region_id": "cn-hangzhou"}
    ),
    "a zone of a numbered region": Fault(
        {"region_id": "ap-southeast-1a"},
        (("REG001", "region_id"),),
        {"region_id": "ap-southeast-1"},
    ),
    "a near miss": Fault(
        {"region_id": "cn-beijing-1"}, (("REG002", "region_id"),), {"region_id": "cn-beijing"}
    ),
    "a region without its country": Fault(
        {"region_id": "hangzhou"}, (("REG002", "region_id"),), {"region_id": "cn-hangzhou"}
    ),
    "a region by its place": Fault(
        {"region_id": "Singapore"}, (("REG002", "region_id"),), {"region_id": "ap-southeast-1"}
    ),
    "a region in other spelling": Fault(
        {"region_id": "CN_Hangzhou"}, (("REG002", "region_id"),), {"region_id": "cn-hangzhou"}
    ),
    "a slip of the pen": Fault(
        {"region_id": "cn-hangzou"}, (("REG002", "region_id"),), {"region_id": "cn-hangzhou"}
    ),
    "a part that regions share": Fault({"region_id": "east-1"}, (("REG003", "region_id"),)),
    "a host instead of a region": Fault(
        {"region_id": "cn-hangzhou.evil.com/x?"}, (("REG003", "region_id"),)
    ),
    # tags
    "a reserved tag key": Fault(
        _tags(_tag("acs:acs:team", "a")), (("TAG001", "tags[0].key"),), _tags(_tag("team", "a"))
    ),
    "the vendor's own tag key": Fault(
        _tags(_tag("AliyunFoo")), (("TAG001", "tags[0].key"),), _tags(_tag("Foo"))
    ),
    "a URL in a tag key": Fault(
        _tags(_tag("a http://b")), (("TAG002", "tags[0].key"),), _tags(_tag("a b"))
    ),
    "a URL in a tag value": Fault(
        _tags(_tag("a", "HTTPS://b")), (("TAG002", "tags[0].value"),), _tags(_tag("a", "b"))
    ),
    "a tag key twice": Fault(
        _tags(_tag("a", "1"), _tag("a", "2")), (("TAG003", "tags"),), _tags(_tag("a", "2"))
    ),
    "an empty tag key": Fault(
        _tags(_tag("", "x"), _tag("a")), (("ARG006", "tags[0].key"),), _tags(_tag("a"))
    ),
    "a long tag key": Fault(
        _tags(_tag("k" * 65)), (("ARG005", "tags[0].key"),), _tags(_tag("k" * 64))
    ),
    "a long tag value": Fault(
        _tags(_tag("a", "v" * 129)), (("ARG005", "tags[0].value"),), _tags(_tag("a", "v" * 128))
    ),
    "21 tags": Fault(
        _tags(*(_tag(f"k{n}") for n in range(21))),
        (("ARG005", "tags"),),
        _tags(*(_tag(f"k{n}") for n in range(20))),
    ),
    "tags as a map": Fault(
        {"tags": {"env": "prod"}}, (("ARG003", "tags"),), _tags(_tag("env", "prod"))
    ),
    "one tag without its list": Fault(
        {"tags": {"key": "env", "value": "prod"}},
        (("ARG003", "tags"),),
        _tags(_tag("env", "prod")),
    ),
    "a number as tag value": Fault(
        _tags({"key": "a", "value": 5}), (("ARG003", "tags[0].value"),), _tags(_tag("a", "5"))
    ),
    "tags in API spelling": Fault(
        _tags({"Key": "a", "Value": "b"}),
        (("ARG002", "tags[0].key"), ("ARG001", "tags[0].Key"), ("ARG001", "tags[0].Value")),
        _tags(_tag("a", "b")),
    ),
    # sample parameters
    "a number as sample value": Fault(
        _samples({"name": "a", "value": 5}),
        (("ARG003", "sample_parameters[0].value"),),
        _samples(_sample("a", "5")),
    ),
    "samples as a map": Fault(
        {"sample_parameters": {"a": "b", "n": 1}},
        (("ARG003", "sample_parameters"),),
        _samples(_sample("a", "b"), _sample("n", "1")),
    ),
    "samples as text": Fault(
        {"sample_parameters": "a=b"},
        (("ARG003", "sample_parameters"),),
        _samples(_sample("a", "b")),
    ),
    "text that is no sample": Fault(
        {"sample_parameters": "nginx"}, (("ARG003", "sample_parameters"),)
    ),
    "a text for a sample": Fault(
        _samples("a=b", _sample("c", "d")),
        (("ARG003", "sample_parameters[0]"),),
        _samples(_sample("a", "b"), _sample("c", "d")),
    ),
    "samples in API spelling": Fault(
        _samples({"Name": "a", "Value": "b"}),
        (
            ("ARG002", "sample_parameters[0].name"),
            ("ARG002", "sample_parameters[0].value"),
            ("ARG001", "sample_parameters[0].Name"),
            ("ARG001", "sample_parameters[0].Value"),
        ),
        _samples(_sample("a", "b")),
    ),
    "samples under another name": Fault(
        {"parameters": {"a": "b"}},
        (("ARG001", "parameters"),),
        {"parameters": None} | _samples(_sample("a", "b")),
    ),
    "a sample without a name": Fault(
        _samples(_sample("", "x"), _sample("a", "b")),
        (("ARG006", "sample_parameters[0].name"),),
        _samples(_sample("a", "b")),
    ),
    "a long sample name": Fault(
        _samples(_sample("a" * 65, "b")), (("ARG005", "sample_parameters[0].name"),)
    ),
    "a long sample value": Fault(
        _samples(_sample("a", "b" * 2049)), (("ARG005", "sample_parameters[0].value"),)
    ),
    "21 samples": Fault(
        _samples(*(_sample(f"p{n}", "v") for n in range(21))),
        (("ARG005", "sample_parameters"),),
        _samples(*(_sample(f"p{n}", "v") for n in range(20))),
    ),
    # preview tokens
    "a long preview_token": Fault(
        {"preview_token": "t\x1f" * 2049}, (("ARG005", "preview_token"),), {"preview_token": None}
    ),
    # the script's bytes
    "a large script": Fault({CONTENT: "#" * 13825}, (("CON001", CONTENT),)),
    "no Base64": Fault(
        {CONTENT: "echo hi", "content_encoding": "Base64"},
        (("CON002", CONTENT),),
        {"content_encoding": "PlainText"},
    ),
    "damaged Base64": Fault(
        {CONTENT: base64_of("echo hi all")[1:4] + "==AA", "content_encoding": "Base64"},
        (("CON002", CONTENT),),
    ),
    "URL-safe Base64": Fault(
        {CONTENT: _URL_SAFE, "content_encoding": "Base64"}, (("CON003", CONTENT),), _NORMALIZE
    ),
    "unpadded Base64": Fault(
        {CONTENT: _UNPADDED, "content_encoding": "Base64"}, (("CON004", CONTENT),), _NORMALIZE
    ),
    "Base64 of UTF-16": Fault(
        {CONTENT: base64_of("echo hi".encode("utf-16")), "content_encoding": "Base64"},
        (("CON005", CONTENT),),
        _NORMALIZE,
    ),
    "NUL bytes": Fault({CONTENT: "echo\n hi\0 all\n"}, (("CON006", CONTENT),), _NORMALIZE),
    "bytes that are not UTF-8": Fault(
        {CONTENT: base64_of(b"echo \xe9t\xe9"), "content_encoding": "Base64"},
        (("CON007", CONTENT),),
    ),
    "Base64 said to be plain": Fault(
        {CONTENT: base64_of(READABLE)}, (("CON008", CONTENT),), {"content_encoding": "Base64"}
    ),
    "an empty Base64 script": Fault(
        {CONTENT: "=\n", "content_encoding": "Base64"}, (("ARG006", CONTENT),)
    ),
    "a script that mending leaves empty": Fault(
        {CONTENT: "\ufeff\0\0", "normalize_content": True}, (("ARG006", CONTENT),)
    ),
    # parameters
    "empty braces": Fault(
        {CONTENT: "echo {{ }}", "enable_parameter": True}, (("PAR001", CONTENT),), _BRACES_OFF
    ),
    "another program's braces": Fault(
        {CONTENT: "docker ps --format '{{.ID}}'", "enable_parameter": True},
        (("PAR002", CONTENT),),
        _BRACES_OFF,
    ),
    "another program's braces beside parameters": Fault(
        {CONTENT: "echo {{a}} {{.ID}}", "enable_parameter": True}, (("PAR002", CONTENT),)
    ),
    "21 parameters": Fault(
        {CONTENT: "".join(f"{{{{p{n}}}}}" for n in range(21)), "enable_parameter": True},
        (("PAR003", CONTENT),),
    ),
    "a parameter name of 65 bytes": Fault(
        {CONTENT: "{{" + "p" * 65 + "}}", "enable_parameter": True}, (("PAR004", CONTENT),)
    ),
    "an unknown built-in": Fault(
        {CONTENT: "echo {{ACS::Nothing}}", "enable_parameter": True},
        (("PAR005", CONTENT),),
        _BRACES_OFF,
    ),
}
"""Every fault that the API would refuse, by what it is."""

_SAFE_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)
_TAG_KEYS = st.from_regex(r"[b-z][a-z0-9 :é-]{0,20}", fullmatch=True)


def _is_valid_script(text: str) -> bool:
    """Not taken for another encoding; what is in it is not the matter here."""
    return not invalid(found(VALID | {CONTENT: text}))


_SCRIPTS = st.one_of(
    st.text(min_size=1),
    st.lists(
        st.sampled_from(["echo {{name}}", "ls", "x='a b'", "{{acs::regionId}}", "é", "\r", ""]),
        min_size=1,
        max_size=9,
    ).map(lambda lines: "\n".join(["#!/bin/sh", *lines])),
).filter(_is_valid_script)


@st.composite
def valid_requests(draw: st.DrawFn) -> Arguments:
    script = draw(_SCRIPTS)
    encoded = draw(st.booleans())
    arguments: Arguments = {
        "region_id": draw(st.sampled_from(sorted(REGIONS))),
        "name": draw(_SAFE_TEXT.filter(bool)),
        "type": draw(st.sampled_from(["RunShellScript", "RunPowerShellScript", "RunBatScript"])),
        CONTENT: base64_of(script) if encoded else script,
    }
    legal = {"custom", "builtin", "oos", "oos-secret"}
    optional = {
        "description": _SAFE_TEXT,
        "working_dir": st.sampled_from(["/opt/app", "C:\\Temp"]),
        "timeout": st.integers(1, 2**31 - 1),
        "launcher": st.just('python3 -u {{ACS::ScriptFileName|Ext(".py")}}'),
        "client_token": st.from_regex(r"[!-~]{1,64}", fullmatch=True),
        "tags": st.lists(
            st.builds(_tag, _TAG_KEYS, _SAFE_TEXT), max_size=20, unique_by=lambda tag: tag["key"]
        ),
        "normalize_content": st.booleans(),
        "enable_parameter": st.booleans()
        if all(p.kind in legal for p in placeholders(script))
        else st.just(False),
    }
    arguments |= draw(st.fixed_dictionaries({}, optional=optional))
    if encoded or draw(st.booleans()):
        arguments["content_encoding"] = "Base64" if encoded else "PlainText"
    if draw(st.booleans()):
        arguments |= {name: None for name in optional if name not in arguments}
    return arguments


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([1, -1]).map(lambda sign: sign * 10**5000)  # repr() cannot show it
    | st.floats()
    | st.text(st.characters(), max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(), max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
_NAMES = (
    st.sampled_from([*AnyRequest.model_fields, "workingDir", "Tag", "content", "ID"])
    | st.text(st.characters(), max_size=20)
    | st.just("very long name " * 100)
)
_VALUES = (
    _JSON
    | st.text(st.characters(), max_size=30).map(lambda text: text * 1000)
    | st.sampled_from(["[" * 100_000, '{"a":' * 100_000, "Base64", "RunShellScript", True, "true"])
)


def hostile_arguments() -> st.SearchStrategy[Arguments]:
    """Any JSON object, often with our names, sometimes a valid request with things put over it."""
    anything = st.dictionaries(_NAMES, _VALUES, max_size=8)
    return anything | st.tuples(valid_requests(), anything).map(lambda pair: pair[0] | pair[1])
