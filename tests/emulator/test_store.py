import pytest

from mcp_server.emulator import StoredCommand
from mcp_server.emulator.store import Store

PLACE = ("1000000000000001", "cn-hangzhou")


@pytest.fixture
def stores(tmp_path):
    """Two stores with one file, as of two processes."""
    both = Store(tmp_path / "ecs.sqlite"), Store(tmp_path / "ecs.sqlite")
    yield both
    for store in both:
        store.close()


def named(name: str) -> StoredCommand:
    return StoredCommand(
        account_id=PLACE[0],
        region_id=PLACE[1],
        command_id=f"c-{name}",
        name=name,
        type="RunShellScript",
        content=b"echo hello",
        tags=(("team", "a"),),
    )


def test_a_listing_follows_what_another_process_does_with_the_file(stores):
    here, there = stores
    a, b, c, d = map(named, "abcd")
    for command in (a, b):
        here.add(command, None, 10)
    listings = [there.commands(*PLACE)]

    here.delete(*PLACE, "c-a")
    listings.append(there.commands(*PLACE))
    here.add(c, None, 10)
    listings.append(there.commands(*PLACE))
    here.clear()
    here.add(d, None, 10)
    listings.append(there.commands(*PLACE))

    assert listings == [[b, a], [b], [c, b], [d]]


def test_a_number_is_not_given_again_after_all_is_forgotten(stores):
    store, _ = stores
    store.add(named("a"), None, 10)
    ((before, _),) = store.numbered(*PLACE)

    store.clear()
    store.add(named("b"), None, 10)

    assert store.numbered(*PLACE) == [(before + 1, named("b"))]


def test_only_a_command_that_is_there_can_be_deleted(stores):
    store, _ = stores
    store.add(named("a"), None, 10)

    assert [
        store.delete(PLACE[0], "cn-beijing", "c-a"),
        store.delete("1000000000000002", PLACE[1], "c-a"),
        store.delete(*PLACE, "c-a"),
        store.delete(*PLACE, "c-a"),
    ] == [False, False, True, False]
    assert store.commands(*PLACE) == []
