"""What SQL statements destroy, change and open."""

from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.rules.anywhere.databases import sql
from mcp_server.guardrails.rules.anywhere.databases.sql import Statement
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_WHOLE: Final = frozenset(
    {"DATABASE", "SCHEMA", "KEYSPACE", "CATALOG", "TABLESPACE", "MEASUREMENT"}
)
_TABLES: Final = frozenset({"TABLE", "TABLES", "COLLECTION", "MATERIALIZED", "PARTITION", "OWNED"})
_ALWAYS_TRUE: Final = (("1", "=", "1"), ("TRUE",), ("1",))
_ACCOUNTS: Final = frozenset({"USER", "LOGIN", "ROLE"})
_STARTERS: Final = frozenset({"XP_CMDSHELL", "SYS_EXEC", "SYS_EVAL", "SP_OACREATE", "LO_EXPORT"})
_PREFIXES: Final = ("EXPLAIN", "BEGIN", "USE")


def _any(judge: Callable[[Statement], bool]) -> Callable[[Command, Script], Opinion]:
    def check(command: Command, _script: Script) -> Opinion:
        return any(judge(statement) for statement in sql.of(command))

    return check


def _drops_database(words: Statement) -> bool:
    return words[0] == "DROP" and len(words) > 1 and words[1] in _WHOLE


def _drops_table(words: Statement) -> bool:
    if words[0] == "TRUNCATE":
        return True
    if words[0] == "ALTER":
        return "TABLE" in words[:2] and "DROP" in words and "COLUMN" in words
    return words[0] == "DROP" and len(words) > 1 and words[1] in _TABLES


def _changes_all(words: Statement) -> bool:
    is_delete = words[0] == "DELETE" and "FROM" in words[:3]
    is_update = words[0] == "UPDATE" and "SET" in words
    if not (is_delete or is_update):
        return False
    if "WHERE" not in words:
        return "LIMIT" not in words and "JOIN" not in words and "USING" not in words
    return words[words.index("WHERE") + 1 :] in _ALWAYS_TRUE


def _grants(words: Statement) -> bool:
    match words[0]:
        case "GRANT":
            return True
        case "CREATE" | "ALTER":
            return bool(_ACCOUNTS & set(words[1:5])) and "TABLE" not in words[1:3]
        case "SET":
            return "PASSWORD" in words[1:3]
        case "EXEC" | "EXECUTE":
            return bool({"SP_ADDSRVROLEMEMBER", "SP_ADDLOGIN", "SP_PASSWORD"} & set(words))
        case _:
            return False


def _starts_program(words: Statement) -> bool:
    if words[0] in {"\\!", ".SHELL", ".SYSTEM"}:
        return True
    if words[0] == "COPY":
        return "PROGRAM" in words
    is_file = any(w in {"OUTFILE", "DUMPFILE"} for w in words) and "INTO" in words
    return is_file or bool(_STARTERS & {part for word in words for part in word.split(".")})


def _purges_log(words: Statement) -> bool:
    return (
        (words[0] == "PURGE" and "LOGS" in words)
        or words[:2] == ("RESET", "MASTER")
        or (words[:2] == ("RESET", "BINARY"))
    )


_TEST_IT: Final = "Take a backup that was tested, name the database, and let a person run it."


def _in_clients(first: str, second: str, third: str) -> Examples:
    """Statements given to clients that are called the same everywhere."""
    calls = (
        f'mysql --login-path=ops app -e "{first}"\n',
        f'psql -h db.example -d app -c "{second}"\n',
        f'sqlcmd -S db.example -E -Q "{third}"\n',
    )
    return Examples(sh=calls, powershell=calls, bat=calls)


def _with_sh(examples: Examples, *more: str) -> Examples:
    return Examples(sh=(*examples.sh, *more), powershell=examples.powershell, bat=examples.bat)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DBS201",
        name="database-drop",
        severity=Severity.CONFIRM,
        what="A database or schema is dropped with everything in it.",
        why="It comes back from a backup alone, if at all.",
        instead=_TEST_IT,
        right_when="The database is for tests and made anew each time.",
        attack="T1485",
        check=(
            on(*sql.CLIENTS, when=_any(_drops_database)),
            on("dropdb", when=lambda command, _: not command.has("--help", "--version")),
            on(
                *("mysqladmin", "mariadb-admin"),
                when=lambda command, _: "drop" in command.texts,
            ),
        ),
        flags=_with_sh(
            _in_clients("DROP DATABASE shop", "drop schema shop cascade", "drop database [shop]"),
            "dropdb shop\n",
            "mysqladmin -f drop shop\n",
            "mysql app <<'EOF'\nUSE mysql;\nDROP DATABASE shop;\nEOF\n",
            'echo "DROP DATABASE shop" | mysql\n',
        ),
        allows=_with_sh(
            _in_clients(
                "SHOW DATABASES", "select 'drop database shop'", "select 1 -- drop database shop"
            ),
            "mysqldump --single-transaction shop > /backup/shop.sql\n",
            "echo 'DROP DATABASE shop'\n",
        ),
    ),
    ScriptRule(
        id="DBS202",
        name="table-drop",
        severity=Severity.CONFIRM,
        what="A table or a column is dropped, or a table emptied.",
        why="Dropping and truncating cannot be rolled back in most databases.",
        instead="Rename the table and drop it when nobody has missed it; or delete in batches "
        "with WHERE.",
        right_when="The table holds what is made anew, such as a cache or a staging area.",
        attack="T1485",
        check=on(*sql.CLIENTS, when=_any(_drops_table)),
        flags=_in_clients("DROP TABLE orders", "truncate orders cascade", "truncate table orders"),
        allows=_in_clients(
            "DROP TEMPORARY TABLE t", "select truncate(price, 2) from t", "select * from droptable"
        ),
    ),
    ScriptRule(
        id="DBS203",
        name="change-of-every-row",
        severity=Severity.CONFIRM,
        what="Every row of a table is deleted or changed: there is no WHERE.",
        why="That is rarely meant, and what stood there is gone.",
        instead="Add a WHERE, and try it as a SELECT first.",
        right_when="The table is small, and all its rows are meant.",
        attack="T1565.001",
        check=on(*sql.CLIENTS, when=_any(_changes_all)),
        flags=_in_clients(
            "DELETE FROM orders", "update users set active = false", "delete from orders where 1=1"
        ),
        allows=_in_clients(
            "DELETE FROM orders WHERE id = 7",
            "update users set active = false where id = 7",
            "select count(*) from orders",
        ),
    ),
    ScriptRule(
        id="DBS204",
        name="database-account-change",
        severity=Severity.CONFIRM,
        what="An account of a database is made or changed, or gets rights.",
        why="Rights on everything, or from every host, let one leaked password open all data.",
        instead="Grant the few rights that are needed on one database, from one host; read the "
        "password from a secret.",
        right_when="It is the step of a documented set-up.",
        attack="T1136",
        check=on(*sql.CLIENTS, when=_any(_grants)),
        flags=_in_clients(
            "GRANT ALL PRIVILEGES ON *.* TO 'ops'@'%'",
            "alter user ops with superuser",
            "create login ops from windows",
        ),
        allows=_in_clients(
            "SHOW GRANTS", "select rolname from pg_roles", "select name from logins"
        ),
    ),
    ScriptRule(
        id="DBS205",
        name="program-started-by-database",
        severity=Severity.CONFIRM,
        what="A database starts a program or writes a file on its server.",
        why="It runs as the database's user, past every check of the shell; it is how a stolen "
        "database password becomes a stolen server.",
        instead="Run the program from the script, and load or export through the client.",
        right_when="A person knows what it starts, and the feature is switched off afterwards.",
        attack="T1505.001",
        check=on(*sql.CLIENTS, when=_any(_starts_program)),
        flags=_in_clients(
            "SELECT 1 INTO OUTFILE '/var/www/html/a.php'",
            "copy t from program 'curl -s https://get.example/x'",
            "exec master..xp_cmdshell 'whoami'",
        ),
        allows=_in_clients("SELECT 1", "copy t to stdout", "select 'xp_cmdshell'"),
    ),
    ScriptRule(
        id="DBS206",
        name="database-log-purge",
        severity=Severity.CONFIRM,
        what="A database's binary logs are deleted.",
        why="Without them nothing between two backups comes back, and replicas break.",
        instead="Set `binlog_expire_logs_seconds` and let the server delete old ones.",
        right_when="The disk is full, and every replica has read the logs.",
        attack="T1490",
        check=on(*sql.CLIENTS, when=_any(_purges_log)),
        flags=Examples(
            sh=(
                "mysql -e \"PURGE BINARY LOGS BEFORE '2026-01-01'\"\n",
                "mysql -e 'RESET MASTER'\n",
                "mariadb -e \"PURGE MASTER LOGS TO 'binlog.000042'\"\n",
            ),
        ),
        allows=Examples(
            sh=(
                "mysql -e 'SHOW BINARY LOGS'\n",
                "mysql -e 'FLUSH LOGS'\n",
                "mysql -e 'SET GLOBAL binlog_expire_logs_seconds = 604800'\n",
            ),
        ),
    ),
)
