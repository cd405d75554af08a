"""The local endpoint as a backend: one that runs already, or one of our own."""

from mcp_server.ecs.backend import LocalEndpoint
from mcp_server.ecs.credentials import Account
from mcp_server.settings import Settings


def start_local_endpoint(settings: Settings) -> LocalEndpoint:
    """Start the embedded endpoint, or use the one that the settings name.

    It lives as long as the process: its thread is a daemon.

    Raises:
        OSError: it cannot listen.
    """
    # Only local mode pays for this import.
    from mcp_server.emulator import DEFAULT_ACCOUNT, Emulator, EmulatorSettings  # noqa: PLC0415

    account = Account(
        DEFAULT_ACCOUNT.access_key_id, DEFAULT_ACCOUNT.access_key_secret, provider="local"
    )
    if settings.local_endpoint is not None:
        return LocalEndpoint(settings.local_endpoint, account)
    emulator = Emulator(
        EmulatorSettings(
            content_limit=settings.content_limit,
            extra_regions=frozenset(settings.extra_regions),
        )
    )
    try:
        emulator.start()
    except RuntimeError as error:
        raise OSError(str(error)) from None
    return LocalEndpoint(emulator.endpoint, account)
