"""From policy.toml to a policy; a policy that is not wholly understood is none."""

import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mcp_server.guardrails.policy.model import Policy
from mcp_server.models.finding import Severity

_NEAR: Final = 0.6
"""How alike (0 to 1) a slip and the right name are."""


class PolicyError(Exception):
    """The policy cannot be used; the message names file, key and what would be right."""


def load_policy(path: Path | None, weights: Mapping[str, Severity]) -> Policy:
    """Read and check a policy.

    Args:
        path: of the TOML file; without one nothing is ruled.
        weights: every rule's own severity, by id.

    Raises:
        PolicyError: the file cannot be read, or anything in it is not understood.
    """
    if path is None:
        return Policy()
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PolicyError(f"{path}: there is no such file") from None
    except OSError as error:
        raise PolicyError(f"{path}: the file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise PolicyError(f"{path}: the file is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{path}: the file is not TOML: {error}") from None
    try:
        policy = Policy.model_validate(given)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise PolicyError(f"{path}: {'; '.join(map(_problem, details))}") from None
    if problems := "; ".join(_rule_problems(policy, weights)):
        raise PolicyError(f"{path}: {problems}")
    return policy


def _problem(detail: ErrorDetails) -> str:
    path = detail["loc"]
    key = ".".join(map(str, path))
    match detail["type"]:
        case "extra_forbidden":
            return f"{key}: no such key{_did_you_mean(str(path[-1]), _keys_of(path[:-1]))}"
        case "missing":
            return f"{key}: has to be given"
        case _:
            return f"{key}: {detail['msg']}" if key else detail["msg"]


def _keys_of(path: tuple[int | str, ...]) -> tuple[str, ...]:
    """The keys that the table at this path may have."""
    model: type[BaseModel] = Policy
    for part in path:
        if isinstance(part, int):
            continue
        annotation: Any = model.model_fields[part].annotation
        inner = next((a for a in (annotation, *get_args(annotation)) if _is_model(a)), None)
        if inner is None:
            return ()
        model = inner
    return tuple(model.model_fields)


def _is_model(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _rule_problems(policy: Policy, weights: Mapping[str, Severity]) -> Iterator[str]:
    """What is wrong with the rules that the policy names."""
    named = [
        *((f"severities.{rule}", rule) for rule in policy.severities),
        *((f"waivers.{index}.rule", w.rule) for index, w in enumerate(policy.waivers)),
        *((f"never_lowered.{index}", rule) for index, rule in enumerate(policy.never_lowered)),
    ]
    for key, rule in named:
        if rule not in weights:
            yield f"{key}: there is no rule {rule!r}{_did_you_mean(rule, weights)}"
        elif weights[rule] is Severity.INVALID:
            yield f"{key}: {rule} is a limit of the API, which no policy changes"
    for rule in policy.never_lowered:
        if rule in policy.waived:
            yield f"waivers: {rule} is among never_lowered"
        if is_lowered(rule, policy, weights):
            yield f"severities.{rule}: would weigh less, and is among never_lowered"


def is_lowered(rule: str, policy: Policy, weights: Mapping[str, Severity]) -> bool:
    """Whether the policy makes a rule weigh less than it does by itself."""
    if rule not in policy.severities or rule not in weights:
        return False
    return policy.severities[rule].weight > weights[rule].weight


def _did_you_mean(name: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    near = get_close_matches(name, list(known), n=1, cutoff=_NEAR)
    return f"; did you mean {near[0]}?" if near else ""
