"""Texts that a chain of programs unveils before a shell runs them."""

import base64
import bz2
import gzip
import lzma

import pytest

from mcp_server.guardrails.script.model import Language, Origin
from mcp_server.guardrails.script.reading import read_script

TEXT = b"rm -rf /etc\n"


def coded(data: bytes) -> str:
    return base64.b64encode(data).decode()


CHAINS = {
    "base64": f"echo {coded(TEXT)} | base64 -d",
    "base64 of macOS": f"echo {coded(TEXT)} | base64 -D",
    "base32": f"echo {base64.b32encode(TEXT).decode()} | base32 --decode",
    "openssl": f"echo {coded(TEXT)} | openssl enc -base64 -d",
    "hexadecimal": f"echo {TEXT.hex()} | xxd -r -p",
    "gzip": f"echo {coded(gzip.compress(TEXT))} | base64 -d | gunzip",
    "gzip -d": f"echo {coded(gzip.compress(TEXT))} | base64 -d | gzip -d",
    "bzip2": f"echo {coded(bz2.compress(TEXT))} | base64 -d | bzip2 -d",
    "xz": f"echo {coded(lzma.compress(TEXT))} | base64 -d | xz -d",
    "twice": f"echo {coded(coded(TEXT).encode())} | base64 -d | base64 -d",
    "backwards": "echo 'cte/ fr- mr' | rev",
    "rot13": "echo 'ez -es /rgp' | tr 'A-Za-z' 'N-ZA-Mn-za-m'",
    "a mark in between": "echo 'rQm -rQf /etQc' | tr -d Q",
    "a substitution": "echo 'rQm -rQf /eQtc' | sed 's/Q//g'",
    "lines backwards": "printf '/etc\\nrm -rf \\\\\\n' | tac",
    "escapes": "printf '\\162\\155 -rf /etc'",
    "echo -e": "echo -e '\\x72\\x6d -rf /etc'",
    "through tee": "echo 'rm -rf /etc' | tee /tmp/a",
}


@pytest.mark.parametrize("name", CHAINS)
@pytest.mark.parametrize("form", ["{} | sh", 'bash -c "$({})"', 'eval "$({})"'])
def test_what_a_chain_unveils_is_read(name: str, form: str) -> None:
    script = read_script(form.format(CHAINS[name]), Language.SHELL)
    found = {
        tuple(w.text for w in c.words) for c in script.commands if c.origin is not Origin.DIRECT
    }
    assert ("rm", "-rf", "/etc") in found


@pytest.mark.parametrize(
    "chain",
    [
        "echo 'no base64!' | base64 -d",
        "echo zz | xxd -r -p",
        "echo cGxhaW4= | base64 -d | gunzip",
        "cat secret | base64 -d",
        "echo abc | tr -c a b",
        "echo abc | sed 's/a.*/b/'",
    ],
)
def test_what_cannot_be_unveiled_is_no_text(chain: str) -> None:
    script = read_script(f"{chain} | sh", Language.SHELL)
    assert [c.name for c in script.commands if c.origin is not Origin.DIRECT] == []
