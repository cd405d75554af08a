import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.ecs.call import Call
from mcp_server.ecs.failure import Failure, worse
from mcp_server.ecs.retry import full_jitter, pause_before_next
from mcp_server.models.explanation import Outcome


@given(st.integers(1, 10))
def test_the_backoff_is_a_part_of_an_exponential_wait_and_never_over_eight_seconds(attempt):
    assert 0 <= full_jitter(attempt) <= min(8.0, 0.5 * 2 ** (attempt - 1))


@pytest.mark.parametrize(
    ("failure", "pause"),
    [
        (Failure("Throttling"), 3.0),
        (Failure("Throttling", retry_after=0.5), 0.5),
        (Failure("Throttling", retry_after=10.0), None),
        (Failure("IdempotentProcessing"), 3.0),
        (Failure("Timeout"), 3.0),
        (Failure("ConnectFailed"), 3.0),
        (Failure("Never.Seen", http_status=503), 3.0),
        (Failure("CmdName.ExceedLimit", http_status=500), 3.0),
        (Failure("Never.Seen", http_status=403), None),
        (Failure("IdempotentParameterMismatch"), None),
        (Failure("TlsFailed"), None),
        (Failure("LocalEndpointUnreachable"), None),
        (Failure("NoCredentials"), None),
    ],
    ids=lambda value: getattr(value, "code", None),
)
def test_only_what_may_pass_is_repeated_and_only_while_there_is_time(failure, pause):
    assert pause_before_next(failure, 1, 10.0, lambda _: 3.0) == pause


@given(st.permutations(list(Outcome)))
def test_what_may_have_created_something_outweighs_the_rest(outcomes):
    known = Outcome.NOT_SENT
    for outcome in outcomes:
        known = worse(known, outcome)
    assert known is Outcome.UNKNOWN


def test_a_call_that_never_got_a_thread_was_not_sent():
    call: Call[None] = Call("CreateCommand", "cn-hangzhou", {}, deadline=0.0)

    assert call.abandon() == Failure("TooManyCalls")
    assert call.outcome is Outcome.NOT_SENT


def test_a_call_given_up_between_attempts_ends_with_its_last_failure():
    call: Call[None] = Call("CreateCommand", "cn-hangzhou", {}, deadline=0.0)
    call.begin()
    assert call.may_send()
    assert call.end(Failure("ServiceUnavailable"))

    assert call.abandon() == Failure("ServiceUnavailable")
    assert call.outcome is Outcome.UNKNOWN


def test_a_call_given_up_before_sending_never_sends():
    call: Call[None] = Call("CreateCommand", "cn-hangzhou", {}, deadline=0.0)
    call.begin()

    assert call.abandon() == Failure("NotSentInTime")
    assert not call.may_send()
    assert call.outcome is Outcome.NOT_SENT
