import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import pytest

from mcp_server.emulator import Emulator, EmulatorSettings


@pytest.fixture
def steered():
    """An emulator with open control paths."""
    with Emulator(EmulatorSettings(control=True)) as running:
        yield running


def control(
    emulator: Emulator, method: str, path: str, content: object = None
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(emulator.endpoint, timeout=10)
    try:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        connection.request(method, f"/_emulator/{path}", body)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "faults"),
        ("DELETE", "faults"),
        ("GET", "requests"),
        ("POST", "reset"),
        ("POST", "holds/h/release"),
    ],
)
def test_the_control_paths_are_closed_unless_asked_for(emulator, method, path):
    assert control(emulator, method, path)[0] == 404


def test_faults_are_scripted_from_afar(steered, raw_request):
    status, body = control(
        steered,
        "POST",
        "faults",
        [
            {"action": "CreateCommand", "code": "Throttling.User", "retry_after": 5},
            {"body": "html", "status": 414},
        ],
    )

    answer = raw_request(steered).send()

    assert (status, json.loads(body)) == (200, {"added": 2})
    assert (answer[0], answer[1]["x-acs-retry-after"]) == (400, "5")
    assert steered.faults.pending == 1


def test_one_fault_needs_no_array(steered):
    assert control(steered, "POST", "faults", {"drop": True, "times": 3})[0] == 200
    assert steered.faults.pending == 3


def test_scripted_faults_are_dropped_from_afar(steered):
    control(steered, "POST", "faults", {"drop": True})
    control(steered, "DELETE", "faults")

    assert steered.faults.pending == 0


@pytest.mark.parametrize(
    "wrong",
    [b"no json", {"no": "fault"}, {"times": 0}, {"times": "2"}, [3], {"body": "xml"}, [{}, None]],
)
def test_a_wrong_fault_is_refused_whole(steered, wrong):
    status, body = control(steered, "POST", "faults", wrong)

    assert (status, list(json.loads(body))) == (400, ["error"])
    assert steered.faults.pending == 0


def test_a_request_is_held_and_released_from_afar(steered, raw_request):
    control(steered, "POST", "faults", {"hold": "gate"})
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(raw_request(steered).send)

        # Whether it has arrived yet or not, it passes after the release.
        assert control(steered, "POST", "holds/gate/release")[0] == 200

        assert held.result()[0] == 200


def test_an_unknown_hold_cannot_be_released(steered):
    assert control(steered, "POST", "holds/gate/release")[0] == 404


def test_the_requests_are_read_from_afar(steered, raw_request):
    raw_request(steered).send()

    status, body = control(steered, "GET", "requests")

    assert (status, json.loads(body)) == (
        200,
        {"requests": [asdict(record) for record in steered.requests]},
    )
    assert len(steered.requests) == 1


def test_everything_is_reset_from_afar(steered, raw_request):
    raw_request(steered).send()
    control(steered, "POST", "faults", [{"drop": True}, {"hold": "gate"}])

    assert control(steered, "POST", "reset")[0] == 200

    assert (steered.commands(), steered.requests, steered.faults.pending) == ([], [], 0)
    assert control(steered, "POST", "holds/gate/release")[0] == 404
