"""Pages through 1,200 commands, also while commands come and go."""

import shutil
from itertools import count

import pytest
from alibabacloud_ecs20140526 import models

from mcp_server.emulator import DEFAULT_ACCOUNT, Emulator, EmulatorSettings, StoredCommand
from mcp_server.emulator.store import Store

COMMANDS = 1200


@pytest.fixture(scope="module")
def full_file(tmp_path_factory):
    """A data file with the commands `n0` to `n1199`, the last of them the newest."""
    path = tmp_path_factory.mktemp("paging") / "ecs.sqlite"
    store = Store(path)
    for number in range(COMMANDS):
        store.add(
            StoredCommand(
                account_id=DEFAULT_ACCOUNT.account_id,
                region_id="cn-hangzhou",
                command_id=f"c-{number}",
                name=f"n{number}",
                type="RunShellScript",
                content=b"echo hello",
                creation_time="2026-11-25T00:41:04Z",
            ),
            None,
            COMMANDS,
        )
    store.close()
    return path


@pytest.fixture
def full(full_file, tmp_path):
    """An emulator with these commands and room for one more."""
    path = shutil.copy(full_file, tmp_path / "ecs.sqlite")
    emulator = Emulator(EmulatorSettings(data=path, command_quota=COMMANDS + 1))
    with emulator:
        yield emulator
    emulator.close()


@pytest.fixture
def by_token(full, connect):
    """Gives page after page of ids, each asked for with the token of the one before."""

    def pages(**changes):
        client, token = connect(full), None
        while token != "":
            request = models.DescribeCommandsRequest(
                region_id="cn-hangzhou", max_results=50, next_token=token, **changes
            )
            body = client.describe_commands(request).body
            token = body.next_token
            yield [command.command_id for command in body.commands.command]

    return pages


@pytest.fixture
def by_number(full, connect):
    """Gives page after page of ids, asked for by number, until there is an empty one."""

    def pages():
        client = connect(full)
        for number in count(1):
            request = models.DescribeCommandsRequest(
                region_id="cn-hangzhou", page_number=number, page_size=50
            )
            body = client.describe_commands(request).body
            assert (body.page_number, body.page_size, body.next_token) == (number, 50, "")
            if not body.commands.command:
                return
            yield [command.command_id for command in body.commands.command]

    return pages


@pytest.fixture
def delete(full, connect):
    """Deletes a command."""

    def call(command_id):
        connect(full).delete_command(
            models.DeleteCommandRequest(region_id="cn-hangzhou", command_id=command_id)
        )

    return call


def newest_first(*without: int) -> list[str]:
    return [f"c-{number}" for number in reversed(range(COMMANDS)) if number not in without]


def joined(pages: list[list[str]]) -> list[str]:
    return [command_id for page in pages for command_id in page]


def test_pages_by_token_show_each_command_once_and_in_order(by_token):
    pages = list(by_token())

    assert [len(page) for page in pages] == [50] * 24
    assert joined(pages) == newest_first()


def test_pages_by_number_show_each_command_once_and_in_order(by_number):
    pages = list(by_number())

    assert [len(page) for page in pages] == [50] * 24
    assert joined(pages) == newest_first()


def test_the_pages_of_a_filter_have_only_what_it_finds(by_token):
    pages = list(by_token(name="n*7"))

    assert [len(page) for page in pages] == [50, 50, 20]
    assert joined(pages) == [c for c in newest_first() if c.endswith("7")]


def test_a_command_created_between_pages_by_token_moves_none(full, connect, creation, by_token):
    pages = by_token()
    seen = [next(pages)]

    created = connect(full).create_command(creation()).body.command_id
    seen += pages

    assert joined(seen) == newest_first()
    assert full.commands()[0].command_id == created


@pytest.mark.parametrize(
    "deleted",
    [1199, 1151, 1150, 1149, 0],
    ids=["seen", "before-the-last", "the-last-of-the-page", "the-next", "the-very-last"],
)
def test_a_command_deleted_between_pages_by_token_moves_none(by_token, delete, deleted):
    pages = by_token()
    seen = [next(pages)]

    delete(f"c-{deleted}")
    seen += pages

    already_shown = deleted >= 1150
    assert joined(seen) == (newest_first() if already_shown else newest_first(deleted))


def test_a_command_created_between_numbered_pages_shows_one_twice(
    full, connect, creation, by_number
):
    pages = by_number()
    first = next(pages)

    connect(full).create_command(creation())

    assert joined([first, *pages]) == [*newest_first()[:50], *newest_first()[49:]]


def test_a_command_deleted_between_numbered_pages_hides_one(by_number, delete):
    pages = by_number()
    first = next(pages)

    delete("c-1199")

    assert joined([first, *pages]) == newest_first(1149)
