import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.guardrails.content import (
    BOM,
    Content,
    is_base64_of_text,
    normalize,
    read_base64,
    utf16_text,
)
from mcp_server.guardrails.encoding import read_content
from mcp_server.models.finding import Finding, Severity
from mcp_server.models.request import ContentEncoding, ScriptType
from tests.guardrails.requests import VALID, base64_of, found, inspected, invalid, key

FIELD = "command_content"
_LIMIT = 18 * 1024
_TEXT = st.text(min_size=1)
_WHOLE = st.sampled_from(["\n", "\r\n", "\n  ", "\t\r\n"])


def _read(
    text: str,
    encoding: ContentEncoding = "PlainText",
    script_type: ScriptType | None = "RunShellScript",
    mend: bool = False,
    limit: int = _LIMIT,
) -> tuple[Content | None, tuple[Finding, ...]]:
    return read_content(text, encoding, script_type, mend=mend, limit=limit)


def _rules(text: str, **how: Any) -> list[str]:
    return [finding.rule for finding in _read(text, **how)[1]]


@given(_TEXT, st.sampled_from(["RunShellScript", "RunPowerShellScript", "RunBatScript"]))
def test_plain_text_is_sent_byte_for_byte(text: str, script_type: ScriptType) -> None:
    content, _ = _read(text, script_type=script_type)
    assert content is not None
    assert content.data == text.encode()
    assert base64.b64decode(content.encoded, validate=True) == text.encode()
    assert content.encoded_size == len(content.encoded)
    assert content.normalized == ()


@given(_TEXT | st.binary(min_size=1), st.integers(1, 90), _WHOLE)
def test_base64_is_sent_byte_for_byte_however_it_is_wrapped(
    script: str | bytes, width: int, line_break: str
) -> None:
    data = script.encode() if isinstance(script, str) else script
    one_line = base64.b64encode(data).decode()
    wrapped = line_break.join(
        one_line[start : start + width] for start in range(0, len(one_line), width)
    )
    content, findings = _read(wrapped + line_break, "Base64")
    assert content == Content(data)
    assert content.encoded == one_line
    assert {finding.rule for finding in findings}.isdisjoint({"not-base64", "unpadded-base64"})


@given(st.binary(min_size=1), st.booleans(), st.booleans())
def test_mended_base64_is_the_bytes_that_were_meant(
    data: bytes, url_safe: bool, padded: bool
) -> None:
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    text = encode(data).decode()
    form = read_base64(text if padded else text.rstrip("="))
    assert form.data == data
    assert form.unpadded is (not padded and len(data) % 3 != 0)
    assert form.url_safe is (url_safe and ("-" in text or "_" in text))


@given(_TEXT, st.sampled_from(["utf-16", "utf-16-le", "utf-16-be"]))
def test_normalizing_leaves_nothing_to_normalize(text: str, codec: str) -> None:
    for data in (text.encode(), text.encode(codec), b"\0" + text.encode()):
        for script_type in ("RunShellScript", "RunPowerShellScript", "RunBatScript"):
            once = normalize(data, script_type)
            assert normalize(once.data, script_type) == Content(once.data)


@given(_TEXT)
def test_normalizing_a_clean_script_changes_nothing(text: str) -> None:
    clean = "#" + text.replace("\0", "").replace("\r\n", "\n")
    assert normalize(clean.encode(), "RunShellScript") == Content(clean.encode())


# The size limit


@pytest.mark.parametrize(("size", "fits"), [(13824, True), (13825, False)])
def test_the_limit_is_18_kb_after_base64(size: int, fits: bool) -> None:
    assert (invalid(found(VALID | {FIELD: "#" * size})) == []) is fits


@pytest.mark.parametrize(("size", "fits"), [(18432, True), (18433, False)])
def test_a_setting_raises_the_limit_to_24_kb(size: int, fits: bool) -> None:
    findings = invalid(found(VALID | {FIELD: "#" * size}, content_limit=24 * 1024))
    assert (findings == []) is fits


def test_the_limit_counts_bytes_and_not_characters() -> None:
    assert _rules("語" * 4608) == []
    assert _rules("語" * 4609) == ["content-too-large"]


def test_the_limit_counts_what_is_sent_and_not_how_it_was_wrapped() -> None:
    wrapped = "\n".join(base64_of("#" * 13824))
    assert _rules(wrapped, encoding="Base64") == []


def test_the_limit_counts_the_script_after_mending() -> None:
    script = "#\r\n" * 6000
    assert _rules(script) == ["content-too-large", "crlf-in-shell-script"]
    assert _rules(script, mend=True) == ["normalized-content"]


def test_a_script_that_is_too_large_is_told_both_sizes() -> None:
    assert _read("#" * 13825)[1] == (
        Finding(
            rule_id="CON001",
            rule="content-too-large",
            severity=Severity.INVALID,
            field=FIELD,
            message="The script has 13825 bytes, 18436 after Base64; the limit is 18432 after "
            "Base64, which is 13824 bytes of script.",
            why="The limit counts the script after Base64.",
            fix="Shorten it: let it fetch data files from a place you control, or make several "
            "commands of it.",
        ),
    )


# Field cases


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_field_case_1_base64_of_utf16_is_refused_and_utf8_offered(codec: str) -> None:
    arguments = VALID | {FIELD: base64_of("echo hi".encode(codec)), "content_encoding": "Base64"}
    (finding,) = found(arguments)
    assert finding == Finding(
        rule_id="CON005",
        rule="utf16-content",
        severity=Severity.INVALID,
        field=FIELD,
        message="The script's bytes are UTF-16.",
        why="The agent reads scripts as UTF-8: UTF-16 text is full of NUL bytes to it.",
        fix="Encode the text as UTF-8, or let normalize_content do it.",
        repair={"normalize_content": True},
    )
    mended = inspected(arguments | {"normalize_content": True}).content
    assert mended == Content(b"echo hi", ("UTF-16 became UTF-8",))


def test_field_case_3_a_script_without_encoding_is_plain_text() -> None:
    assert inspected(VALID | {FIELD: "echo 1"}).content == Content(b"echo 1")
    assert found(VALID | {FIELD: "echo 1"}) == []


def test_field_case_5_cr_lf_in_a_shell_script_is_found_at_its_first_line() -> None:
    (finding,) = found(VALID | {FIELD: "#!/bin/sh\necho a\r\necho b\r\n"})
    assert finding == Finding(
        rule_id="CON009",
        rule="crlf-in-shell-script",
        severity=Severity.ADVICE,
        field=FIELD,
        line=2,
        message="2 lines end with CR LF.",
        why="The carriage return becomes part of each line's last word: `sh\\r: not found`.",
        fix="Save it with LF line ends, or let normalize_content do it.",
        repair={"normalize_content": True},
    )


def test_field_case_5_the_repair_turns_line_ends_to_lf() -> None:
    content, _ = _read("echo a\r\necho b\r\n", mend=True)
    assert content == Content(b"echo a\necho b\n", ("2 line ends became LF",))


@pytest.mark.parametrize("script_type", ["RunBatScript", "RunPowerShellScript"])
@pytest.mark.parametrize("mend", [True, False])
def test_field_case_5_cr_lf_is_right_on_windows(script_type: ScriptType, mend: bool) -> None:
    script = "echo a\r\necho b\r\n"
    assert _read(script, "PlainText", script_type, mend) == (Content(script.encode()), ())


@pytest.mark.parametrize("script_type", ["RunShellScript", "RunBatScript"])
def test_field_case_7_a_bom_is_found_and_taken_out_on_request(script_type: ScriptType) -> None:
    script = "\ufeff#!/bin/sh\necho hi\n"
    (finding,) = _read(script, script_type=script_type)[1]
    assert (finding.rule, finding.line, finding.repair) == (
        "byte-order-mark",
        1,
        {"normalize_content": True},
    )
    content, _ = _read(script, script_type=script_type, mend=True)
    assert content == Content(b"#!/bin/sh\necho hi\n", ("the byte-order mark was taken out",))


@pytest.mark.parametrize("mend", [True, False])
def test_field_case_7_a_bom_stays_in_powershell(mend: bool) -> None:
    script = "\ufeffWrite-Output hi"
    content = Content(BOM + b"Write-Output hi")
    assert _read(script, "PlainText", "RunPowerShellScript", mend) == (content, ())


def test_field_case_9_characters_outside_ascii_in_a_windows_script_are_advised_against() -> None:
    script = 'Write-Output "hi"\nWrite-Output "中文—"'
    (finding,) = _read(script, script_type="RunPowerShellScript")[1]
    assert (finding.rule, finding.severity, finding.line) == (
        "non-ascii-on-windows",
        Severity.ADVICE,
        2,
    )


def test_field_case_9_a_character_outside_gbk_needs_a_person() -> None:
    confirm, advice = _read("@echo é\n@echo 中\n@echo 😀", script_type="RunBatScript")[1]
    assert (confirm.rule, confirm.severity, confirm.line) == (
        "outside-gbk-on-windows",
        Severity.CONFIRM,
        3,
    )
    assert confirm.message.startswith("U+1F600 has no place in GBK")
    assert (advice.rule, advice.severity) == ("non-ascii-on-windows", Severity.ADVICE)


def test_characters_outside_ascii_are_fine_in_a_shell_script() -> None:
    assert _rules("echo 中文 😀") == []


def test_field_case_15_carets_and_percents_stay_as_they_are() -> None:
    script = "echo a^b & echo %PATH%"
    content, findings = _read(script, script_type="RunBatScript")
    assert content is not None
    assert (base64.b64decode(content.encoded), findings) == (script.encode(), ())


def test_field_case_45_a_script_that_looks_like_json_stays_text() -> None:
    arguments = VALID | {FIELD: '{"a":1}', "description": "[1]"}
    assert found(arguments) == []
    inspection = inspected(arguments)
    assert inspection.content == Content(b'{"a":1}')
    assert inspection.request.description == "[1]"


# Forms of Base64


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (base64_of("echo hi"), []),
        (base64_of("echo hi")[:-1], ["unpadded-base64"]),
        (base64_of("echo hi!") + "=", ["unpadded-base64"]),
        ("ZWNobyAnPz4_Pif_", ["url-safe-base64", "not-utf8"]),
        ("ZWNobyAnPz4_Pg", ["url-safe-base64", "unpadded-base64"]),
        ("echo hi", ["not-base64"]),
        ("ZWNo bw==", ["not-base64"]),
        ("ZWNo+_==", ["not-base64"]),
        ("ZWNobw==ZWNobw==", ["not-base64"]),
        ("ZWNob", ["not-base64"]),
        (" \n", ["empty"]),
        ("====", ["not-base64"]),
    ],
)
def test_each_form_of_base64_has_its_own_finding(text: str, rules: list[str]) -> None:
    assert _rules(text, encoding="Base64") == rules


def test_a_script_that_is_no_base64_is_offered_as_plain_text() -> None:
    assert _read("echo hi", "Base64")[1][0].repair == {"content_encoding": "PlainText"}


@pytest.mark.parametrize("text", ["ZWNob", "ZWNo+_==", "ZWNobw==ZWNobw==", "ZWNo\nbyBoa\n"])
def test_damaged_base64_is_not_offered_as_a_script(text: str) -> None:
    (finding,) = _read(text, "Base64")[1]
    assert (finding.rule, finding.repair) == ("not-base64", None)


@pytest.mark.parametrize(
    "text",
    [
        base64_of("#!/bin/sh\necho hi\n"),
        base64_of("#!/bin/sh\necho hi\n").rstrip("="),
        "\n".join(base64_of("echo hello world")) + "\n  ",
        base64.urlsafe_b64encode("echo '»»»' ÿÿÿ".encode()).decode(),
        base64_of("echo hello".encode("utf-16")),
    ],
)
def test_base64_given_as_plain_text_is_found(text: str) -> None:
    (finding,) = _read(text)[1]
    assert (finding.rule, finding.repair) == (
        "looks-like-base64",
        {"content_encoding": "Base64"},
    )


@pytest.mark.parametrize(
    "script",
    ["uptime", "shutdown", "hostname\n", "reboot", "/usr/bin/true", "ls", "echo ZWNobyBoaSBhbGw=",
     "ZWNobyBoaSBhbGw= | base64 -d", base64_of("one"), "A" * 400],
)  # fmt: skip
def test_a_real_script_is_not_taken_for_base64(script: str) -> None:
    assert not is_base64_of_text(script)


@given(st.text(st.sampled_from(" \t\r\n\0={}ab"), max_size=60).map(lambda text: text * 5000))
def test_long_runs_of_anything_are_read_in_one_pass(text: str) -> None:
    for encoding in ("PlainText", "Base64"):
        _read(text, encoding)


def test_a_long_run_of_blanks_is_read_in_one_pass() -> None:
    assert read_base64(" " * 1_000_000 + "x").data is None


# Bytes


def test_nul_bytes_are_found_at_their_line_and_taken_out_on_request() -> None:
    script = "echo a\necho b\0c\n"
    (finding,) = _read(script)[1]
    assert (finding.rule, finding.line, finding.message) == (
        "nul-bytes",
        2,
        "The script has 1 NUL bytes.",
    )
    content, _ = _read(script, mend=True)
    assert content == Content(b"echo a\necho bc\n", ("1 NUL bytes were taken out",))


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0", b"a\0b", b"echo hi", b"\xff\xfe\x00"])
def test_what_is_not_utf16_is_not_taken_for_it(data: bytes) -> None:
    assert utf16_text(data) is None


def test_bytes_that_are_not_utf8_have_no_mechanical_repair() -> None:
    arguments = VALID | {FIELD: base64_of("é".encode("latin-1")), "content_encoding": "Base64"}
    (finding,) = found(arguments)
    assert (key(finding), finding.repair) == (("CON007", FIELD), None)


def test_bytes_that_are_not_utf8_say_nothing_about_code_pages() -> None:
    text = base64_of("é".encode("latin-1"))
    assert _rules(text, encoding="Base64", script_type="RunBatScript") == ["not-utf8"]


def test_what_normalizing_changed_is_told() -> None:
    script = "\ufeffecho a\0\r\n"
    findings = found(VALID | {FIELD: script, "normalize_content": True})
    assert [finding.message for finding in findings] == [
        "Before sending, 1 NUL bytes were taken out, the byte-order mark was taken out, "
        "1 line ends became LF."
    ]


def test_a_script_of_unknown_type_is_still_checked_for_what_is_wrong_anywhere() -> None:
    findings = found({**VALID, "type": "Fortran77", FIELD: "echo\0 hi\r\n"})
    assert [key(finding) for finding in findings] == [("ARG004", "type"), ("CON006", FIELD)]


def test_a_script_that_shows_in_another_order_than_it_runs_needs_a_person() -> None:
    script = 'echo safe\nif [ "$a" != "\u202e\u2066# check\u2069 \u2066" ]; then :; fi\n'
    findings = found(VALID | {"command_content": script})
    assert [(f.rule, f.severity, f.line) for f in findings] == [
        ("text-direction-control", Severity.CONFIRM, 2)
    ]
