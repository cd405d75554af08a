"""The vendor's credential providers. Costs 0.25 s to import: never import it on start-up.

The vendor reads its variables and HOME when its modules are imported; later changes of the
environment do nothing.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from alibabacloud_credentials import provider as vendor

from mcp_server.ecs.credentials import Account, CredentialsError
from mcp_server.ecs.sdk_logging import silence_sdk
from mcp_server.settings import CredentialsKind

_PROVIDERS: Final[Mapping[CredentialsKind, Callable[[], Any]]] = MappingProxyType(
    {
        "default": vendor.DefaultCredentialsProvider,
        "oidc": vendor.OIDCRoleArnCredentialsProvider,
        "cli_profile": vendor.CLIProfileCredentialsProvider,
        "credentials_file": vendor.ProfileCredentialsProvider,
        "ecs_ram_role": vendor.EcsRamRoleCredentialsProvider,
        "credentials_uri": vendor.URLCredentialsProvider,
    }
)
_NEEDS: Final[Mapping[CredentialsKind, str]] = MappingProxyType(
    {
        "default": "no variable, profile, file, instance role or URI of the vendor's chain gave "
        "credentials",
        "oidc": "the OIDC role gave none; it needs ALIBABA_CLOUD_OIDC_TOKEN_FILE, "
        "ALIBABA_CLOUD_ROLE_ARN and ALIBABA_CLOUD_OIDC_PROVIDER_ARN, and a role that trusts the "
        "provider",
        "cli_profile": "the profile of the command line tool gave none; it is read from "
        "~/.aliyun/config.json, by ALIBABA_CLOUD_PROFILE or the current profile",
        "credentials_file": "the credentials file gave none; it is read from "
        "ALIBABA_CLOUD_CREDENTIALS_FILE or ~/.alibabacloud/credentials.ini, by "
        "ALIBABA_CLOUD_PROFILE or the section [default]",
        "ecs_ram_role": "the instance's RAM role gave none; it needs an ECS instance with a role, "
        "and ALIBABA_CLOUD_ECS_METADATA_DISABLED must not be true",
        "credentials_uri": "ALIBABA_CLOUD_CREDENTIALS_URI gave none; the address must answer "
        "with AccessKeyId, AccessKeySecret, SecurityToken and Expiration",
    }
)


def provider(kind: CredentialsKind) -> object:
    """A provider of the vendor's, ready to be asked.

    Raises:
        CredentialsError: what this kind needs is not set.
    """
    silence_sdk()
    try:
        made: object = _PROVIDERS[kind]()
    except Exception:  # noqa: BLE001 - the vendor raises ValueError, OSError and its own
        raise _unavailable(kind) from None
    return made


def ask(provider: Any, kind: CredentialsKind) -> Account:  # noqa: ANN401 - the SDK is untyped
    """The keys that a provider has now. Blocks.

    Raises:
        CredentialsError: it has none. The vendor's words are not passed on; they may hold paths,
            addresses and answers of a token service.
    """
    try:
        keys = provider.get_credentials()
    except Exception:  # noqa: BLE001 - the vendor's chain raises whatever a provider raised
        raise _unavailable(kind) from None
    return Account(
        keys.get_access_key_id() or "",
        keys.get_access_key_secret() or "",
        keys.get_security_token() or None,
        str(keys.get_provider_name()),
    )


def _unavailable(kind: CredentialsKind) -> CredentialsError:
    code = "NoCredentials" if kind == "default" else "CredentialsUnavailable"
    return CredentialsError(code, _NEEDS[kind])
