"""The words that matter in languages that are scanned: what starts programs, what changes files."""

from enum import Enum, auto
from typing import Final

from mcp_server.guardrails.script.foreign.facts import Deed


class Form(Enum):
    """How a call takes the program that it starts."""

    TEXT = auto()
    """The first argument is a text for a shell."""
    LIST = auto()
    """The arguments are the program and its arguments."""
    EITHER = auto()
    """One argument is a text for a shell, several are a list."""


_T, _L, _E = Form.TEXT, Form.LIST, Form.EITHER

STARTING: Final[dict[str, dict[str, Form]]] = {
    "python": {
        "os.system": _T, "os.popen": _T, "commands.getoutput": _T, "subprocess.call": _E,
        "subprocess.Popen": _E, "subprocess.check_output": _E, "subprocess.check_call": _E,
        "subprocess.run": _E, "pty.spawn": _E, "os.execl": _L, "os.execv": _L, "os.execlp": _L,
        "os.execvp": _L, "commands.getstatusoutput": _T,
    },
    "perl": {"system": _E, "exec": _E, "capture": _E, "IPC::System::Simple::run": _E},
    "ruby": {
        "system": _E, "exec": _E, "spawn": _E, "IO.popen": _E, "Kernel.system": _E,
        "Kernel.exec": _E, "Kernel.spawn": _E, "PTY.spawn": _E, "Process.spawn": _E,
        "Open3.capture2": _E, "Open3.capture2e": _E, "Open3.capture3": _E, "Open3.popen3": _E,
        "Open3.popen2e": _E, "Process.exec": _E, "popen": _E,
    },
    "php": {
        "system": _T, "exec": _T, "shell_exec": _T, "passthru": _T, "popen": _T, "proc_open": _T,
        "pcntl_exec": _L,
    },
    "node": {
        "exec": _T, "execSync": _T, "spawn": _L, "spawnSync": _L, "execFile": _L,
        "execFileSync": _L, "fork": _L, "Deno.run": _L, "Deno.Command": _L, "Bun.spawn": _L,
        "Bun.spawnSync": _L,
    },
    "lua": {"os.execute": _T, "io.popen": _T},
    "awk": {"system": _T},
    "java": {"exec": _E, "ProcessBuilder": _L},
    "groovy": {"exec": _E, "ProcessBuilder": _L},
    "scala": {"exec": _E, "ProcessBuilder": _L, "Process": _E},
    "kotlin": {"exec": _E, "ProcessBuilder": _L},
    "go": {"exec.Command": _L, "exec.CommandContext": _L, "syscall.Exec": _L},
    "c": {
        "system": _T, "popen": _T, "execl": _L, "execlp": _L, "execle": _L, "execv": _L,
        "execve": _L, "execvp": _L, "posix_spawn": _L, "WinExec": _T, "CreateProcess": _T,
        "CreateProcessA": _T, "ShellExecute": _L, "ShellExecuteA": _L,
    },
    "rust": {"Command::new": _L, "process::Command::new": _L, "std::process::Command::new": _L},
    "haskell": {
        "callCommand": _T, "system": _T, "runCommand": _T, "spawnCommand": _T, "rawSystem": _L,
        "readProcess": _L, "shell": _T, "proc": _L, "callProcess": _L, "executeFile": _L,
        "runInteractiveCommand": _T,
    },
    "crystal": {
        "system": _T, "Process.run": _L, "Process.new": _L, "Process.exec": _L, "exec": _E,
    },
    "dart": {"Process.start": _L, "Process.run": _L, "Process.runSync": _L},
    "v": {"os.system": _T, "os.execute": _T, "os.exec": _T, "os.new_process": _L},
    "r": {"system": _T, "system2": _L, "shell": _T, "pipe": _T},
    "julia": {"run": _T},
    "elixir": {"System.cmd": _L, ":os.cmd": _T, "System.shell": _T, "Port.open": _L},
    "erlang": {"os:cmd": _T, "open_port": _L},
    "nim": {"execCmd": _T, "execShellCmd": _T, "execProcess": _T, "startProcess": _L},
    "swift": {"launchedProcess": _L, "system": _T},
    "csharp": {"Process.Start": _L, "Diagnostics.Process.Start": _L, "ProcessStartInfo": _L,
               "System.Diagnostics.Process.Start": _L, "WinExec": _T},
    "vbscript": {"run": _T, "exec": _T, "shellexecute": _L, "shell": _T},
    "jscript": {"Run": _T, "run": _T, "Exec": _T, "exec": _T, "ShellExecute": _L},
}  # fmt: skip
"""By language and name; a name without a joint also stands for a method of any object."""

_BY_DEED: Final[dict[Deed, tuple[str, ...]]] = {
    Deed.DELETE: (
        *("unlink", "File.delete", "File.unlink", "FileUtils.rm", "FileUtils.rm_f"),
        *("unlinkSync", "fs.unlink", "fs.unlinkSync", "os.remove", "os.unlink"),
        *("os.Remove", "os.rm", "Files.delete", "Files.deleteIfExists", "remove"),
        *("fs::remove_file", "std::fs::remove_file", "File.rm", "File.Delete"),
        *("deletefile", "DeleteFile", "removeFile"),
    ),
    Deed.DELETE_TREE: (
        *("FileUtils.rm_r", "FileUtils.rm_rf", "FileUtils.remove_dir"),
        *("FileUtils.remove_entry", "FileUtils.rmtree"),
        *("FileUtils.remove_entry_secure", "rm_rf", "rmtree", "remove_tree"),
        *("File::Path::rmtree", "File::Path::remove_tree", "shutil.rmtree", "rmSync"),
        *("fs.rm", "fs.rmSync", "fs.rmdir", "fs.rmdirSync", "rmdirSync", "Deno.remove"),
        *("Deno.removeSync", "os.RemoveAll", "os.rmdir_all", "fs::remove_dir_all"),
        *("std::fs::remove_dir_all", "File.rm_rf", "Directory.Delete", "deletefolder"),
        *("DeleteFolder", "FileUtils.deleteDirectory", "removeDirectoryRecursive"),
        *("removePathForcibly",),
    ),
    Deed.DELETE_FOLDER: (*("rmdir", "Dir.rmdir", "Dir.delete"),),
    Deed.WRITE: (
        *("file_put_contents", "File.write", "IO.write", "fs.writeFileSync"),
        *("fs.writeFile", "writeFileSync", "os.WriteFile", "ioutil.WriteFile"),
        *("File.WriteAllText",),
    ),
    Deed.APPEND: (*("fs.appendFileSync", "fs.appendFile", "appendFileSync", "File.AppendAllText"),),
    Deed.READ: (
        *("file_get_contents", "readfile", "File.read", "IO.read", "File.readlines"),
        *("fs.readFileSync", "readFileSync", "fs.readFile", "os.ReadFile"),
        *("ioutil.ReadFile", "File.ReadAllText"),
    ),
    Deed.MOVE: (*("rename", "File.rename", "FileUtils.mv", "os.rename"),),
    Deed.COPY: (*("FileUtils.cp", "FileUtils.cp_r", "fs.copyFileSync", "copy"),),
    Deed.LINK: (*("symlink", "File.symlink", "FileUtils.ln_s"),),
    Deed.MODE: (
        *("chmod", "File.chmod", "FileUtils.chmod", "os.Chmod", "FileUtils.chmod_R"),
        *("fs.chmodSync",),
    ),
    Deed.FETCH: (*("getstore",),),
    Deed.OWNER: (*("chown", "FileUtils.chown_R", "FileUtils.chown"),),
}
ACTING: Final = {name: deed for deed, names in _BY_DEED.items() for name in names}
"""Calls that do something to files; the same name means the same wherever it exists."""

FOLDING: Final = frozenset(
    {"glob", "Dir.glob", "bsd_glob", "Dir", "File.expand_path", "File.join", "String", "new", "my"}
    | {"path.join", "path.resolve", "Paths.get", "Path.of", "local", "our", "new File", "File"}
    | {"array", "Array", "str", "String.raw", "Buffer.from", "Pathname.new", "cast", "Pathname"}
    | {"String.new", "std::string", "c", "shQuote", "Arrays.asList", "List.of", "Dir.entries"}
)
"""Names that say nothing more than what they are given."""
FORMATTING: Final = frozenset(
    {"sprintf", "format", "string.format", "fmt.Sprintf", "String.format"}
)
"""Names of what fills in a text that comes first."""
DECODING: Final = frozenset(
    {"base64_decode", "decode_base64", "MIME::Base64::decode", "MIME::Base64::decode_base64"}
    | {"Base64.decode64", "Base64.strict_decode64", "Base64.urlsafe_decode64", "atob"}
    | {"str_rot13", "gzinflate", "gzuncompress", "gzdecode", "hex2bin", "unpack", "pack", "rot13"}
    | {"convert_uudecode", "base64.StdEncoding.DecodeString", "Convert.FromBase64String"}
    | {
        "Base64.getDecoder().decode",
        "Base64.getDecoder",
        "strrev",
        "Marshal.load",
        "decodeURIComponent",
    }
    | {"unescape", "zlib.inflateSync", "Zlib::Inflate.inflate", "base64.b64decode", "Buffer.from"}
)
"""Names of what makes a text readable, or the other way round."""
EVALUATING: Final[dict[str, frozenset[str]]] = {
    "perl": frozenset({"eval"}),
    "ruby": frozenset({"eval", "instance_eval", "class_eval", "module_eval"}),
    "php": frozenset({"eval", "assert", "create_function", "include", "require", "include_once"}),
    "node": frozenset({"eval", "Function", "runInThisContext", "runInNewContext", "runInContext"}),
    "lua": frozenset({"load", "loadstring", "dofile"}),
    "python": frozenset({"exec", "eval", "execfile"}),
    "groovy": frozenset({"evaluate", "me"}),
    "r": frozenset({"eval", "source"}),
    "elixir": frozenset({"eval_string"}),
    "julia": frozenset({"eval", "include_string", "include"}),
    "vbscript": frozenset({"eval", "execute", "executeglobal"}),
    "jscript": frozenset({"eval", "Function"}),
}
"""By language, what runs a text as code; the last part of the name."""
FETCHING: Final = frozenset(
    {
        "LWP::Simple::get",
        "get",
        "LWP::UserAgent",
        "HTTP::Tiny",
        "Net::HTTP.get",
        "Net::HTTP",
        "URI.open",
    }
    | {
        "curl_exec",
        "curl_init",
        "http.get",
        "https.get",
        "fetch",
        "axios.get",
        "http.request",
        "open",
    }
    | {"https.request", "socket.http", "http.Get", "WebClient", "DownloadString", "HttpClient"}
    | {
        "file_get_contents",
        "fopen",
        "responsetext",
        "responsebody",
        "URL",
        "Net::HTTP.get_response",
    }
    | {
        "LWP::Simple",
        "getstore",
        "mirror",
        "urllib2.urlopen",
        "urllib.urlopen",
        "got",
        "RestClient.get",
    }
)
SOCKETS: Final = frozenset(
    {"fsockopen", "pfsockopen", "stream_socket_client", "socket_connect", "stream_socket_server"}
    | {"socket_create_listen", "socket_bind", "TCPSocket.new", "TCPSocket.open", "TCPSocket"}
    | {"Socket.tcp", "UDPSocket.new", "TCPServer.new", "TCPServer.open", "TCPServer", "socket.tcp"}
    | {"IO::Socket::INET", "IO::Socket::INET->new", "IO::Socket::INET6->new", "socket.udp"}
    | {"IO::Socket::SSL->new", "IO::Socket::IP->new", "IO::Socket::UNIX->new", "socket.connect"}
    | {"net.Socket", "net.createConnection", "net.createServer", "net.Dial", "net.DialTimeout"}
    | {"net.Listen", "tls.Dial", "net.dial_tcp", "net.listen_tcp", "TcpClient", "TCPClient"}
    | {"Sockets.TcpClient", "TcpListener", "TcpListener::bind", "TcpStream::connect", "socket.bind"}
    | {"Socket", "ServerSocket", "Socket.connect", "SecureSocket.connect", "connectTo", "WSASocket"}
    | {"WSASocketA", "gen_tcp:connect", ":gen_tcp.connect", "gen_tcp:listen", "socketConnection"}
    | {"OpenSSL::SSL::SSLSocket.new", "Deno.connect", "Deno.listen", "Bun.connect", "dial_tcp"}
    | {"socket_create", "Socket.tcp_server_loop", "UNIXServer.new", "net.connect", "tls.connect"}
)
"""Names of what connects to another host, or waits for one, byte by byte."""
RECEIVING: Final = frozenset(
    {
        "gets",
        "recv",
        "read",
        "readline",
        "fgets",
        "fread",
        "socket_read",
        "getline",
        "sysread",
        "receive",
    }
    | {
        "readLine",
        "ReadLine",
        "ReadString",
        "readpartial",
        "on",
        "stream_get_contents",
        "Read",
        "listen",
    }
    | {
        "nextLine",
        "readUTF",
        "socket_recv",
        "read_line",
        "lines",
        "bufio.NewReader",
        "Scanner",
        "hGetLine",
        "readLines",
    }
)


def last_part(name: str) -> str:
    """The last part of a name: `rm_rf` of `FileUtils.rm_rf`."""
    for mark in ("->", "::", ".", ":", "\\"):
        name = name.rsplit(mark, 1)[-1]
    return name
