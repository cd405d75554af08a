import pytest

from tests.guardrails.script.shell.shell_scripts import read, started


@pytest.mark.parametrize(
    ("script", "language", "code"),
    [
        ("python3.11 -c 'import os'", "python", "import os"),
        ("python3 - <<'EOF'\nimport os\nEOF", "python", "import os\n"),
        ("echo 'import os' | python", "python", "import os\n"),
        ("echo 'import os' > f.py; python3 f.py a", "python", "import os\n"),
        ("printf '#!/usr/bin/python3\\nx' > f; ./f", "python", "#!/usr/bin/python3\nx"),
        ("perl -e 'print 1'", "perl", "print 1"),
        ("perl -e 'a;' -e 'b;'", "perl", "a;\nb;"),
        ("perl -MSocket -e 'a;'", "perl", "use Socket;a;"),
        ("perl -i.bak -pe 's/a/b/' f", "perl", "s/a/b/"),
        ("ruby -rsocket -e 'a b'", "ruby", "require 'socket';a b"),
        ("ruby -e'puts 1'", "ruby", "puts 1"),
        ('lua -e"print(1)"', "lua", "print(1)"),
        ("node -p '1 + 1'", "node", "1 + 1"),
        ("deno eval 'a()'", "node", "a()"),
        ("php -r 'a();'", "php", "a();"),
        ("awk -F : -v a=b '{print $1}' /etc/passwd", "awk", "{print $1}"),
        ("sudo python -c 'x = 1'", "python", "x = 1"),
        ("vim -c ':py3 import os'", "python", "import os"),
    ],
)
def test_code_in_another_language_is_noted(script, language, code):
    assert [(f.language, f.code.text) for f in read(script).foreign] == [(language, code)]


@pytest.mark.parametrize(
    "script",
    ["python3 -m http.server", "python3 app.py", "perl f.pl", "ruby -ropen-uri f", "node server.js",
     "python -V", "awk -f prog data"],
)  # fmt: skip
def test_a_program_without_code_in_sight_has_none(script):
    assert read(script).foreign == ()


@pytest.mark.parametrize(
    ("script", "last"),
    [
        ("sqlite3 db '.shell rm x'", "string: sqlite3> rm x"),
        ("psql -c '\\! rm x'", "string: psql> rm x"),
        ("mysql -e 'select 1; system rm x'", "string: mysql> rm x"),
        ("mysql <<'EOF'\n\\! rm x\nEOF", "string: mysql> rm x"),
        ("vim -c ':!rm x'", "string: vim> rm x"),
        ("gdb -nx -ex '!rm x' -ex quit", "string: gdb> rm x"),
        ("tar cf a b --checkpoint-action=exec='rm x'", "string: tar> rm x"),
        ("rsync -e 'sh -c \"rm x\"' a b:", "string: rsync> sh> rm x"),
        ("git -c alias.x='!rm x' x", "string: git> rm x"),
        ("git config alias.x '!rm x'", "string: git> rm x"),
        ("zip a b -T -TT 'rm x'", "string: zip> rm x"),
    ],
)
def test_a_shell_started_from_the_console_of_a_program_is_read(script, last):
    assert started(script)[-1] == last


@pytest.mark.parametrize(
    "script",
    ["mysql -e 'select \"system\" from t'", "psql -c 'select 1'", "tar czf a.tgz --exclude=b c",
     "vim -c ':wq' f", "rsync -av a b"],
)  # fmt: skip
def test_ordinary_uses_of_such_programs_start_nothing(script):
    assert started(script) == []
