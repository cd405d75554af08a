"""Values that complete an argument of a prompt or of a resource template, by its name."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Final, NamedTuple, get_args

from mcp_server.models.regions import REGIONS
from mcp_server.models.request import ScriptType
from mcp_server.tools.resource import Resource

MOST: Final = 100
"""Values in one answer; the protocol allows no more."""
_LONGEST: Final = 128
"""Characters of the start that is completed; no value is longer."""

Values = Callable[[], Sequence[str]]
LiveValues = Callable[[], Awaitable[Sequence[str]]]


class Completion(NamedTuple):
    """Values that fit, at most `MOST` of them."""

    values: tuple[str, ...] = ()
    total: int = 0

    @property
    def has_more(self) -> bool:
        """Whether more fit than are here."""
        return self.total > len(self.values)


class Completions:
    """Completes arguments by the tables that their values come from.

    Args:
        resources: those that are published.
        extra_regions: of the operator, beside the published ones.
        prompts: the arguments of each prompt, by its name.
        live: values that the cloud knows, by argument; they come beside those of the tables.
    """

    def __init__(
        self,
        resources: Sequence[Resource] = (),
        extra_regions: Sequence[str] = (),
        prompts: Mapping[str, Collection[str]] | None = None,
        live: Mapping[str, LiveValues] | None = None,
    ) -> None:
        self._templates = {r.template: r for r in resources if r.template is not None}
        self._prompts = prompts or {}
        self._live = live or {}
        parts: dict[str, Values] = {resource.name: resource.parts for resource in resources}
        regions = (*REGIONS, *(region for region in extra_regions if region not in REGIONS))
        nothing: Values = tuple
        self._by_argument: dict[str, Values] = {
            "region_id": lambda: regions,
            "type": lambda: get_args(ScriptType),
            "explanation": parts.get("errors", nothing),
        }

    def of_template(self, uri_template: str, argument: str, start: str) -> Completion:
        """Complete the argument of a resource template; of another one nothing fits."""
        resource = self._templates.get(uri_template)
        if resource is None or f"{{{argument}}}" not in uri_template:
            return Completion()
        return _fitting(resource.parts(), start)

    async def of_prompt(self, name: str, argument: str, start: str) -> Completion:
        """Complete an argument of a prompt; what no prompt takes, and free text, has no values."""
        if argument not in self._prompts.get(name, ()):
            return Completion()
        values = [*self._by_argument[argument]()] if argument in self._by_argument else []
        if argument in self._live:
            values += [value for value in await self._live[argument]() if value not in values]
        return _fitting(values, start)


def _fitting(values: Sequence[str], start: str) -> Completion:
    """The values that begin so, then those that have it inside; letter case does not matter."""
    if len(start) > _LONGEST:
        return Completion()
    wanted = start.lower()
    begin = [value for value in values if value.lower().startswith(wanted)]
    inside = [value for value in values if wanted in value.lower() and value not in begin]
    fitting = (*begin, *inside)
    return Completion(fitting[:MOST], len(fitting))
