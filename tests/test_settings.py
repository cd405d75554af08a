from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from mcp_server.settings import (
    PREFIX,
    Settings,
    SettingsError,
    credential_environment,
)

_EVERYTHING: dict[str, tuple[str, Any]] = {
    "local": ("true", True),
    "local_endpoint": ("127.0.0.1:8791", "127.0.0.1:8791"),
    "credentials": ("oidc", "oidc"),
    "network": ("vpc", "vpc"),
    "extra_regions": (" cn-new-1, xx-lab ,", ("cn-new-1", "xx-lab")),
    "policy": ("/etc/policy.toml", Path("/etc/policy.toml")),
    "create_without_consent": ("true", True),
    "live_checks": ("false", False),
    "read_only": ("true", True),
    "tools": (" preview_command, get_command ,", ("preview_command", "get_command")),
    "confirmation_timeout": ("30", 30.0),
    "token_keys": (f"{'k' * 32}, {'o' * 40}", (SecretStr("k" * 32), SecretStr("o" * 40))),
    "content_limit": ("24576", 24576),
    "connect_timeout": ("2.5", 2.5),
    "read_timeout": ("45", 45.0),
    "call_timeout": ("1", 1.0),
    "max_attempts": ("1", 1),
    "max_concurrent_calls": ("64", 64),
    "log_level": ("DEBUG", "DEBUG"),
}


@pytest.fixture
def settings_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "settings.toml"
    monkeypatch.setenv("CLOUD_ASSISTANT_SETTINGS_FILE", str(path))
    return path


def refusal() -> str:
    with pytest.raises(SettingsError) as raised:
        Settings.load()
    return str(raised.value)


def test_without_anything_set_the_documented_limits_apply() -> None:
    assert Settings.load().model_dump() == {
        "local": False,
        "local_endpoint": None,
        "credentials": "default",
        "network": "public",
        "extra_regions": (),
        "policy": None,
        "create_without_consent": False,
        "live_checks": None,
        "read_only": False,
        "tools": None,
        "confirmation_timeout": 300.0,
        "token_keys": (),
        "content_limit": 18432,
        "connect_timeout": 5.0,
        "read_timeout": 10.0,
        "call_timeout": 45.0,
        "max_attempts": 4,
        "max_concurrent_calls": 8,
        "log_level": "WARNING",
    }


def test_the_environment_sets_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, (text, _) in _EVERYTHING.items():
        monkeypatch.setenv(PREFIX + name.upper(), text)
    assert Settings.load().model_dump() == {n: value for n, (_, value) in _EVERYTHING.items()}


def test_a_settings_file_sets_what_the_environment_does_not(
    monkeypatch: pytest.MonkeyPatch, settings_file: Path
) -> None:
    settings_file.write_text('max_attempts = 2\nnetwork = "vpc"\nextra_regions = ["cn-new-1"]\n')
    monkeypatch.setenv("CLOUD_ASSISTANT_NETWORK", "public")
    settings = Settings.load(max_concurrent_calls=3)
    assert settings == Settings(
        max_attempts=2, network="public", extra_regions=("cn-new-1",), max_concurrent_calls=3
    )


def test_the_command_line_goes_over_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_ASSISTANT_LOCAL", "false")
    assert Settings.load(local=True).local is True


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "there is no such file"),
        (b"max_attempts = ", "the file is not TOML; look at its end"),
        (b"max_attempts = \n", "the file is not TOML; look at line 1"),
        (b"local = true\n\ncanary\n", "the file is not TOML; look at line 3"),
        (b'local = "\xff"', "the file is not UTF-8 text"),
    ],
)
def test_a_settings_file_that_cannot_be_used_is_told_in_words_and_not_quoted(
    settings_file: Path, content: bytes | None, told: str
) -> None:
    if content is not None:
        settings_file.write_bytes(content)
    assert refusal() == f"CLOUD_ASSISTANT_SETTINGS_FILE: {told}"


def test_a_folder_is_no_settings_file(settings_file: Path) -> None:
    settings_file.mkdir()
    assert refusal() == "CLOUD_ASSISTANT_SETTINGS_FILE: the file cannot be read: Is a directory"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("max_attemps = 2", "max_attemps in the settings file: no such setting; did you mean "
         "max_attempts?"),
        ("log-level = 'INFO'", "log-level in the settings file: no such setting; did you mean "
         "log_level?"),
        ("CLOUD_ASSISTANT_NETWORK = 'vpc'", "CLOUD_ASSISTANT_NETWORK in the settings file: no such "
         "setting; did you mean network?"),
        ("colour = 'canary'", "colour in the settings file: no such setting"),
        ("[server]\nlocal = true", "server in the settings file: no such setting"),
        ("max_attempts = 9", "max_attempts in the settings file: Input should be less than or "
         "equal to 4"),
        ("extra_regions = ['x y', 'z']", "extra_regions in the settings file: each must look like "
         "cn-hangzhou"),
        ("tools = ['explain_eror']", "tools in the settings file: there is no tool 'explain_eror'; "
         "did you mean explain_error?"),
        ("extra_regions = [1, 2]", "extra_regions in the settings file: Input should be a valid "
         "string"),
        ("local_endpoint = '127.0.0.1:8791'", "local_endpoint in the settings file: for local mode "
         "only; set CLOUD_ASSISTANT_LOCAL to true, give --local, or unset it"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_settings_file_is_named_as_it_is_there(
    settings_file: Path, content: str, told: str
) -> None:
    settings_file.write_text(content)
    assert refusal() == told


def test_what_is_wrong_in_the_environment_is_not_laid_to_the_settings_file(
    monkeypatch: pytest.MonkeyPatch, settings_file: Path
) -> None:
    settings_file.write_text("max_attempts = 2\ncolour = 1\n")
    monkeypatch.setenv("CLOUD_ASSISTANT_MAX_ATTEMPTS", "9")
    assert refusal() == (
        "CLOUD_ASSISTANT_MAX_ATTEMPTS: Input should be less than or equal to 4; "
        "colour in the settings file: no such setting"
    )


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("MAX_ATTEMPT", "no such setting; did you mean CLOUD_ASSISTANT_MAX_ATTEMPTS?"),
        ("LOCALENDPOINT", "no such setting; did you mean CLOUD_ASSISTANT_LOCAL_ENDPOINT?"),
        ("SETTING_FILE", "no such setting; did you mean CLOUD_ASSISTANT_SETTINGS_FILE?"),
        ("Network", "no such setting; did you mean CLOUD_ASSISTANT_NETWORK?"),
        ("READONLY", "no such setting; did you mean CLOUD_ASSISTANT_READ_ONLY?"),
        ("TOKEN", "no such setting"),
        ("REGION", "no such setting"),
        ("", "no such setting"),
    ],
)
def test_a_variable_that_is_no_setting_is_refused_with_the_one_that_is_near(
    monkeypatch: pytest.MonkeyPatch, name: str, told: str
) -> None:
    monkeypatch.setenv(PREFIX + name, "canary")
    assert refusal() == f"{PREFIX}{name}: {told}"


def test_a_local_endpoint_without_local_mode_is_refused_and_the_cloud_not_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CLOUD_ASSISTANT_LOCAL_ENDPOINT", "127.0.0.1:8791")
    assert refusal() == (
        "CLOUD_ASSISTANT_LOCAL_ENDPOINT: for local mode only; set CLOUD_ASSISTANT_LOCAL to true, "
        "give --local, or unset it"
    )
    assert Settings.load(local=True).local_endpoint == "127.0.0.1:8791"
    monkeypatch.setenv("CLOUD_ASSISTANT_LOCAL", "true")
    assert Settings.load().local_endpoint == "127.0.0.1:8791"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("local", "perhaps"),
        ("credentials", "password"),
        ("network", "intranet"),
        ("extra_regions", "cn-ok,evil.com/x"),
        ("read_only", "perhaps"),
        ("token_keys", "k" * 31),
        ("token_keys", f"{'k' * 32},short"),
        ("confirmation_timeout", "0"),
        ("extra_regions", "cn-ok,cn-hangzhou-"),
        ("content_limit", "24577"),
        ("content_limit", "1023"),
        ("connect_timeout", "0"),
        ("read_timeout", "46"),
        ("call_timeout", "nan"),
        ("call_timeout", "46"),
        ("max_attempts", "5"),
        ("max_attempts", "0"),
        ("max_concurrent_calls", "0"),
        ("log_level", "LOUD"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_and_not_echoed(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    monkeypatch.setenv(PREFIX + name.upper(), text)
    with pytest.raises(SettingsError, match=f"^{PREFIX}{name.upper()}: ") as raised:
        Settings.load()
    told = str(raised.value).partition(": ")[2]
    assert text not in told.replace(" 0", "")
    assert not told.startswith("Value error")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("create_comand", "there is no tool 'create_comand'; did you mean create_command?"),
        ("list_command", "there is no tool 'list_command'; did you mean list_commands?"),
        ("Get-Command", "there is no tool 'Get-Command'; did you mean get_command?"),
        (
            "preview_command,delete,explain_errors",
            "there is no tool 'delete'; the tools are create_command, preview_command, "
            "list_commands, get_command, delete_command, explain_error; there is no tool "
            "'explain_errors'; did you mean explain_error?",
        ),
        ("get_command get_command", "there is no tool 'get_command get_command'; the tools are "),
        ("", "it names no tool; unset it to publish all of them"),
        (" , ", "it names no tool; unset it to publish all of them"),
        ("\x1b[2J" + "x" * 99, f"there is no tool '\\x1b[2J{'x' * 60}'; the tools are "),
    ],
)
def test_a_tool_that_there_is_not_is_told_with_the_one_that_is_near(
    monkeypatch: pytest.MonkeyPatch, text: str, told: str
) -> None:
    monkeypatch.setenv("CLOUD_ASSISTANT_TOOLS", text)
    assert refusal().startswith(f"CLOUD_ASSISTANT_TOOLS: {told}")


def test_all_values_that_cannot_be_used_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_ASSISTANT_NETWORK", "intranet")
    monkeypatch.setenv("CLOUD_ASSISTANT_MAX_ATTEMPTS", "many")
    with pytest.raises(SettingsError, match=r"NETWORK: .*MAX_ATTEMPTS: "):
        Settings.load()


@pytest.mark.parametrize(
    "address", ["127.0.0.1:1", "127.9.9.9:65535", "localhost:8080", "[::1]:8080"]
)
def test_a_loopback_address_with_a_port_may_be_the_local_endpoint(address: str) -> None:
    assert Settings.load(local=True, local_endpoint=address).local_endpoint == address


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1:80",
        "0.0.0.0:80",
        "[::]:80",
        "ecs.aliyuncs.com:80",
        "localhost.evil.com:80",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.1:+80",
        "127.0.0.1:٣",
        "127.0.0.1:80/x",
        "x@127.0.0.1:80",
        "http://127.0.0.1:80",
        "::1:8080",
        "[127.0.0.1]:80",
        "",
        ":80",
    ],
)
def test_no_other_address_may_be_the_local_endpoint(address: str) -> None:
    with pytest.raises(SettingsError, match=r"LOCAL_ENDPOINT: must be a loopback address"):
        Settings.load(local=True, local_endpoint=address)


def test_settings_cannot_be_changed() -> None:
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.local = True  # type: ignore[misc]


def test_the_credential_checks_see_the_vendors_variables_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "other")
    assert credential_environment() == {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "id",
        "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
    }


def test_every_setting_says_what_it_does() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name
