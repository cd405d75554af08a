"""From an error text that someone pasted to the codes that it names.

The text may be an SDK's, the aliyun CLI's, Terraform's or JSON, and may hold keys and scripts:
only codes, a request id, a published region and numbers are taken from it, each by its pattern.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from mcp_server.ecs.error_catalogue.lookup import (
    ANY_CODE,
    ROWS,
    is_listed,
    is_local,
    listed,
    row_for,
)
from mcp_server.ecs.error_catalogue.phrases import API_SENTENCES, CLIENT_TEXTS
from mcp_server.ecs.failure import Failure
from mcp_server.models.regions import REGIONS

_CODE: Final = r"([A-Za-z][A-Za-z0-9_.-]{1,99})"
_LABELLED: Final = (
    re.compile(
        rf"(?i)(?<![a-z])(?:err(?:or)?[ _-]?)?code(?:[\"']?\s{{0,4}}[:=]\s{{0,4}}[\"']?|>){_CODE}"
    ),
    re.compile(rf"\b(?:Error|Exception):\s{{1,4}}{_CODE}(?=\s{{1,4}}(?:code)?:)"),
    re.compile(rf"/troubleshoot\?q={_CODE}"),
)
"""Where the API, the SDKs, the CLI and the link of an answer write the code."""
_ALONE: Final = re.compile(
    r"[\s\"'`(\[]{0,20}([A-Za-z][A-Za-z0-9_.-]{1,99}\*?)[\s\"'`)\].,:;!?]{0,20}"
)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_WORDS: Final = re.compile(r"(?:[A-Z][A-Za-z]{1,40}\.){0,4}[A-Z][A-Za-z]{1,40}")
_SPARSE: Final = 3
"""One letter in so many may be a capital in a code made of words; a key has more."""
_STATUS: Final = re.compile(
    r"(?i)(?:status[ _-]?code|status|code)[\"']?\s{0,4}[:=]\s{0,4}[\"']?([45]\d\d)(?!\d)"
)
_REQUEST_ID: Final = re.compile(
    r"(?i)request[ _-]?id[\"'\]]?\s{0,4}[:=>]?\s{0,4}[\"']?"
    r"([0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})(?![0-9A-F-])"
)
_REGION: Final = re.compile(
    r"(?i)(?:\becs(?:-vpc)?[.-]|region(?:[ _-]?id)?[\"']?\s{0,4}[:=]\s{0,4}[\"']?)"
    r"([a-z]{2}(?:-[a-z0-9]{1,20}){1,4})(?![a-z0-9])"
)
_ACTION: Final = re.compile(
    r"(?<![A-Za-z])((?:Create|Delete|Invoke|Run|Modify)Command"
    r"|Describe(?:Commands|Regions|Invocations|InvocationResults)|StopInvocation)(?![A-Za-z])"
)
_DENIAL: Final = re.compile(r"(?<![A-Za-z])(?:Implicit|Explicit)Deny(?![A-Za-z])")
_DIAGNOSIS: Final = "EncodedDiagnosticMessage"
_NEAR: Final = 0.75
"""How alike (0 to 1) a word and a code are."""
_SLIP: Final = 0.9
"""How alike a slip and the right code are."""
_MOST_NEAR: Final = 5
_SHORTEST_PART: Final = 5
"""Characters of a word that is looked for inside codes."""
_KNOWN: Final = {row.code.lower(): row.code for row in ROWS if not row.code.endswith("*")}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says of a failure."""

    codes: tuple[str, ...] = ()
    """The codes that it names, the likeliest first; not all of them need to be in the catalogue."""
    near: tuple[str, ...] = ()
    """Codes of the catalogue that may be meant; only where none of `codes` is surely one."""
    http_status: int | None = None
    request_id: str | None = None
    region_id: str | None = None
    action: str | None = None
    denial: str | None = None
    """ImplicitDeny or ExplicitDeny, as RAM says."""
    diagnosis: bool = False
    """Whether RAM's encoded diagnosis came along."""

    def failure(self, code: str) -> Failure:
        """One of the codes as a failure, with all that is known of it."""
        denied: dict[str, object] = {"NoPermissionType": self.denial} if self.denial else {}
        if self.diagnosis:
            denied[_DIAGNOSIS] = True
        if is_local(code):
            return Failure(code, request_id=self.request_id)
        return Failure(
            code,
            http_status=self.http_status,
            request_id=self.request_id,
            access_denied=denied,
        )


def read(text: str) -> Reading:
    """Find in a text what it says of a failure. Takes time in proportion to its length."""
    text = text.replace("\\", "")  # JSON inside of JSON, as Terraform and logs have it
    codes = _codes(text)
    status = _first(_STATUS, text)
    region = _first(_REGION, text)
    return Reading(
        codes=codes,
        near=_near(text, codes),
        http_status=int(status) if status else None,
        request_id=_first(_REQUEST_ID, text),
        region_id=region if region in REGIONS else None,
        action=_first(_ACTION, text),
        denial=_first(_DENIAL, text),
        diagnosis=_DIAGNOSIS in text,
    )


def is_known(code: str) -> bool:
    """Whether a row of the catalogue explains a code, if only as one of a family."""
    return row_for(code) is not ANY_CODE


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return match[match.re.groups] if match else None


def _codes(text: str) -> tuple[str, ...]:
    """The codes by the surest sign that there is: alone, labelled, spelled out, paraphrased."""
    alone = _ALONE.fullmatch(text)
    if alone and (code := _spelled(alone[1])) and is_known(code):
        return (code,)
    for signs in (_labelled(text), _bare(text)):
        codes = tuple(dict.fromkeys(signs))
        known = tuple(code for code in codes if is_known(code))
        if known:
            return known
        if codes:
            return _sentences(text) or codes
    return _sentences(text) or _client_text(text)


def _labelled(text: str) -> Iterator[str]:
    for pattern in _LABELLED:
        for match in pattern.finditer(text):
            if code := _spelled(match[1]):
                yield code


def _bare(text: str) -> Iterator[str]:
    """Codes that stand in the text and cannot be plain words."""
    for match in _TOKEN.finditer(text):
        token = match[0].rstrip(".-_")
        if is_listed(token) and _is_no_plain_word(token):
            yield token


def _spelled(found: str) -> str | None:
    """A code as the catalogue spells it, or one made of words; None for all that may be a key."""
    code = found.rstrip(".-_")
    if row := listed(code):
        return row.code
    if (
        _WORDS.fullmatch(code)
        and _is_no_plain_word(code)
        and _capitals(code) * _SPARSE <= len(code)
    ):
        return code
    row = row_for(code)
    return None if row is ANY_CODE else row.code


def _is_no_plain_word(code: str) -> bool:
    return "." in code or _capitals(code) > 1


def _capitals(code: str) -> int:
    return sum(map(str.isupper, code))


def _sentences(text: str) -> tuple[str, ...]:
    said = " ".join(text.split()).lower()
    found = [sentence for sentence in API_SENTENCES if sentence in said]
    # "SecurityToken is mandatory for this action" also has the sentence about any parameter.
    whole = [one for one in found if not any(one != other and one in other for other in found)]
    return tuple(dict.fromkeys(API_SENTENCES[sentence] for sentence in whole))


def _client_text(text: str) -> tuple[str, ...]:
    said = " ".join(text.split()).lower()
    return next(((code,) for words, code in CLIENT_TEXTS.items() if words in said), ())


def _near(text: str, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Codes that may be meant by a slip, or by a word that is a part of them."""
    alone = _ALONE.fullmatch(text)
    if any(map(is_known, codes)):
        typed = alone and listed(codes[0]) is None  # what the API wrote has no slips
        return tuple(_like(codes[0], _SLIP)) if typed else ()
    words = [*codes[:1], *((alone[1],) if alone else ())]
    near = [code for word in words for code in (*_like(word, _NEAR), *_with_part(word))]
    if not near:
        said = {match[0].rstrip(".-_").lower() for match in _TOKEN.finditer(text)}
        near = [code for lower, code in _KNOWN.items() if lower in said]
    return tuple(dict.fromkeys(near))[:_MOST_NEAR]


def _like(word: str, cutoff: float) -> list[str]:
    matches = get_close_matches(word.lower(), _KNOWN, n=_MOST_NEAR, cutoff=cutoff)
    return [_KNOWN[match] for match in matches]


def _with_part(word: str) -> list[str]:
    if len(word) < _SHORTEST_PART:
        return []
    return [code for lower, code in _KNOWN.items() if word.lower() in lower]
