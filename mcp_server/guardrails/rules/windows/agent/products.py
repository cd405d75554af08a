"""How the agents and products are called: services, processes, folders."""

import re
from typing import Final

OURS: Final = re.compile(
    r"aliyun[ _]?(?:service|assist|update)|aliyun_assist|assist[-_]daemon|aegis|aliyundun|"
    r"aliyun[*%]|[*%]aliyun|[*%]ali(?:baba)?[*%]|alibaba security|server ?guard|aliyunsec|"
    r"alisecguard|alihids|alinet\b|cmsgoagent|cloudmonitor|argusagent|aliwebguard"
)
OUR_FOLDERS: Final = re.compile(
    r"\\aliyun\\assist(?:\\|$)|\\aliyun\\aegis(?:\\|$)|\\aliyun$|\\aliyun\\\*|\\alibaba\\aegis"
    r"|\\cloudmonitor(?:\\|$)|\\aegis(?:\\|$)|\\aliyunservice"
)
OTHERS: Final = re.compile(
    r"^(?:csfalconservice|csagent|sentinelagent|sentinelone|sentinelstaticengine|cbdefense|"
    r"carbonblack|cylancesvc|sophos.*|savservice|sntpservice|mcafee.*|mfemms|macmnsvc|masvc|"
    r"symantec.*|sepmasterservice|ccsvchst|ekrn|egui|avp.*|klnagent|avast.*|avgsvc|bdservicehost|"
    r"vsserv|tmlisten|ntrtscan|tmccsf|ds_agent|xagt|cortex.*|cyserver|traps|elasticendpoint|"
    r"elastic-agent|wazuhsvc|wazuh|ossecsvc|osqueryd|sysmon(?:64|drv)?|velociraptor|huntress.*|"
    r"qualysagent|nessusagent|tanium.*|rapid7.*|splunkforwarder|veeam.*|acronis.*|vmtools)$"
)
