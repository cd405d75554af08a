"""Cloud Assistant's own agent, and the agents that guard the instance."""

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.rules.linux import services
from mcp_server.guardrails.script import effects, paths, sources
from mcp_server.guardrails.script.model import Command, Language, Script
from mcp_server.guardrails.script.names import names
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_OURS: Final = names(
    "aliyun aliyun-service aliyun_service aliyun-assist aliyun_assist assist_daemon assist-daemon"
    " agentwatch aegis aegis_cli aegis_client aegis_update aegis_quartz AliYunDun AliYunDunUpdate"
    " AliYunDunMonitor AliSecGuard AliSecureCheck AliHids AliNet AliWebGuard cloudmonitor"
    " cloudResourceManager argusagent CmsGoAgent CmsGoAgent.linux-amd64 aliyun_installer"
    " aliyun_assist_update aliyun-cloudmonitor"
)
_OUR_PROCESSES: Final = re.compile(
    r"aliyun[-_ ]?(?:service|assist)|assist[-_]daemon|aegis"
    r"|Ali(?:YunDun|SecGuard|Hids|Net|WebGuard)|cloudmonitor|CmsGoAgent|argusagent",
    re.IGNORECASE,
)
_OTHERS: Final = names(
    "falcon-sensor falcond com.crowdstrike.falcond crowdstrike mdatp wdavdaemon mde_netfilter"
    " sentinelone sentinelctl sentinelagent sentineld osqueryd osquery wazuh-agent wazuh ossec"
    " ossec-hids wazuh-manager clamav-daemon clamd clamav clamav-freshclam freshclam cbdaemon"
    " cbsensor cb-psc-sensor cbagentd com.carbonblack.daemon auditbeat filebeat packetbeat ds_agent"
    " ds_am esensor xagt xagent traps_pmd traps cortex-agent cyserver sophos sophoslinuxsensor savd"
    " sav-protect sophos-spl nessusagent nessusd qualys-cloud-agent elastic-agent elastic-endpoint"
    " ElasticEndpoint falco sysmon fail2ban rkhunter chkrootkit aide tripwire suricata snort zeek"
    " amazon-ssm-agent google-osconfig-agent waagent walinuxagent datadog-agent splunk splunkd"
    " SplunkForwarder splunkforwarder td-agent fluentd fluent-bit nxlog samhain mcafee mfetpd"
    " mfeespd"
    " isectpd nails cma esets esets_daemon eset eea efs kesl klnagent kesl-supervisor cylancesvc"
    " cylance bdsec bitdefender-security-tools auditd ir_agent rapid7 lacework-agent lacework"
    " datacollector threatstack cb-psc sisamdagent symantec sisipsd rtvscand avdaemon"
    " at.obdev.littlesnitchd com.objective-see.lulu com.opendns.osx.RoamingClientConfigUpdater"
    " com.opendns.osx.RoamingClient com.sentinelone.sentineld com.sophos.sophoscbr com.jamf.protect"
    " com.microsoft.fresno com.malwarebytes.mbam.rtprotection.daemon santa com.google.santa"
    " com.google.santad com.cylance.agent com.tanium.taniumclient tanium taniumclient blockblock"
    " aws-guardduty-agent amazon-guardduty-agent cloudwatch amazon-cloudwatch-agent"
)
_LAUNCHED: Final = re.compile(
    r"com\.(?:crowdstrike|carbonblack|vmware\.carbonblack|sentinelone|sophos|opendns|cisco|jamf"
    r"|malwarebytes|cylance|tanium|paloaltonetworks|microsoft\.wdav|eset|mcafee|symantec|objective-see"
    r"|google\.santa|bitdefender|kaspersky|fireeye|trendmicro)|at\.obdev",
    re.IGNORECASE,
)
_OTHER_PLACES: Final = re.compile(
    r"/(?:opt/(?:CrowdStrike|sentinelone|carbonblack|cbdaemon|ds_agent|microsoft/mdatp|eset|sophos"
    r"|traps|McAfee|isec|cylance|kaspersky|fireeye|Tanium|nessus_agent|rapid7|splunkforwarder)"
    r"|var/ossec|var/lib/(?:cb|falcon)|etc/(?:opt/microsoft/mdatp|wazuh|osquery|falco)"
    r"|Library/CS|Applications/(?:Falcon|CarbonBlack|Sophos|Little Snitch)[^/]*)(?:/|\Z|\*)",
    re.IGNORECASE,
)
_CONTROLS: Final = names(
    "wazuh-control ossec-control falconctl sentinelctl mdatp splunk elastic-agent sysmon osqueryctl"
    " lacework qualys-cloud-agent.sh nessuscli esets_ctl"
)
_TURNING_OFF: Final = names(
    "stop disable unload uninstall remove off disabled control-stop -u -d unenroll --disable"
)
_CONTROLLERS: Final = names(
    "aliyun-service assist_daemon aliyun_installer CmsGoAgent.linux-amd64 CmsGoAgent"
)
_CONTROLLING_OFF: Final = names(
    "--stop --remove --delete -u --uninstall stop uninstall remove delete"
)
_SHELLS: Final = names("sh bash dash source .")


def _stops_ours(command: Command, _script: Script) -> Opinion:
    units = services.stopped(command) | services.stopped_by_start_script(command)
    return bool(units & _OURS)


def _removes_ours(command: Command, script: Script) -> Opinion:
    given = services.removed(command)
    if {name.replace("_", "-") for name in given} & {name.replace("_", "-") for name in _OURS}:
        return True
    looked_for = services.looked_up(command, script) if services.removed(command) else ""
    return bool(_OUR_PROCESSES.search(looked_for))


def _kills_ours(command: Command, script: Script) -> Opinion:
    return _is_killed(command, script, _OURS, _OUR_PROCESSES)


def _is_killed(
    command: Command, script: Script, known: frozenset[str], pattern: re.Pattern[str]
) -> bool:
    if command.name != "kill":
        killed = set(services.killed(command))
        whole = command.name == "pkill" and command.has("-f", "--full")
        return bool(killed & known) or (whole and any(pattern.search(text) for text in killed))
    if any(pattern.search(text) for text in services.killed(command) if not text.isdecimal()):
        return True
    looked_for = services.looked_up(command, script)
    return bool(pattern.search(looked_for)) or bool(known & set(looked_for.split()))


def _damages(script: Script) -> Iterator[Match]:
    """Files of the agents that are deleted, moved, made unusable or overwritten."""
    for command in script.commands:
        if command.language is Language.SHELL and any(map(paths.is_agent, _damaged(command))):
            yield Match(command.span)


def _damaged(command: Command) -> Iterator[str]:
    match command.name:
        case "mv" | "umount":
            yield from (v for w in command.operands[:-1] or command.operands for v in w.values)
        case "chmod" | "chown" if not {"+x", "755", "u+x", "a+x"} & set(command.texts):
            yield from (v for w in command.operands for v in w.values)
        case "chattr" | "setfacl":
            yield from (v for w in command.operands for v in w.values)
        case "find" if command.has("-delete"):
            yield from sources.find_roots(command)
        case "sed" | "perl" | "truncate" | "tee" | "dd" | "ln" | "":
            yield from (v for w in effects.written(command) for v in w.values)
        case "echo" | "cat" | "printf" | "true" | ":":
            yield from (r.target.text for r in command.redirects if r.operator in {">", ">|"})
        case _:
            yield from (v for word in effects.deleted(command) for v in word.values)


def _controls_off(command: Command, _script: Script) -> Opinion:
    return bool(_CONTROLLING_OFF & set(command.texts))


def _uninstalls(script: Script) -> Iterator[Match]:
    """An uninstaller by its path or by the address that it came from."""
    for command in script.commands:
        if command.language is Language.SHELL and _is_uninstaller(command):
            yield Match(command.span)
    for execution in script.executions:
        source = execution.source.text if execution.source is not None else ""
        if "aegis" in source and "uninstall" in source:
            yield Match(execution.command.span)


def _is_uninstaller(command: Command) -> bool:
    places = [command.words[0].text] if command.words else []
    if command.name in _SHELLS:
        places = [word.text for word in command.operands[:1]]
    for place in places:
        base = posixpath.basename(place)
        if "uninstall" in base and _OUR_PROCESSES.search(place):
            return True
        if base == "quartz_uninstall.sh":
            return True
        if base.startswith("cloudmonitorCtl") and _CONTROLLING_OFF & set(command.texts):
            return True
    return False


def _stops_others(command: Command, _script: Script) -> Opinion:
    units = services.stopped(command) | services.stopped_by_start_script(command)
    if units & _OTHERS:
        return True
    return command.name == "launchctl" and any(_LAUNCHED.search(unit) for unit in units)


def _removes_others(command: Command, _script: Script) -> Opinion:
    return bool(services.removed(command) & _OTHERS)


def _kills_others(command: Command, script: Script) -> Opinion:
    return _is_killed(command, script, _OTHERS, _OTHER_PROCESSES)


_OTHER_PROCESSES: Final = re.compile(
    r"falcon|crowdstrike|sentinel(?:one|d|agent)|osqueryd|wazuh|ossec|clamd|wdavdaemon|mdatp|cbdaemon"
    r"|cbagentd|auditbeat|ds_agent|esets|kesl|cylance|falco\b|splunkd",
    re.IGNORECASE,
)


def _deletes_others(command: Command, _script: Script) -> Opinion:
    places = command.operands[:-1] if command.name == "mv" else command.operands
    return any(_OTHER_PLACES.match(v) for word in places for v in word.values)


def _turns_off_others(command: Command, _script: Script) -> Opinion:
    return bool(_TURNING_OFF & set(command.texts))


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="AGT001",
        name="stop-or-removal-of-the-cloud-agent",
        severity=Severity.BLOCK,
        what="Stops, kills or removes Cloud Assistant, Security Center or CloudMonitor.",
        why="No command reaches the instance after that, and nobody sees what happens on it.",
        instead="Leave the agents alone; Security Center and ECS have consoles to manage them.",
        right_when="The operator retires the agent, with a waiver of this rule.",
        attack="T1562.001",
        check=(
            on(*services.PROGRAMS, *_OURS, when=_stops_ours),
            on(*services.PACKAGERS, when=_removes_ours),
            on(*services.KILLERS, when=_kills_ours),
            on(*_CONTROLLERS, when=_controls_off),
            OnScript(_damages),
        ),
        flags=Examples(
            sh=(
                "systemctl stop aliyun.service\n",
                "pkill -9 AliYunDun\n",
                "rm -rf /usr/local/share/aliyun-assist\n",
                "ps -ef | grep AliYunDun | awk '{print $2}' | xargs kill -9\n",
                "kill $(pidof aliyun-service)\n",
            )
        ),
        allows=Examples(
            sh=(
                "systemctl status aliyun\n",
                "systemctl restart aliyun.service\n",
                "ls /usr/local/aegis\n",
                "pgrep AliYunDun\n",
            )
        ),
    ),
    ScriptRule(
        id="AGT002",
        name="uninstaller-of-the-cloud-agent",
        severity=Severity.BLOCK,
        what="Runs the program that uninstalls an agent of the cloud.",
        why="The instance is not protected or not reached any more.",
        instead="Uninstall it in the console of Security Center, instance by instance.",
        right_when="The operator retires the agent, with a waiver of this rule.",
        attack="T1562.001",
        check=OnScript(_uninstalls),
        flags=Examples(
            sh=(
                "/usr/local/aegis/aegis_client/uninstall.sh\n",
                "bash /usr/local/aegis/aegis_quartz/quartz_uninstall.sh\n",
                "/usr/local/cloudmonitor/cloudmonitorCtl.sh stop\n",
            )
        ),
        allows=Examples(
            sh=(
                "/usr/local/cloudmonitor/cloudmonitorCtl.sh status\n",
                "bash ./uninstall.sh\n",
                "cat /usr/local/aegis/aegis_client/uninstall.sh\n",
            )
        ),
    ),
    ScriptRule(
        id="AGT003",
        name="stop-of-another-security-agent",
        severity=Severity.CONFIRM,
        what="Stops, disables or removes an agent that protects or watches the instance.",
        why="What happens from then on is neither prevented nor seen.",
        instead="Use the product's own console or its maintenance mode.",
        right_when="The product is being replaced, and its owner knows.",
        attack="T1562.001",
        check=(
            on(*services.PROGRAMS, *_OTHERS, when=_stops_others),
            on(*services.PACKAGERS, when=_removes_others),
            on(*services.KILLERS, when=_kills_others),
            on("rm", "mv", "shred", "unlink", when=_deletes_others),
            on(*_CONTROLS, when=_turns_off_others),
        ),
        flags=Examples(
            sh=(
                "systemctl stop falcon-sensor\n",
                "apt-get remove -y wazuh-agent\n",
                "service clamav-daemon stop\n",
                "rm -rf /opt/CrowdStrike\n",
                "mdatp config real-time-protection --value disabled\n",
            )
        ),
        allows=Examples(
            sh=("systemctl restart wazuh-agent\n", "apt-get install -y clamav\n", "mdatp health\n")
        ),
    ),
)
