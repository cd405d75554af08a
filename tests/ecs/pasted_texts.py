"""Error texts as people paste them: of SDKs, the aliyun CLI, Terraform, curl and ourselves.

The forms are those of the programs; ids are invented, and the keys in them are canaries.
"""

from typing import Final

KEY_ID: Final = "LTAI5tCanaryCanaryCanary1"
KEY_SECRET: Final = "c4N4ryS3cr3tKeyOfThirtyChars00"
TOKEN: Final = "CAISCanaryTokenCanaryToken0123456789+/=="
PASSWORD: Final = "Hunter2-canary"
CANARIES: Final = (KEY_ID, KEY_SECRET, TOKEN, PASSWORD)
REQUEST_ID: Final = "473469C7-AA6F-4DC5-B3DB-A3DC0DE3C83E"

PYTHON_SDK: Final = f"""\
Traceback (most recent call last):
  File "create.py", line 21, in <module>
    client.create_command(request)  # {KEY_SECRET}
alibabacloud_tea_openapi.exceptions._client.ClientException: Error: CmdContent.ExceedLimit code: \
403, The length of the command content exceeds the upper limit. request id: {REQUEST_ID} Response: \
{{'RequestId': '{REQUEST_ID}', 'HostId': 'ecs.cn-shanghai.aliyuncs.com', 'Code': \
'CmdContent.ExceedLimit', 'Message': 'The length of the command content exceeds the upper limit.', \
'Recommend': 'https://api.aliyun.com/troubleshoot?q=CmdContent.ExceedLimit&product=Ecs', \
'statusCode': 403}}
"""
OLD_PYTHON_SDK: Final = (
    "aliyunsdkcore.acs_exception.exceptions.ServerException: HTTP Status: 400 "
    "Error:InvalidParameter.WorkingDir The specified parameter WorkingDir is not valid. "
    f"RequestID: {REQUEST_ID}"
)
CLI: Final = f"""\
$ aliyun ecs CreateCommand --RegionId cn-hangzhou --access-key-id {KEY_ID} \
--access-key-secret {KEY_SECRET} --Name a
ERROR: SDK.ServerError
ErrorCode: InvalidAccessKeyId.NotFound
Recommend: https://api.aliyun.com/troubleshoot?q=InvalidAccessKeyId.NotFound&product=Ecs
RequestId: {REQUEST_ID}
Message: Specified access key is not found.
RespHeaders: map[Content-Type:[application/json;charset=utf-8] X-Acs-Request-Id:[{REQUEST_ID}]]
"""
TERRAFORM: Final = f"""\
Error: [ERROR] terraform-provider-alicloud/alicloud/resource_alicloud_ecs_command.go:140: Resource \
alicloud_ecs_command CreateCommand Failed!!! [SDK alibaba-cloud-sdk-go ERROR]:
SDKError:
   StatusCode: 403
   Code: Forbidden.RAM
   Message: code: 403, User not authorized to operate on the specified resource, or this API does \
not support RAM. request id: {REQUEST_ID}
   Data: {{"AccessDeniedDetail":{{"AuthAction":"ecs:CreateCommand","AuthPrincipalDisplayName":\
"{KEY_ID}","EncodedDiagnosticMessage":"{TOKEN}","NoPermissionType":"ImplicitDeny"}},"Code":\
"Forbidden.RAM","HostId":"ecs-cn-hangzhou.aliyuncs.com","statusCode":403}}
"""
JAVA_SDK: Final = (
    "com.aliyuncs.exceptions.ClientException: InvalidSecurityToken.Expired : Specified "
    f"SecurityToken is expired. RequestId : {REQUEST_ID} SecurityToken={TOKEN}"
)
ANSWER: Final = (
    f'{{"RequestId":"{REQUEST_ID}","HostId":"ecs.cn-beijing.aliyuncs.com","Code":'
    '"Throttling.User","Message":"Request was denied due to user flow control."}'
)
XML_ANSWER: Final = (
    f"<Error><RequestId>{REQUEST_ID}</RequestId><Code>IdempotentParameterMismatch</Code></Error>"
)
JSON_IN_A_LOG: Final = (
    f'level=error msg="{{\\"RequestId\\":\\"{REQUEST_ID}\\",\\"Code\\":\\"ServiceUnavailable\\"}}" '
    "status=503"
)
NO_CODE: Final = (
    f"Request failed: The specified parameter Timeout exceeds the upper limit. password={PASSWORD}"
)
LOST: Final = (
    "requests.exceptions.ReadTimeout: HTTPSConnectionPool(host='ecs.cn-hangzhou.aliyuncs.com', "
    f"port=443): Read timed out. (read timeout=10) url: /?CommandContent={PASSWORD}"
)
NO_NAME: Final = (
    "ERROR: Post https://ecs.cn-nowhere.aliyuncs.com/: dial tcp: lookup "
    "ecs.cn-nowhere.aliyuncs.com on 100.100.2.136:53: no such host"
)
PROXY: Final = (
    "HTTPSConnectionPool(host='ecs.cn-hangzhou.aliyuncs.com', port=443): Max retries exceeded "
    f"(Caused by ProxyError('Unable to connect to proxy http://ops:{PASSWORD}@proxy:3128', "
    "NewConnectionError('[Errno 111] Connection refused')))"
)
NOT_JSON: Final = (
    'RuntimeError: Failed to parse the value as json format, Value: "<html>'
    f'<input value="{KEY_SECRET}">".'
)
NO_KEYS: Final = (
    "alibabacloud_credentials.exceptions.CredentialException: unable to load credentials from any "
    "of the providers in the chain: ['EnvironmentVariableCredentialsProvider: ...']"
)

TEXTS: Final = {
    "python sdk": (PYTHON_SDK, "CmdContent.ExceedLimit"),
    "old python sdk": (OLD_PYTHON_SDK, "InvalidParameter.WorkingDir"),
    "aliyun cli": (CLI, "InvalidAccessKeyId.NotFound"),
    "terraform": (TERRAFORM, "Forbidden.RAM"),
    "java sdk": (JAVA_SDK, "InvalidSecurityToken.Expired"),
    "answer": (ANSWER, "Throttling.User"),
    "xml": (XML_ANSWER, "IdempotentParameterMismatch"),
    "json in a log": (JSON_IN_A_LOG, "ServiceUnavailable"),
    "no code": (NO_CODE, "InvalidTimeout.ExceedLimit"),
    "lost": (LOST, "Timeout"),
    "no name": (NO_NAME, "DnsFailed"),
    "proxy": (PROXY, "ProxyFailed"),
    "not json": (NOT_JSON, "BadResponse"),
    "no keys": (NO_KEYS, "NoCredentials"),
}
"""Each text, and the code of the catalogue that it means."""
