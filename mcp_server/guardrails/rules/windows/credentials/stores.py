"""Keys and passwords in files and stores."""

import re
from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.script import paths
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_Judge = Callable[[Command], Opinion]
_FILES: Final = re.compile(
    r"\\\.(?:aliyun\\config\.json|aws\\credentials|azure\\|kube\\config|docker\\config\.json"
    r"|ssh\\(?:id_[^.\\]+|[^\\]*\.pem)|git-credentials|netrc|pgpass|npmrc)"
    r"|\\login data|\\(?:network\\)?cookies$|\\logins\.json|\\key[34]\.db|\\web data$"
    r"|\\local state$|\\unattend(?:ed)?\.xml|\\sysprep\.(?:inf|xml)|\\groups\.xml"
    r"|\\microsoft\\(?:credentials|vault|protect|crypto\\(?:rsa|keys))|\.kdbx?$|\\ultravnc\.ini"
    r"|\\filezilla\\(?:recentservers|sitemanager)\.xml|\\winscp\.ini"
    r"|\\consolehost_history\.txt|\\appdata\\.{0,260}\\wallet\.dat|\.(?:pfx|p12)$|\\repair\\sam"
    r"|\\firefox\\profiles|\\opera stable\\|\\chrome\\user data|\\edge\\user data",
    re.IGNORECASE,
)
_SEARCHING: Final = frozenset({"get-childitem", "dir", "findstr", "select-string"})
_FETCHING: Final = frozenset({"invoke-restmethod", "invoke-webrequest", "curl"})
_WITH_KEYS: Final = frozenset({"import-pfxcertificate", "certutil"})
_READING: Final = (
    *sorted(_SEARCHING | _FETCHING | _WITH_KEYS),
    "get-content",
    "type",
    "copy",
    "copy-item",
    "xcopy",
    "robocopy",
    "move-item",
    "cat",
    "::readalltext",
    "::readallbytes",
    "::copy",
    "compress-archive",
    "import-clixml",
    "esentutl",
    "tar",
    "7z",
    "sqlite3",
)
_ONLY_SHOWING: Final = (
    "get-storedcredential",
    "get-vaultcredential",
    "get-wlan-keys",
    ".retrieveall",
    ".retrievepassword",
)


def _reads(command: Command, _script: Script) -> Opinion:
    values = tuple(value for word in command.args for value in word.values)
    if command.name in _FETCHING:
        return any(paths.is_credentials_address(value) for value in values)
    if not any(_FILES.search(value) for value in values):
        return False
    if command.name in _SEARCHING:
        return Severity.ADVICE
    return command.name not in _WITH_KEYS or any("key" in value for value in values)


def _by_wlan(command: Command) -> Opinion:
    joined = " ".join(command.texts)
    return "wlan" in joined and ("key=clear" in joined or "key = clear" in joined)


def _by_cmdkey(command: Command) -> Opinion:
    return any(text.startswith(("/pass", "-pass")) for text in command.texts)


def _by_appcmd(command: Command) -> Opinion:
    texts = frozenset(command.texts)
    return "list" in texts and bool({"apppool", "apppools", "vdir"} & texts) and Severity.ADVICE


def _by_library(command: Command) -> Opinion:
    return any("keymgr" in text for text in command.texts)


def _by_certutil(command: Command) -> Opinion:
    return bool({"-exportpfx", "-mergepfx", "/exportpfx"} & set(command.texts))


def _by_runas(command: Command) -> Opinion:
    return command.has("/savecred")


def _advised(_command: Command) -> Opinion:
    return Severity.ADVICE


_JUDGES: Final[dict[str, _Judge]] = {
    "netsh": _by_wlan,
    "vaultcmd": _advised,
    "cmdkey": _by_cmdkey,
    "appcmd": _by_appcmd,
    "rundll32": _by_library,
    "certutil": _by_certutil,
    "runas": _by_runas,
}


def _shows(command: Command, _script: Script) -> Opinion:
    return _JUDGES[command.name](command)


def _exports(_command: Command, script: Script) -> Opinion:
    """A key that was there before; one that the script itself has just made is its own."""
    return "new-selfsignedcertificate" not in script.by_name


def _decrypts(command: Command, _script: Script) -> Opinion:
    return "protecteddata" in command.words[0].text.lower()


def _opens_the_vault(command: Command, _script: Script) -> Opinion:
    return any("passwordvault" in text for text in command.texts)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="CRD103",
        name="credential-store-read",
        severity=Severity.CONFIRM,
        what="Reads or copies a file or an address that holds passwords or keys.",
        why="What a command prints is kept with its results, for everyone who may read those.",
        instead="Let the program that needs the key read it; ask for a fact about it instead.",
        right_when="A profile is being moved by the person whose profile it is.",
        attack="T1555",
        check=on(*_READING, when=_reads),
        flags=Examples(
            powershell=(
                "Get-Content C:\\Users\\a\\.aws\\credentials\n",
                (
                    'Copy-Item "$env:LOCALAPPDATA\\Google\\Chrome\\User '
                    'Data\\Default\\Login Data" C:\\l\n'
                ),
                "Invoke-RestMethod http://100.100.100.200/latest/meta-data/ram/security-credentials/r\n",
            ),
            bat=(
                "type C:\\Users\\a\\.aliyun\\config.json\n",
                'copy "%APPDATA%\\Mozilla\\Firefox\\Profiles\\a\\logins.json" C:\\l\n',
                "type C:\\Windows\\Panther\\Unattend.xml\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "Get-Content C:\\app\\app.log -Tail 50\n",
                "Invoke-RestMethod http://100.100.100.200/latest/meta-data/instance-id\n",
                "Copy-Item C:\\app\\a.json C:\\b\n",
            ),
            bat=(
                "type C:\\app\\app.log\n",
                "copy a.json b.json\n",
                "findstr error C:\\app\\app.log\n",
            ),
        ),
    ),
    ScriptRule(
        id="CRD105",
        name="stored-passwords-shown",
        severity=Severity.CONFIRM,
        what="Shows, exports or stores passwords or private keys of Windows.",
        why="They end up in the results of the command, or stay on the instance.",
        instead="Use Secrets Manager, or a group managed service account.",
        right_when="The owner of the key moves it.",
        attack="T1555.004",
        check=(
            on(*_ONLY_SHOWING),
            on(*_JUDGES, when=_shows),
            on("new-object", when=_opens_the_vault),
            on("::unprotect", when=_decrypts),
            on("export-pfxcertificate", when=_exports),
        ),
        flags=Examples(
            powershell=(
                "netsh wlan show profile name=a key=clear\n",
                "cmdkey /generic:h /user:a /pass:b\n",
                "Export-PfxCertificate -Cert $c -FilePath C:\\c.pfx -Password $p\n",
            ),
            bat=(
                "netsh wlan export profile key=clear\n",
                "cmdkey /add:h /user:a /pass:b\n",
                "certutil -exportPFX my a C:\\a.pfx\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "netsh wlan show profiles\n",
                "cmdkey /list\n",
                "Get-ChildItem Cert:\\LocalMachine\\My\n",
            ),
            bat=("netsh wlan show profiles\n", "cmdkey /list\n", "certutil -hashfile a SHA256\n"),
        ),
    ),
)
