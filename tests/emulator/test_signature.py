import pytest

from mcp_server.emulator.errors import ApiError
from mcp_server.emulator.signature import (
    Authorization,
    hashed_canonical_request,
    matches,
    parse_authorization,
    require_signed,
    sign,
)

# The fixed example of the vendor's description of signature version 3.
DOCUMENTED_QUERY = (
    b"ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai"
)
DOCUMENTED_HEADERS = [
    (b"x-acs-action", b"RunInstances"),
    (b"x-acs-version", b"2014-05-26"),
    (b"x-acs-date", b"2023-10-26T10:22:32Z"),
    (b"x-acs-signature-nonce", b"3156853299f313e23d1673dc12e1703d"),
    (
        b"x-acs-content-sha256",
        b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ),
    (b"host", b"ecs.cn-shanghai.aliyuncs.com"),
    (b"user-agent", b"not signed"),
]
SIGNED = tuple(sorted(name.decode() for name, _ in DOCUMENTED_HEADERS[:-1]))
DOCUMENTED_HASH = "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259"


def test_the_documented_example_has_the_documented_hash_and_signature():
    hashed = hashed_canonical_request(
        "POST", "/", DOCUMENTED_QUERY, DOCUMENTED_HEADERS, SIGNED, b""
    )

    assert (hashed, sign("YourAccessKeySecret", hashed)) == (
        DOCUMENTED_HASH,
        "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
    )


@pytest.mark.parametrize(
    ("sent", "same"),
    [
        (b"A=a+b", b"A=a%20b"),
        (b"A=/*", b"A=%2F%2A"),
        (b"A=%7e", b"A=~"),
        (b"B=2&A=1", b"A=1&B=2"),
        (b"A", b"A="),
        (b"A=%e4%bd%a0", b"A=%E4%BD%A0"),
    ],
)
def test_ways_to_write_the_same_query_have_the_same_hash(sent, same):
    hashes = {
        hashed_canonical_request("POST", "/", query, DOCUMENTED_HEADERS, SIGNED, b"")
        for query in (sent, same)
    }

    assert len(hashes) == 1


@pytest.mark.parametrize(
    ("method", "path", "query", "headers", "signed", "body"),
    [
        ("GET", "/", DOCUMENTED_QUERY, DOCUMENTED_HEADERS, SIGNED, b""),
        ("POST", "/x", DOCUMENTED_QUERY, DOCUMENTED_HEADERS, SIGNED, b""),
        ("POST", "/", DOCUMENTED_QUERY + b"x", DOCUMENTED_HEADERS, SIGNED, b""),
        ("POST", "/", DOCUMENTED_QUERY, DOCUMENTED_HEADERS[1:], SIGNED, b""),
        ("POST", "/", DOCUMENTED_QUERY, DOCUMENTED_HEADERS, SIGNED[1:], b""),
        ("POST", "/", DOCUMENTED_QUERY, DOCUMENTED_HEADERS, SIGNED, b"x"),
    ],
    ids=["method", "path", "query", "header", "signed headers", "body"],
)
def test_every_part_of_a_request_is_in_its_hash(method, path, query, headers, signed, body):
    hashed = hashed_canonical_request(method, path, query, headers, signed, body)

    assert hashed != DOCUMENTED_HASH


def test_header_values_count_without_the_space_around_them():
    padded = [(name, b"  " + value + b" ") for name, value in DOCUMENTED_HEADERS]

    hashed = hashed_canonical_request("POST", "/", DOCUMENTED_QUERY, padded, SIGNED, b"")

    assert hashed == DOCUMENTED_HASH


def test_an_authorization_header_is_read_with_and_without_spaces_after_commas():
    expected = Authorization("key", ("host", "x-acs-date"), "0af1")

    assert [
        parse_authorization(header)
        for header in (
            "ACS3-HMAC-SHA256 Credential=key,SignedHeaders=Host;x-acs-date,Signature=0af1",
            "ACS3-HMAC-SHA256 Credential=key, SignedHeaders=host;x-acs-date, Signature=0af1",
        )
    ] == [expected, expected]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "IncompleteSignature"),
        ("ACS3-HMAC-SHA256", "IncompleteSignature"),
        ("ACS3-HMAC-SHA256 SignedHeaders=host,Signature=0", "IncompleteSignature"),
        ("ACS3-HMAC-SHA256 Credential=key,Signature=0", "IncompleteSignature"),
        ("ACS3-HMAC-SHA256 Credential=key,SignedHeaders=host", "IncompleteSignature"),
        ("ACS3-HMAC-SHA256 Credential=key,SignedHeaders=host,Signature=", "IncompleteSignature"),
        ("ACS3-HMAC-SHA256 Credential=,SignedHeaders=host,Signature=0", "IncompleteSignature"),
        ("ACS3-HMAC-SM3 Credential=key,SignedHeaders=host,Signature=0", "InvalidSignatureMethod"),
    ],
)
def test_a_malformed_authorization_header_is_refused(header, code):
    with pytest.raises(ApiError) as refused:
        parse_authorization(header)

    assert refused.value.code == code


@pytest.mark.parametrize("unsigned", SIGNED)
def test_host_and_every_acs_header_must_be_signed(unsigned):
    signed = [name for name in SIGNED if name != unsigned]

    with pytest.raises(ApiError, match=unsigned) as refused:
        require_signed(DOCUMENTED_HEADERS, signed)

    assert refused.value.code == "IncompleteSignature"


def test_a_header_that_is_neither_host_nor_acs_may_go_unsigned():
    require_signed([*DOCUMENTED_HEADERS, (b"content-type", b"text/plain")], SIGNED)


def test_a_header_that_was_not_sent_cannot_be_signed():
    with pytest.raises(ApiError, match="x-acs-security-token"):
        require_signed(DOCUMENTED_HEADERS, [*SIGNED, "x-acs-security-token"])


def test_signatures_match_only_when_equal_whatever_their_characters():
    assert [matches("0af1", given) for given in ("0af1", "0AF1", "0af", "", "\u00fc")] == [
        True,
        False,
        False,
        False,
        False,
    ]
