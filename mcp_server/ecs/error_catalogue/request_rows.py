"""Codes of the CreateCommand page that a change of the request answers."""

from typing import Final

from mcp_server.ecs.error_catalogue.row import (
    ENDPOINTS_PAGE,
    IDEMPOTENCE_PAGE,
    REGION,
    TROUBLESHOOTING_PAGE,
    Row,
)
from mcp_server.models.explanation import Outcome, Retry
from mcp_server.models.limits import QUOTA

REQUEST_ROWS: Final = (
    Row(
        "RegionId.ApiNotSupported",
        f"Cloud Assistant commands cannot be created in the region {REGION}.",
        "The vendor does not offer this API there.",
        "Choose another region in region_id.",
        field="region_id",
        reference=ENDPOINTS_PAGE,
    ),
    Row(
        "InvalidRegionId.NotFound",
        f"There is no region {REGION}.",
        "The id is misspelled, is a zone such as cn-hangzhou-b, or the region is closed or not "
        "open to this account.",
        "Put the id of an existing region in region_id, such as cn-hangzhou or ap-southeast-1.",
        field="region_id",
        reference=ENDPOINTS_PAGE,
    ),
    Row(
        "CmdParam.EmptyKey",
        "A custom parameter in the script has no name.",
        "enable_parameter is on and the script has a pair of braces with nothing between them.",
        "Name the parameter, as in {{name}}; if the braces belong to the script, set "
        "enable_parameter to false.",
        field="command_content",
        repair={"enable_parameter": False},
    ),
    Row(
        "CmdParam.InvalidParamName",
        "A custom parameter in the script has a name that is not allowed.",
        "enable_parameter is on and a name between double braces has a character other than "
        "letters, digits, hyphens and underscores, or begins with acs::.",
        "Rename the parameter; if the braces belong to the script (as in docker's --format), set "
        "enable_parameter to false.",
        field="command_content",
        repair={"enable_parameter": False},
    ),
    Row(
        "CmdParamCount.ExceedLimit",
        "The script has more than 20 custom parameters.",
        "enable_parameter is on and every different name between double braces counts.",
        "Use fewer parameters, or pass several values in one; if the braces belong to the script, "
        "set enable_parameter to false.",
        field="command_content",
    ),
    Row(
        "CmdParamName.ExceedLimit",
        "The name of a custom parameter is longer than 64 bytes.",
        "enable_parameter is on and a name between double braces is too long.",
        "Shorten the name; if the braces belong to the script, set enable_parameter to false.",
        field="command_content",
    ),
    Row(
        "CmdContent.DecodeError",
        "The script did not arrive as valid Base64.",
        "This program sends valid Base64 whatever content_encoding says; so a proxy changed the "
        "request on its way, or this program has a fault.",
        "No other argument helps. If a proxy is set, try without it; otherwise report a fault of "
        "this program.",
    ),
    Row(
        "CmdContent.ExceedLimit",
        "The script is too long.",
        "It may be at most 18 KB after Base64, which is about 13.5 KB of text.",
        "Shorten it, or keep the long part in a file (in OSS, for example) that the script fetches "
        "and checks.",
        field="command_content",
    ),
    Row(
        "CmdName.ExceedLimit",
        "The name is too long.",
        "A name may have at most 128 characters.",
        "Shorten name.",
        field="name",
    ),
    Row(
        "CmdDesc.ExceedLimit",
        "The description is too long.",
        "A description may have at most 512 characters.",
        "Shorten description, or leave it out.",
        field="description",
        repair={"description": None},
    ),
    Row(
        "InvalidParameterCharacter.CommandName",
        "The name has characters that are not allowed.",
        "Usually a control character or a line break that came along with the text.",
        "Put name in letters, digits, spaces, hyphens and underscores.",
        field="name",
    ),
    Row(
        "InvalidParameterCharacter.CommandDescription",
        "The description has characters that are not allowed.",
        "Usually a control character or a line break that came along with the text.",
        "Rewrite description in plain text, or leave it out.",
        field="description",
        repair={"description": None},
    ),
    Row(
        "InvalidParameterCharacter.CommandWorkingDir",
        "The working directory has characters that are not allowed.",
        "Usually a control character, a line break or quotation marks around the path.",
        "Give a plain absolute path in working_dir, or leave it out for the default: /root on "
        "Linux, the agent's folder on Windows.",
        field="working_dir",
    ),
    Row(
        "InvalidParameter.WorkingDir",
        "The working directory is not valid.",
        "It is longer than 200 characters, or is not a path.",
        "Give an absolute path that exists on the instances, or leave working_dir out for the "
        "default: /root on Linux, the agent's folder on Windows.",
        field="working_dir",
    ),
    Row(
        "InvalidTimeout.ExceedLimit",
        "The timeout is too long.",
        "The vendor does not publish the limit; 86400 seconds (a day) is usual.",
        "Set timeout to 86400 seconds or less; start longer work in the background instead.",
        field="timeout",
    ),
    Row(
        "InvalidLauncher.LengthLimitExceeded",
        "The launcher is longer than 1 KB.",
        "launcher only starts the script's interpreter; the script belongs in command_content.",
        "Shorten launcher, or leave it out.",
        field="launcher",
    ),
    Row(
        "InvalidCmdType.NotFound",
        "There is no such type of command.",
        "type must be RunShellScript (Linux), RunPowerShellScript or RunBatScript (Windows).",
        "Set type to one of the three, spelled exactly so.",
        field="type",
    ),
    Row(
        "InvalidResourceGroup.NotFound",
        "The resource group does not exist.",
        "resource_group_id is misspelled, or the group belongs to another account.",
        "Correct resource_group_id (it begins with rg-), or leave it out for the default group.",
        field="resource_group_id",
    ),
    Row(
        "InvalidStatus.ResourceGroup",
        "The resource group is being created or deleted.",
        "It cannot take a command before that is done.",
        "Wait a minute, then repeat the request with the same client_token; or name another "
        "resource_group_id.",
        retry=Retry.LATER,
        field="resource_group_id",
    ),
    Row(
        "CmdCount.ExceedQuota",
        f"The region {REGION} holds as many commands as the account may have.",
        f"The quota is between {QUOTA[0]} and {QUOTA[-1]:,} commands in a region.",
        "Delete commands that are no longer used, ask for a higher quota in Quota Center, or use "
        "another region.",
    ),
    Row(
        "InvalidClientToken.Malformed",
        "The client token is not valid.",
        "It must be ASCII and at most 64 characters long.",
        "Leave client_token out; a good one is made.",
        retry=Retry.NEW_TOKEN,
        field="client_token",
        repair={"client_token": None},
        reference=IDEMPOTENCE_PAGE,
    ),
    Row(
        "IdempotentParameterMismatch",
        "This client token was already used for a different request.",
        "A token stands for one request. It was sent before with other arguments, and that "
        "request may have created its command.",
        "To create this command as well, leave client_token out, so that a new one is made. To "
        "repeat the earlier request, send its arguments unchanged.",
        retry=Retry.NEW_TOKEN,
        field="client_token",
        repair={"client_token": None},
        reference=IDEMPOTENCE_PAGE,
    ),
    Row(
        "IdempotentProcessing",
        "An earlier request with this client token is still being worked on.",
        "The request was repeated before the first one had ended.",
        "Wait some seconds, then repeat the same request with the same client_token; the answer "
        "is then the first one's.",
        retry=Retry.SAME_TOKEN,
        field="client_token",
        outcome=Outcome.UNKNOWN,
        again=True,
        reference=IDEMPOTENCE_PAGE,
    ),
    Row(
        "NumberExceed.Tags",
        "There are more than 20 tags.",
        "A command has at most 20.",
        "Leave out tags that nobody looks for.",
        field="tags",
    ),
    Row(
        "InvalidTagKey.Malformed",
        "The key of a tag is not allowed.",
        "It is empty, has more than 64 characters, begins with acs: or aliyun, or holds http:// or "
        "https://.",
        "Rename that key in tags.",
        field="tags",
    ),
    Row(
        "InvalidTagValue.Malformed",
        "The value of a tag is not allowed.",
        "It has more than 128 characters, or holds http:// or https://.",
        "Shorten that value in tags, or write it without the scheme.",
        field="tags",
    ),
    Row(
        "Duplicate.TagKey",
        "Two tags have the same key.",
        "A key may be given once.",
        "Leave one of them out of tags.",
        field="tags",
    ),
    Row(
        "InvalidCmdId.NotFound",
        "There is no such command.",
        "command_id is misspelled, the command was deleted, or it is in another region.",
        "Look the command up by its name, in the region that it was created in.",
        field="command_id",
    ),
    Row(
        "InvalidMaxResults",
        "The number of commands for one answer is not allowed.",
        "A page has 1 to 50 commands.",
        "Give max_results from 1 to 50, or leave it out for 10.",
        field="max_results",
        repair={"max_results": None},
    ),
    Row(
        "InvalidNextToken",
        "The token for the next page is not one.",
        "It was cut or changed, is of another list, or is too old.",
        "Leave next_token out to begin again; pass on what the answer before gave, as it is.",
        field="next_token",
        repair={"next_token": None},
    ),
    Row(
        "InvalidParam.PageNumber",
        "The number of the page is not allowed.",
        "Pages are counted from 1.",
        "Page with next_token and max_results.",
    ),
    Row(
        "InvalidParam.PageSize",
        "The size of the page is not allowed.",
        "A page has 1 to 50 commands.",
        "Page with next_token and max_results.",
    ),
    Row(
        "MissingParameter",
        "A parameter that the API requires was not sent.",
        "The request is incomplete.",
        "Give the argument that the code names.",
        reference=TROUBLESHOOTING_PAGE,
    ),
    Row(
        "Missing*",
        "A parameter that the API requires was not sent.",
        "The part of the code after Missing names it.",
        "Give the argument that the code names.",
        reference=TROUBLESHOOTING_PAGE,
    ),
    Row(
        "InvalidParameter",
        "A parameter has a value that the API does not accept.",
        "The value is out of range, has the wrong form, or does not fit the other parameters.",
        "Correct the argument that the code or the API's words name.",
        reference=TROUBLESHOOTING_PAGE,
    ),
    Row(
        "InvalidParam",
        "A parameter has a value that the API does not accept.",
        "The part of the code after the dot names it.",
        "Correct the argument that the code names.",
        reference=TROUBLESHOOTING_PAGE,
    ),
    Row(
        "Invalid*",
        "A parameter has a value that the API does not accept.",
        "The part of the code after Invalid names it.",
        "Correct the argument that the code names.",
        reference=TROUBLESHOOTING_PAGE,
    ),
)
