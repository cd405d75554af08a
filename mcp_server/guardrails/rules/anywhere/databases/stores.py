"""Redis, MongoDB, Elasticsearch, queues and other stores without SQL."""

import re
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_REDIS: Final = ("redis-cli", "valkey-cli", "keydb-cli")
_FLUSHING: Final = frozenset({"flushall", "flushdb"})
_MONGO: Final = ("mongo", "mongosh")
_MONGO_DROP: Final = re.compile(
    r"\.(?:dropDatabase|drop|dropIndexes)\(\s{0,8}\)|\.(?:deleteMany|remove)\(\s{0,8}\{\s{0,8}\}"
)
_QUEUES: Final[dict[str, frozenset[str]]] = {
    "rabbitmqctl": frozenset(
        {"reset", "force_reset", "delete_vhost", "purge_queue", "delete_queue"}
    ),
    "rabbitmqadmin": frozenset({"delete", "purge"}),
}
_KAFKA: Final = ("kafka-topics", "kafka-topics.sh")
_ELASTIC_PORTS: Final = (9200, 9201)
_NAMES_OF_ALL: Final = ("_all", "*", "%2a")
_WRITING: Final = (("config", "set", "dir"), ("config", "set", "dbfilename"), ("module", "load"))


def _words(command: Command) -> tuple[str, ...]:
    given = [word.text.lower() for word in command.args]
    if command.stdin is not None:
        given += command.stdin.text.lower().split()[:64]
    return tuple(part for text in given for part in text.split()[:64])


def _flushes(command: Command, _script: Script) -> Opinion:
    return bool(_FLUSHING & set(_words(command)))


def _drops_collections(command: Command, _script: Script) -> Opinion:
    given = [word.text for word in command.args]
    if command.stdin is not None:
        given.append(command.stdin.text)
    return any(_MONGO_DROP.search(text) is not None for text in given)


def _deletes_queues(command: Command, _script: Script) -> Opinion:
    return bool(_QUEUES[command.name] & set(_words(command)[:6]))


def _deletes_topics(command: Command, _script: Script) -> Opinion:
    return "--delete" in command.texts


def _deletes_indices(command: Command, _script: Script) -> Opinion:
    texts = [word.text for word in command.args]
    method = "".join(after for before, after in pairwise(texts) if before in {"-X", "--request"})
    is_delete = method.upper() == "DELETE" or "-XDELETE" in texts or "--request=DELETE" in texts
    return is_delete and any(_is_elastic(text) for text in texts)


def _is_elastic(text: str) -> bool:
    address = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    path = parts.path.strip("/")
    return port in _ELASTIC_PORTS or path in _NAMES_OF_ALL


def _writes_through_redis(command: Command, _script: Script) -> Opinion:
    words = _words(command)
    return any(
        words[index : index + len(phrase)] == phrase
        for phrase in _WRITING
        for index in range(len(words))
    ) or bool({"slaveof", "replicaof"} & set(words) and "no" not in words)


def _same(*lines: str) -> Examples:
    scripts = tuple(f"{line}\n" for line in lines)
    return Examples(sh=scripts, powershell=scripts, bat=scripts)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DBS207",
        name="store-flush",
        severity=Severity.CONFIRM,
        what="A store without SQL is emptied: Redis, MongoDB, Elasticsearch, RabbitMQ, Kafka.",
        why="Sessions, queues and documents are gone at once, on all replicas.",
        instead="Take a snapshot first, and delete by key, prefix or age.",
        right_when="It is a cache, and what stands behind it bears the load.",
        attack="T1485",
        check=(
            on(*_REDIS, when=_flushes),
            on(*_MONGO, when=_drops_collections),
            on(*_QUEUES, when=_deletes_queues),
            on(*_KAFKA, when=_deletes_topics),
            on("curl", when=_deletes_indices),
        ),
        flags=_same(
            "redis-cli -h cache.example FLUSHALL",
            "redis-cli -n 2 flushdb async",
            'mongosh app --eval "db.dropDatabase()"',
            "rabbitmqctl force_reset",
            "kafka-topics.sh --bootstrap-server mq.example:9092 --delete --topic orders",
            "curl -X DELETE http://search.example:9200/orders",
        ),
        allows=_same(
            "redis-cli -h cache.example INFO",
            'mongosh app --eval "db.orders.countDocuments()"',
            "rabbitmqctl list_queues",
            "kafka-topics.sh --bootstrap-server mq.example:9092 --list",
            "curl -X DELETE https://api.example/jobs/7",
        ),
    ),
    ScriptRule(
        id="DBS208",
        name="file-written-through-redis",
        severity=Severity.CONFIRM,
        what="Redis is told to write its dump elsewhere, to load a module, or to follow another "
        "server.",
        why="That is how a Redis without a password becomes root: it writes a cron job or an SSH "
        "key, or loads code.",
        instead="Set `dir` and modules in redis.conf, and keep `enable-protected-configs` at no.",
        right_when="A planned move to another folder or server.",
        attack="T1505",
        check=on(*_REDIS, when=_writes_through_redis),
        flags=_same(
            "redis-cli config set dir /var/spool/cron",
            "redis-cli -h cache.example MODULE LOAD /tmp/m.so",
            "redis-cli slaveof 203.0.113.7 6379",
        ),
        allows=_same(
            "redis-cli config get dir",
            "redis-cli replicaof no one",
            "redis-cli config set maxmemory 1gb",
        ),
    ),
)
