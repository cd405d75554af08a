import re
from dataclasses import replace

import pytest

from mcp_server.emulator import DEFAULT_ACCOUNT, Account, Emulator, EmulatorSettings

ACCOUNT_ID = "1000000000000001"
RAM_USER = replace(
    DEFAULT_ACCOUNT,
    access_key_id="local-user-key",
    access_key_secret="local-user-secret",
    denied_actions=frozenset({"DeleteCommand"}),
)
OTHER_RAM_USER = replace(RAM_USER, access_key_id="local-other-key")
ROLE = Account(
    account_id=ACCOUNT_ID,
    access_key_id="local-temporary-key",
    access_key_secret="local-temporary-secret",
    security_token="local-security-token",
)


@pytest.fixture
def identity(call_api):
    """Asks who an account is, at an emulator that knows all of them."""
    accounts = (DEFAULT_ACCOUNT, RAM_USER, OTHER_RAM_USER, ROLE)
    with Emulator(EmulatorSettings(accounts=accounts)) as emulator:
        yield lambda account: call_api(emulator, "2015-04-01", "GetCallerIdentity", account=account)


def test_a_lasting_key_without_denials_is_the_accounts_own(identity):
    body = identity(DEFAULT_ACCOUNT)

    assert body == {
        "IdentityType": "Account",
        "AccountId": ACCOUNT_ID,
        "UserId": ACCOUNT_ID,
        "PrincipalId": ACCOUNT_ID,
        "Arn": f"acs:ram::{ACCOUNT_ID}:root",
        "RequestId": body["RequestId"],
    }


def test_a_key_with_denied_actions_is_a_ram_users(identity):
    body = identity(RAM_USER)

    user_id = body["UserId"]
    assert body == {
        "IdentityType": "RAMUser",
        "AccountId": ACCOUNT_ID,
        "UserId": user_id,
        "PrincipalId": user_id,
        "Arn": f"acs:ram::{ACCOUNT_ID}:user/local-{user_id[-6:]}",
        "RequestId": body["RequestId"],
    }
    assert re.fullmatch("2[0-9]{17}", user_id)


def test_a_ram_user_has_an_id_of_its_own_that_stays(identity):
    first, again, other = (
        identity(account)["UserId"] for account in (RAM_USER, RAM_USER, OTHER_RAM_USER)
    )

    assert (first == again, first == other) == (True, False)


def test_a_temporary_key_is_an_assumed_roles_and_has_no_user(identity):
    body = identity(ROLE)

    role_id = body["RoleId"]
    assert body == {
        "IdentityType": "AssumedRoleUser",
        "AccountId": ACCOUNT_ID,
        "RoleId": role_id,
        "PrincipalId": f"{role_id}:local-session",
        "Arn": f"acs:ram::{ACCOUNT_ID}:assumed-role/local-role/local-session",
        "RequestId": body["RequestId"],
    }
    assert re.fullmatch("3[0-9]{17}", role_id)
