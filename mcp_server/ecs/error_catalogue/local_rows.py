"""Codes of our own, for what never reached the API or was no answer of it."""

from typing import Final

from mcp_server.ecs.error_catalogue.row import (
    DETAIL,
    ENDPOINTS_PAGE,
    IDEMPOTENCE_PAGE,
    MAY_EXIST,
    REGION,
    REPEAT,
    TROUBLESHOOTING_PAGE,
    Row,
)
from mcp_server.models.explanation import Outcome, Retry, Source

_CREDENTIALS_PAGE: Final = (
    "https://help.aliyun.com/zh/sdk/developer-reference/configure-the-alibaba-cloud-accesskey-"
    "environment-variable-on-linux-macos-and-windows-systems"
)
_RESTART = "Then start this server again: it reads its environment once."

LOCAL_ROWS: Final = (
    Row(
        "NoCredentials",
        "There are no credentials to sign the request with.",
        f"This server found none: {DETAIL}.",
        "Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET (and "
        "ALIBABA_CLOUD_SECURITY_TOKEN for temporary ones), or set up a profile with "
        f"`aliyun configure`. {_RESTART} Without an account, use the local mode.",
        outcome=Outcome.NOT_SENT,
        source=Source.CREDENTIALS,
        reference=_CREDENTIALS_PAGE,
    ),
    Row(
        "HalfCredentials",
        "Only half of an AccessKey is set.",
        f"{DETAIL}. Going on to another source could use another account, so this server stops.",
        f"Set both variables, or neither. {_RESTART}",
        outcome=Outcome.NOT_SENT,
        source=Source.CREDENTIALS,
        reference=_CREDENTIALS_PAGE,
    ),
    Row(
        "MissingToken",
        "The AccessKey is temporary, and its security token is missing.",
        f"The key id begins with STS., but {DETAIL}.",
        "Set ALIBABA_CLOUD_SECURITY_TOKEN to the token that came with the key; or use a source "
        f"that supplies it. {_RESTART}",
        outcome=Outcome.NOT_SENT,
        source=Source.CREDENTIALS,
        reference=_CREDENTIALS_PAGE,
    ),
    Row(
        "MalformedCredentials",
        "A credential has characters that do not belong to it.",
        f"{DETAIL}. It was probably copied with them.",
        f"Copy the value again, without white space, line breaks or quotation marks. {_RESTART}",
        outcome=Outcome.NOT_SENT,
        source=Source.CREDENTIALS,
        reference=_CREDENTIALS_PAGE,
    ),
    Row(
        "CredentialsUnavailable",
        "The chosen source of credentials gave none.",
        f"Of the setting `credentials`: {DETAIL}.",
        "Put that source in order, or choose another one in CLOUD_ASSISTANT_CREDENTIALS. "
        f"{_RESTART}",
        outcome=Outcome.NOT_SENT,
        source=Source.CREDENTIALS,
        reference=_CREDENTIALS_PAGE,
    ),
    Row(
        "InvalidCredentials",
        "The vendor's SDK found no credentials to sign the request with.",
        "They were lost between their source and the request: a fault of this program.",
        "Report a fault of this program.",
        outcome=Outcome.NOT_SENT,
        source=Source.CREDENTIALS,
        reference=_CREDENTIALS_PAGE,
    ),
    Row(
        "DnsFailed",
        f"The name of the endpoint of {REGION} could not be found.",
        "There is no network, the name server does not answer, or the region does not exist. "
        "A VPC endpoint can only be found from inside a VPC.",
        "Check region_id, the network of this machine, and the setting `network`.",
        retry=Retry.LATER,
        outcome=Outcome.NOT_SENT,
        again=True,
        source=Source.NETWORK,
        reference=ENDPOINTS_PAGE,
    ),
    Row(
        "ConnectFailed",
        f"No connection to the endpoint of {REGION} could be made.",
        "It was refused, or nobody answered: a firewall, no network, or an endpoint that is down.",
        "Check that this machine may reach the endpoint on port 443, or through a proxy set in "
        "HTTPS_PROXY; then repeat the request.",
        retry=Retry.LATER,
        outcome=Outcome.NOT_SENT,
        again=True,
        source=Source.NETWORK,
        reference=ENDPOINTS_PAGE,
    ),
    Row(
        "TlsFailed",
        "No trusted, encrypted connection to the endpoint could be made.",
        "Its certificate is not trusted (often a proxy that decrypts requests), the clock of "
        "this machine is wrong, or something else listens there.",
        "Check the clock and the proxy; a proxy's own certificate authority goes into "
        "the trust store that SSL_CERT_FILE names.",
        outcome=Outcome.NOT_SENT,
        source=Source.NETWORK,
        reference=ENDPOINTS_PAGE,
    ),
    Row(
        "ProxyFailed",
        "The proxy did not pass the request on.",
        "It cannot be reached, wants a password, or does not allow the endpoint.",
        "Correct or remove the variables HTTPS_PROXY and HTTP_PROXY. The vendor's SDK does not "
        f"look at NO_PROXY. {_RESTART}",
        outcome=Outcome.NOT_SENT,
        source=Source.NETWORK,
        reference=ENDPOINTS_PAGE,
    ),
    Row(
        "Timeout",
        "The request was sent, and no answer came in time.",
        f"The endpoint or the network is slow or hangs{MAY_EXIST}.",
        REPEAT,
        retry=Retry.SAME_TOKEN,
        outcome=Outcome.UNKNOWN,
        again=True,
        source=Source.NETWORK,
        reference=IDEMPOTENCE_PAGE,
    ),
    Row(
        "ConnectionLost",
        "The connection broke after the request was sent.",
        f"The network, a proxy or the endpoint closed it{MAY_EXIST}.",
        REPEAT,
        retry=Retry.SAME_TOKEN,
        outcome=Outcome.UNKNOWN,
        again=True,
        source=Source.NETWORK,
        reference=IDEMPOTENCE_PAGE,
    ),
    Row(
        "BadResponse",
        "The answer is not one that ECS gives.",
        "Something between here and ECS answered (a proxy, a sign-in page, a gateway), or the "
        "answer was cut off.",
        f"Check the proxy and the network. {REPEAT}",
        retry=Retry.SAME_TOKEN,
        outcome=Outcome.UNKNOWN,
        again=True,
        source=Source.NETWORK,
        reference=TROUBLESHOOTING_PAGE,
    ),
    Row(
        "EmptyResponse",
        "The answer is empty.",
        f"Something between here and ECS answered, or the answer was lost{MAY_EXIST}.",
        f"Check the proxy and the network. {REPEAT}",
        retry=Retry.SAME_TOKEN,
        outcome=Outcome.UNKNOWN,
        again=True,
        source=Source.NETWORK,
        reference=TROUBLESHOOTING_PAGE,
    ),
    Row(
        "NoCommandId",
        "ECS accepted the request but named no command.",
        f"The answer has no CommandId{MAY_EXIST}.",
        REPEAT,
        retry=Retry.SAME_TOKEN,
        outcome=Outcome.UNKNOWN,
        again=True,
        source=Source.ECS,
        reference=IDEMPOTENCE_PAGE,
    ),
    Row(
        "Intercepted",
        "Something between here and ECS refused the request, or wanted to send it elsewhere.",
        "The answer is not in the API's form: a proxy, a firewall or a sign-in page gave it.",
        "Let requests to the endpoint through, or call ECS without the proxy.",
        outcome=Outcome.NOT_CREATED,
        source=Source.NETWORK,
        reference=ENDPOINTS_PAGE,
    ),
    Row(
        "RequestLineTooLong",
        "Something on the way to ECS does not take a request as long as this one.",
        "The SDK sends the script in the URL, and a proxy limits how long that may be.",
        "Shorten the script, or call ECS without the proxy.",
        field="command_content",
        outcome=Outcome.NOT_CREATED,
        source=Source.NETWORK,
        reference=ENDPOINTS_PAGE,
    ),
    Row(
        "NotSentInTime",
        "The time for the call ran out before the request was sent.",
        "The source of the credentials, or the local endpoint, took too long.",
        "Repeat the request; if it happens again, check the source of the credentials.",
        retry=Retry.LATER,
        outcome=Outcome.NOT_SENT,
        source=Source.SERVER,
    ),
    Row(
        "TooManyCalls",
        "This server is busy with other calls, and did not get to this one in time.",
        "All of its calls to the cloud (the setting `max_concurrent_calls`) are waiting for "
        "answers.",
        "Repeat the request in a moment.",
        retry=Retry.LATER,
        outcome=Outcome.NOT_SENT,
        source=Source.SERVER,
    ),
    Row(
        "Cancelled",
        "The request was cancelled by the caller.",
        f"The client withdrew it while it was under way{MAY_EXIST}.",
        REPEAT,
        retry=Retry.SAME_TOKEN,
        outcome=Outcome.UNKNOWN,
        source=Source.SERVER,
        reference=IDEMPOTENCE_PAGE,
    ),
    Row(
        "LocalEndpointUnreachable",
        "Nothing listens at the address of the local endpoint.",
        "CLOUD_ASSISTANT_LOCAL_ENDPOINT names the address of an endpoint that does not run, or "
        "runs no longer.",
        "Start one there with `cloud-assistant-mcp emulator`; or unset "
        "CLOUD_ASSISTANT_LOCAL_ENDPOINT and start this server again, so that local mode starts its "
        "own.",
        outcome=Outcome.NOT_SENT,
        source=Source.NETWORK,
    ),
    Row(
        "LocalEndpointFailed",
        "The local endpoint could not be started.",
        "This machine does not let it listen on a loopback port.",
        "Check that loopback addresses may be listened on, or name an endpoint that already runs "
        "in CLOUD_ASSISTANT_LOCAL_ENDPOINT.",
        outcome=Outcome.NOT_SENT,
        source=Source.SERVER,
    ),
)
