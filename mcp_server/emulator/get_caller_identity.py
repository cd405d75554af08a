"""GetCallerIdentity of STS."""

from hashlib import sha256
from typing import Final

from mcp_server.emulator.call import Call, JsonObject
from mcp_server.emulator.settings import Account

_ROLE: Final = "local-role"
_SESSION: Final = "local-session"


async def get_caller_identity(call: Call) -> JsonObject:
    """Say whose key signed the call: the account's, a RAM user's or an assumed role's."""
    await call.pause()
    account = call.account
    return {"AccountId": account.account_id, **_identity(account)}


def _identity(account: Account) -> JsonObject:
    prefix = f"acs:ram::{account.account_id}"
    if account.security_token is not None:
        role_id = _number(3, _ROLE, account.account_id)
        return {
            "IdentityType": "AssumedRoleUser",
            "Arn": f"{prefix}:assumed-role/{_ROLE}/{_SESSION}",
            "PrincipalId": f"{role_id}:{_SESSION}",
            "RoleId": role_id,
        }
    if account.denied_actions:
        # Only a RAM user can lack a permission.
        user_id = _number(2, account.access_key_id)
        return {
            "IdentityType": "RAMUser",
            "Arn": f"{prefix}:user/local-{user_id[-6:]}",
            "PrincipalId": user_id,
            "UserId": user_id,
        }
    return {
        "IdentityType": "Account",
        "Arn": f"{prefix}:root",
        "PrincipalId": account.account_id,
        "UserId": account.account_id,
    }


def _number(first_digit: int, *names: str) -> str:
    # Ids are 18 digits; derived, so that the same key always has the same.
    digest = int(sha256("/".join(names).encode()).hexdigest(), 16)
    return f"{first_digit}{digest % 10**17:017}"
