"""What a script has fetched so far, by the file that it is in."""

import pytest

from mcp_server.guardrails.script.downloads import Downloads
from mcp_server.guardrails.script.model import Taint, Word
from tests.guardrails.script.shell_commands import script


def after(text: str) -> Downloads:
    read = script(text)
    downloads = Downloads(read.text)
    for command in read.commands:
        downloads.pass_over(command)
    return downloads


@pytest.mark.parametrize(
    ("text", "path", "address"),
    [
        ("curl -o /run/a https://x.example/a", "/run/a", "https://x.example/a"),
        ("curl -s https://x.example/a > ./a", "a", "https://x.example/a"),
        ("curl -s https://x.example/a | tee /run/a", "/run/a", "https://x.example/a"),
        ("wget https://x.example/a.sh", "./a.sh", "https://x.example/a.sh"),
        ("wget https://x.example/a; cp a /opt/b", "/opt/b", "https://x.example/a"),
        ("git clone https://x.example/t.git", "t/install.sh", "https://x.example/t.git"),
        ("git clone https://x.example/t d", "./d/a/b.sh", "https://x.example/t"),
    ],
)
def test_a_file_is_known_by_where_it_came_from(text, path, address):
    found = after(text).origin(Word(path))
    assert found is not None
    assert (found.taints, found.address.text) == (frozenset({Taint.NETWORK}), address)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("curl -s https://x.example/a", "a"),
        ("curl -o /dev/null https://x.example/a", "/dev/null"),
        ("wget https://x.example/a", "b"),
        ("wget -P /run https://x.example/a", "/run/b"),
        ("cp a /opt/b", "/opt/b"),
    ],
)
def test_other_files_are_not_taken_for_downloads(text, path):
    assert after(text).origin(Word(path)) is None


def test_a_decoded_file_is_hidden_text():
    found = after("base64 -d a.b64 > /run/a").origin(Word("/run/a"))
    assert found is not None
    assert found.taints == frozenset({Taint.DECODED})


def test_a_program_put_on_the_path_is_known_by_its_name():
    assert set(after("curl -o /usr/local/bin/tool https://x.example/t").programs) == {"tool"}


def test_a_checksum_holds_until_the_next_download():
    assert after("wget https://x.example/a; sha256sum -c a.sum").verified
    assert not after("sha256sum -c a.sum; wget https://x.example/a").verified


def test_a_signature_counts_only_when_it_is_checked():
    assert after("wget https://x.example/a; gpg --verify a.sig a").verified
    assert not after("wget https://x.example/a; gpg --import a").verified


def test_no_more_than_some_hundred_files_are_kept():
    text = "\n".join(f"wget https://x.example/{n}" for n in range(600))
    assert len(after(text).files) == 500
