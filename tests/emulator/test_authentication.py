from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.emulator import DEFAULT_ACCOUNT, Account, Emulator, EmulatorSettings

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
TEMPORARY = Account(
    account_id="1000000000000001",
    access_key_id="local-temporary-key",
    access_key_secret="local-temporary-key-secret",
    security_token="local-security-token",
    expires=NOON,
)


class SettableClock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock():
    return SettableClock()


@pytest.fixture
def at_noon(clock):
    """An emulator for which it is noon, with a lasting and a temporary key."""
    with Emulator(EmulatorSettings(clock=clock, accounts=(DEFAULT_ACCOUNT, TEMPORARY))) as running:
        yield running


@pytest.fixture(scope="module")
def shared_emulator():
    with Emulator(EmulatorSettings(command_quota=10_000)) as running:
        yield running


def code_of(answer: tuple[int, dict[str, str], Any]) -> tuple[int, str]:
    status, _, body = answer
    return status, body.get("Code", "OK")


def test_a_request_signed_by_the_vendors_client_is_accepted(emulator, client, creation):
    response = client.create_command(creation())

    assert (response.status_code, response.body.command_id) == (
        200,
        emulator.commands()[0].command_id,
    )


@settings(max_examples=40, deadline=None)
@given(
    name=st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=60),
    script=st.text(min_size=1, max_size=200),
    value=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)
def test_strange_characters_arrive_as_they_were_signed(
    shared_emulator, connect, creation, name, script, value
):
    request = creation(
        name=name,
        command_content=script,
        content_encoding="PlainText",
        tags=[("key", value.replace("://", ""))],
    )

    connect(shared_emulator).create_command(request)

    stored = shared_emulator.commands()[0]
    assert (stored.name, stored.content, stored.tags) == (
        name,
        script.encode(),
        (("key", value.replace("://", "")),),
    )


def test_a_wrong_secret_is_refused_without_showing_the_script(emulator, raw_request):
    impostor = replace(DEFAULT_ACCOUNT, access_key_secret="guessed")

    status, _, body = raw_request(emulator, account=impostor).send()

    assert (status, body["Code"]) == (400, "SignatureDoesNotMatch")
    assert body["Message"].startswith(
        "Specified signature does not match our calculation. "
        "server StringToSign is [ACS3-HMAC-SHA256 "
    )
    assert "ZWNobyBoZWxsbw" not in str(body)


def test_a_request_changed_on_its_way_is_refused(emulator, raw_request):
    genuine = raw_request(emulator)
    forged = [
        replace(genuine, query=genuine.query.replace("hello", "howdy")),
        replace(genuine, query=genuine.query + "&Timeout=1"),
        replace(genuine, body=b"Timeout=1"),
        genuine.changed(x_acs_action="DeleteCommand"),
    ]

    assert [code_of(request.send()) for request in forged] == [(400, "SignatureDoesNotMatch")] * 4
    assert emulator.commands() == []


def test_the_hash_header_must_be_that_of_the_body(emulator, raw_request):
    other_hash = raw_request(emulator, x_acs_content_sha256="0" * 64)

    assert code_of(other_hash.send()) == (400, "SignatureDoesNotMatch")


def test_an_unsigned_content_type_does_not_matter(emulator, raw_request):
    request = raw_request(emulator).changed(content_type="application/octet-stream")

    assert code_of(request.send()) == (200, "OK")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("authorization", None),
        ("x-acs-date", None),
        ("x-acs-signature-nonce", None),
        ("x-acs-content-sha256", None),
        ("x-acs-version", None),
        ("x-acs-action", None),
        ("x-acs-credentials-provider", "added later"),
    ],
)
def test_an_incomplete_signature_is_refused(emulator, raw_request, header, value):
    request = raw_request(emulator).changed(**{header: value})

    assert code_of(request.send()) == (400, "IncompleteSignature")


def test_an_unknown_access_key_is_refused(emulator, raw_request):
    stranger = replace(DEFAULT_ACCOUNT, access_key_id="nobody")

    assert code_of(raw_request(emulator, account=stranger).send()) == (
        404,
        "InvalidAccessKeyId.NotFound",
    )


def test_a_disabled_access_key_is_refused(emulator, raw_request):
    emulator.put_account(replace(DEFAULT_ACCOUNT, active=False))

    assert code_of(raw_request(emulator).send()) == (400, "InvalidAccessKeyId.Inactive")


@pytest.mark.parametrize("minutes", [-15, 15])
def test_a_clock_fifteen_minutes_off_is_accepted(at_noon, raw_request, minutes):
    request = raw_request(at_noon, at=NOON + timedelta(minutes=minutes))

    assert code_of(request.send()) == (200, "OK")


@pytest.mark.parametrize("seconds", [-901, 901])
def test_a_clock_further_off_is_refused(at_noon, raw_request, seconds):
    request = raw_request(at_noon, at=NOON + timedelta(seconds=seconds))

    assert code_of(request.send()) == (400, "InvalidTimeStamp.Expired")


@pytest.mark.parametrize(
    "date", ["2026-11-25 12:00:00", "20261125T120000Z", "2026-13-25T12:00:00Z", "noon"]
)
def test_a_date_in_another_format_is_refused(at_noon, raw_request, date):
    assert code_of(raw_request(at_noon, at=date).send()) == (400, "InvalidTimeStamp.Format")


def test_a_nonce_is_good_once(emulator, raw_request):
    request = raw_request(emulator)

    assert [code_of(request.send()) for _ in range(2)] == [
        (200, "OK"),
        (400, "SignatureNonceUsed"),
    ]
    assert len(emulator.commands()) == 1


def test_a_nonce_is_remembered_as_long_as_its_date_is_good(at_noon, raw_request, clock):
    from_the_future = raw_request(at_noon, at=NOON + timedelta(minutes=15))
    from_the_future.send()
    clock.now += timedelta(minutes=30)
    raw_request(at_noon, at=clock.now).send()

    assert code_of(from_the_future.send()) == (400, "SignatureNonceUsed")


def test_a_nonce_out_of_the_window_may_come_again(at_noon, raw_request, clock):
    nonce = "0123456789abcdef"
    raw_request(at_noon, at=clock.now, x_acs_signature_nonce=nonce).send()
    clock.now += timedelta(minutes=30, seconds=1)

    again = raw_request(at_noon, at=clock.now, x_acs_signature_nonce=nonce)

    assert code_of(again.send()) == (200, "OK")


def test_a_forged_request_does_not_use_up_the_nonce(emulator, raw_request):
    request = raw_request(emulator)
    replace(request, query="RegionId=forged").send()

    assert code_of(request.send()) == (200, "OK")


def test_two_keys_may_use_the_same_nonce(at_noon, raw_request, clock):
    clock.now -= timedelta(seconds=1)
    token = {"x_acs_security_token": "local-security-token"}

    requests = [
        raw_request(at_noon, at=NOON, x_acs_signature_nonce="n"),
        raw_request(at_noon, at=NOON, x_acs_signature_nonce="n", account=TEMPORARY, **token),
    ]

    assert [code_of(request.send()) for request in requests] == [(200, "OK")] * 2


def test_the_vendors_client_gets_in_with_a_security_token(emulator, connect, creation):
    lasting_token = replace(TEMPORARY, expires=None)
    emulator.put_account(lasting_token)

    connect(emulator, lasting_token).create_command(creation())

    assert [record.account_id for record in emulator.requests] == ["1000000000000001"]


@pytest.mark.parametrize(
    ("account", "headers", "code"),
    [
        (TEMPORARY, {}, "MissingSecurityToken"),
        (
            TEMPORARY,
            {"x_acs_security_token": "something else"},
            "InvalidSecurityToken.Malformed",
        ),
        (
            DEFAULT_ACCOUNT,
            {"x_acs_security_token": "local-security-token"},
            "InvalidSecurityToken.MismatchWithAccessKey",
        ),
        (
            TEMPORARY,
            {
                "x_acs_security_token": "local-security-token",
                "x_acs_accesskey_id": "local-access-key",
            },
            "InvalidSecurityToken.MismatchWithAccessKey",
        ),
        (
            TEMPORARY,
            {"x_acs_security_token": "local-security-token"},
            "InvalidSecurityToken.Expired",
        ),
    ],
)
def test_a_security_token_must_be_there_and_good(at_noon, raw_request, account, headers, code):
    request = raw_request(at_noon, at=NOON, account=account, **headers)

    assert code_of(request.send()) == (400, code)


def test_a_security_token_is_good_until_it_expires(at_noon, raw_request, clock):
    clock.now -= timedelta(seconds=1)
    request = raw_request(
        at_noon, at=NOON, account=TEMPORARY, x_acs_security_token="local-security-token"
    )

    assert code_of(request.send()) == (200, "OK")


def test_a_denied_action_says_what_permission_is_missing(emulator, raw_request):
    emulator.put_account(replace(DEFAULT_ACCOUNT, denied_actions=frozenset({"CreateCommand"})))

    status, _, body = raw_request(emulator).send()

    assert (status, body["Code"], body["AccessDeniedDetail"]) == (
        403,
        "Forbidden.RAM",
        {
            "AuthAction": "ecs:CreateCommand",
            "AuthPrincipalType": "SubUser",
            "AuthPrincipalOwnerId": "1000000000000001",
            "PolicyType": "AccountLevelIdentityBasedPolicy",
            "NoPermissionType": "ImplicitDeny",
            "EncodedDiagnosticMessage": "bG9jYWwgZW11bGF0b3I=",
        },
    )


def test_only_the_denied_actions_are_denied(emulator, raw_request):
    emulator.put_account(replace(DEFAULT_ACCOUNT, denied_actions=frozenset({"DeleteCommand"})))

    assert code_of(raw_request(emulator).send()) == (200, "OK")
