"""The functions of Python's libraries that matter: what starts programs, what changes files."""

from typing import Final

from mcp_server.guardrails.script.foreign.facts import Deed

TEXTS: Final = frozenset(
    {"os.system", "os.popen", "os.popen2", "os.popen3", "os.popen4", "commands.getoutput"}
    | {"commands.getstatusoutput", "subprocess.getoutput", "subprocess.getstatusoutput"}
    | {"popen2.popen2", "popen2.popen3", "asyncio.create_subprocess_shell", "pexpect.run"}
    | {"pexpect.spawn", "posix.system", "nt.system", "posix.popen", "platform.popen"}
)
PROGRAMS: Final = frozenset(
    {"subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output"}
    | {"subprocess.Popen", "pty.spawn", "plumbum.local"}
)
EXEC: Final = frozenset(
    {f"os.exec{kind}" for kind in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")}
    | {"os.posix_spawn", "os.posix_spawnp", "asyncio.create_subprocess_exec"}
    | {f"os.spawn{kind}" for kind in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")}
)
RUN: Final = frozenset({"exec", "eval", "execfile", "code.InteractiveConsole().runcode"})
FETCHING: Final = frozenset(
    {"urllib.request.urlopen", "urllib.urlopen", "urllib2.urlopen", "requests.get"}
    | {"requests.post", "requests.request", "httpx.get", "httpx.post", "urllib3.request"}
    | {"requests.Session().get", "urllib3.PoolManager().request", "http.client.HTTPConnection()"}
)
CONNECTING: Final = frozenset({"connect", "connect_ex", "create_connection", "open_connection"})
LISTENING: Final = frozenset({"bind", "listen", "accept", "create_server", "start_server"})
RECEIVING: Final = frozenset({"recv", "recvfrom", "makefile", "readline", "read", "recv_into"})
RECORDING: Final = frozenset(
    {"pynput.keyboard.Listener", "keyboard.on_press", "keyboard.on_release", "keyboard.hook"}
    | {"pyHook.HookManager", "pyxhook.HookManager", "keyboard.record", "pynput.mouse.Listener"}
)
ENCRYPTING: Final = frozenset({"encrypt", "encrypt_file", "encryptor", "update_into"})
WALKING: Final = frozenset({"os.walk", "glob.glob", "glob.iglob", "rglob", "os.listdir", "scandir"})

PATH_CALLS: Final[dict[str, Deed]] = {
    "os.remove": Deed.DELETE,
    "os.unlink": Deed.DELETE,
    "os.rmdir": Deed.DELETE_FOLDER,
    "os.removedirs": Deed.DELETE_FOLDER,
    "shutil.rmtree": Deed.DELETE_TREE,
    "os.rename": Deed.MOVE,
    "os.replace": Deed.MOVE,
    "shutil.move": Deed.MOVE,
    "shutil.copy": Deed.COPY,
    "shutil.copy2": Deed.COPY,
    "shutil.copyfile": Deed.COPY,
    "shutil.copytree": Deed.COPY,
    "os.symlink": Deed.LINK,
    "os.link": Deed.LINK,
    "os.truncate": Deed.WRITE,
    "os.open": Deed.READ,
}
PATH_METHODS: Final[dict[str, Deed]] = {
    "unlink": Deed.DELETE,
    "rmdir": Deed.DELETE_FOLDER,
    "write_text": Deed.WRITE,
    "write_bytes": Deed.WRITE,
    "read_text": Deed.READ,
    "read_bytes": Deed.READ,
}
"""Of `pathlib.Path`."""
