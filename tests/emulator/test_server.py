import gc
import json
import logging
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from darabonba.exceptions import UnretryableException

from mcp_server.emulator import DEFAULT_ACCOUNT, Emulator, EmulatorSettings, Fault, Hold
from mcp_server.emulator.listening import listening_socket

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.1", "example.com", ""])  # noqa: S104 - refused
def test_only_loopback_addresses_are_listened_on(host):
    with pytest.raises(ValueError, match="loopback"):
        EmulatorSettings(host=host)


@pytest.mark.parametrize(
    "wrong", [{"accounts": ()}, {"content_limit": 0}, {"content_limit": 24 * 1024 + 1}]
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=r"account|content_limit"):
        EmulatorSettings(**wrong)


def test_the_listening_socket_says_it_is_tcp_so_that_nothing_waits_for_nagle():
    with listening_socket("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP


def test_localhost_and_ipv6_are_loopback_too(connect, creation):
    with Emulator(EmulatorSettings(host="localhost")) as emulator:
        connect(emulator).create_command(creation())

    assert emulator.endpoint.startswith("localhost:")
    assert Emulator(EmulatorSettings(host="::1", port=80)).endpoint == "[::1]:80"


def test_a_restart_keeps_port_and_data(emulator, client, creation):
    command_id = client.create_command(creation(client_token="t")).body.command_id
    endpoint = emulator.endpoint

    emulator.stop()
    with pytest.raises(UnretryableException):
        client.create_command(creation(client_token="t"))
    emulator.start()
    again = client.create_command(creation(client_token="t")).body.command_id

    assert (again, emulator.endpoint) == (command_id, endpoint)
    assert len(emulator.requests) == 2


def test_starting_and_stopping_twice_is_once(emulator):
    threads = threading.active_count()
    emulator.start()
    assert threading.active_count() == threads

    emulator.stop()
    emulator.stop()

    assert threading.active_count() == threads - 1


def test_a_stopped_emulator_still_shows_what_happened(connect, creation):
    with Emulator() as emulator:
        connect(emulator).create_command(creation())

    assert (len(emulator.commands()), len(emulator.requests)) == (1, 1)


@pytest.mark.parametrize("released", [False, True], ids=["held", "delayed"])
def test_stopping_is_quick_with_a_request_under_way(connect, creation, released):
    hold = Hold()
    if released:
        hold.release()
    with Emulator() as emulator, ThreadPoolExecutor(1) as pool:
        # The client keeps an idle connection as well.
        client = connect(emulator)
        client.create_command(creation())
        emulator.faults.add(Fault(hold=hold, delay=60))
        call = pool.submit(connect(emulator).create_command, creation())
        assert hold.wait_until_reached()

        began = time.perf_counter()
        emulator.stop()
        took = time.perf_counter() - began

        assert isinstance(call.exception(), UnretryableException)
    hold.release()
    assert took < 0.3
    assert [record.outcome for record in emulator.requests] == ["OK", "dropped"]
    assert len(emulator.commands()) == 1


def test_a_port_in_use_is_an_os_error(emulator):
    port = int(emulator.endpoint.rpartition(":")[2])

    with pytest.raises(OSError, match=r"."):
        Emulator(EmulatorSettings(port=port)).start()


def test_a_file_keeps_commands_and_tokens_for_the_next_emulator(tmp_path, connect, creation):
    settings = EmulatorSettings(data=tmp_path / "ecs.sqlite")
    with Emulator(settings) as first:
        command_id = connect(first).create_command(creation(client_token="t")).body.command_id
    stored = first.commands()
    first.close()

    with Emulator(settings) as second:
        assert second.commands() == stored
        again = connect(second).create_command(creation(client_token="t")).body.command_id
    second.close()

    assert again == command_id


def test_a_closed_emulator_may_be_closed_again():
    emulator = Emulator()
    emulator.close()
    emulator.close()


@pytest.mark.filterwarnings("error::ResourceWarning")
def test_a_forgotten_emulator_leaves_nothing_open():
    with Emulator() as emulator:
        pass
    del emulator

    gc.collect()


def test_reset_forgets_everything_but_accounts(emulator, client, raw_request, creation):
    request = raw_request(emulator)
    request.send()
    command_id = client.create_command(creation(client_token="t")).body.command_id
    emulator.faults.add(Fault(drop=True))

    emulator.reset()

    assert (emulator.commands(), emulator.requests, emulator.faults.pending) == ([], [], 0)
    assert request.send()[0] == 200
    assert client.create_command(creation(client_token="t")).body.command_id != command_id


def test_the_log_of_requests_is_bounded(connect, creation):
    with Emulator(EmulatorSettings(request_log_size=2)) as emulator:
        client = connect(emulator)
        for token in "abc":
            client.create_command(creation(client_token=token))

        assert [record.client_token for record in emulator.requests] == ["b", "c"]


def test_a_request_line_of_128_kib_is_read(emulator, raw_request):
    query = {
        "RegionId": "cn-hangzhou",
        "Name": "n",
        "Type": "RunShellScript",
        "CommandContent": "x" * 128 * 1024,
    }

    _, _, body = raw_request(emulator, query).send()

    assert body["Code"] == "CmdContent.ExceedLimit"


def test_the_longest_script_of_three_byte_characters_is_accepted(connect, creation):
    script = "\u4f60" * 6144
    with Emulator(EmulatorSettings(content_limit=24 * 1024)) as emulator:
        connect(emulator).create_command(
            creation(command_content=script, content_encoding="PlainText")
        )

        assert [command.content for command in emulator.commands()] == [script.encode()]


def test_serving_changes_no_logging_and_logs_no_request(client, creation, caplog):
    access_log = logging.getLogger("uvicorn.access")
    before = (list(access_log.handlers), access_log.propagate, access_log.level)
    with caplog.at_level(logging.INFO):
        client.create_command(creation())

    assert (list(access_log.handlers), access_log.propagate, access_log.level) == before
    assert [r.getMessage() for r in caplog.records if r.name == "uvicorn.access"] == []


def test_a_bug_is_answered_as_an_internal_error(emulator, client, raw_request, monkeypatch, caplog):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("mcp_server.emulator.store.Store.add", broken)

    status, _, body = raw_request(emulator).send()

    assert (status, body["Code"]) == (500, "InternalError")
    assert [record.outcome for record in emulator.requests] == ["InternalError"]
    assert "ZeroDivisionError" in caplog.text


def test_a_client_that_leaves_in_the_middle_of_its_body_is_forgotten(emulator, client, creation):
    host, _, port = emulator.endpoint.rpartition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
    client.create_command(creation())

    assert [record.outcome for record in emulator.requests] == ["OK"]


def test_the_answer_carries_the_emulators_date(emulator, raw_request):
    _, headers, _ = raw_request(emulator).send()

    assert headers["date"].endswith(" GMT")


def test_the_present_state_of_the_account_is_shown(emulator):
    assert emulator.account == DEFAULT_ACCOUNT


def test_importing_the_emulator_imports_nothing_of_the_rest_and_nothing_of_the_vendor():
    program = "import json, sys; import mcp_server.emulator; print(json.dumps(sorted(sys.modules)))"
    output = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True
    ).stdout
    modules = json.loads(output)

    ours = {name for name in modules if name.partition(".")[0] == "mcp_server"}
    foreign = {name.partition(".")[0].lower() for name in modules}
    assert {name for name in ours if not name.startswith("mcp_server.emulator")} == {"mcp_server"}
    assert not {
        name for name in foreign if name.startswith(("alibabacloud", "tea", "darabonba", "mcp_t"))
    }


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serving_in_the_foreground_ends_cleanly_on_a_signal(number):
    program = (
        "from mcp_server.emulator import Emulator\n"
        "emulator = Emulator()\n"
        "emulator.serve(announce=lambda: print(emulator.endpoint, flush=True))\n"
        "print('stopped')\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("127.0.0.1:")
        process.send_signal(number)
        out, err = process.communicate(timeout=20)

    assert (process.returncode, out, err) == (0, "stopped\n", "")
