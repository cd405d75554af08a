"""What a script is seen to write, and what it puts there."""

import pytest

from mcp_server.guardrails.rules.linux.writes import writes
from mcp_server.guardrails.script.model import Language
from mcp_server.guardrails.script.reading import read_script


def _written(text: str) -> list[tuple[str, str | None]]:
    script = read_script(text, Language.SHELL)
    return [(write.path, write.text) for write in writes(script)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("echo 'a b' >> /etc/f\n", [("/etc/f", "a b\n")]),
        ("cat > /etc/f <<'EOF'\na\nb\nEOF\n", [("/etc/f", "a\nb\n")]),
        ("printf 'a\\n' | sudo tee -a /etc/f\n", [("/etc/f", "a\n")]),
        ("sed -i 's/old/new/' /etc/f\n", [("/etc/f", "new")]),
        ("sed -i '$ a one more' /etc/f\n", [("/etc/f", "$ a one more")]),
        (": > /etc/f\n", [("/etc/f", None)]),
    ],
)
def test_the_text_that_goes_into_a_file_is_known(text, expected):
    assert _written(text) == expected


def test_a_relative_path_is_taken_from_the_folder_that_the_script_went_to():
    assert _written("cd /etc/cron.d\necho x > job\n") == [("/etc/cron.d/job", "x\n")]


def test_what_a_program_fetched_or_made_is_not_known():
    assert _written("curl -o /etc/f https://x.example/f\ndate > /etc/d\n") == [
        ("/etc/f", None),
        ("/etc/d", None),
    ]


def test_a_loop_writes_each_of_its_files():
    paths = [path for path, _ in _written("for n in a b; do echo x > /etc/$n; done\n")]
    assert paths == ["/etc/a", "/etc/b"]


@pytest.mark.parametrize(
    "text",
    ["echo 'x > /etc/f'\n", "cat /etc/f\n", "ssh h 'echo x > /etc/f'\n", "grep x < /etc/f\n"],
)
def test_what_is_printed_read_or_written_on_another_host_is_no_write(text):
    assert _written(text) == []


def test_a_copy_names_where_it_comes_from():
    script = read_script("cp /srv/x.sh /etc/profile.d/\n", Language.SHELL)
    assert {(write.path, write.source) for write in writes(script)} >= {
        ("/etc/profile.d/x.sh", "/srv/x.sh")
    }
