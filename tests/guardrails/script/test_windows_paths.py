"""Kinds of Windows paths, in every spelling that Windows takes for the same."""

import pytest

from mcp_server.guardrails.script import windows_paths
from mcp_server.guardrails.script.model import HOLE
from mcp_server.guardrails.script.windows_environment import known_variable


@pytest.mark.parametrize(
    "path",
    [
        "C:\\",
        "C:",
        "c:/",
        "C:\\*",
        "C:\\*.*",
        "\\\\?\\C:\\",
        "\\\\localhost\\C$",
        '"C:\\Windows\\"',
        "C:\\Windows . ",
        "C:/Windows/System32",
        "C:\\Temp\\..\\Windows",
        "C:\\PROGRA~1",
        "FileSystem::C:\\Users",
        "C:\\Win*",
        "C:\\Windows\\System32\\*.dll",
        "C:\\bootmgr",
    ],
)
def test_what_windows_needs_is_critical_in_every_spelling(path):
    assert windows_paths.is_critical(path)


@pytest.mark.parametrize(
    "path",
    [
        "D:\\",
        "C:\\app",
        "C:\\Program Files\\Shop",
        "C:\\Users\\shop",
        "C:\\Windows\\Temp",
        "C:\\Windows\\Temp\\*",
        "C:\\Windowsold",
        "C:\\Windows\\System32\\shop.dll",
        "Windows",
        HOLE,
        f"{HOLE}\\Windows",
        "",
    ],
)
def test_other_paths_are_not_critical(path):
    assert not windows_paths.is_critical(path)


@pytest.mark.parametrize(
    ("path", "is_root"),
    [("D:\\", True), ("E:", True), ("D:\\*", True), ("D:\\data", False), ("", False), ("x", False)],
)
def test_a_whole_volume_is_a_drive_root_of_any_letter(path, is_root):
    assert windows_paths.is_drive_root(path) is is_root


@pytest.mark.parametrize(
    ("path", "is_temporary"),
    [
        ("C:\\Windows\\Temp\\a.exe", True),
        ("C:\\Temp", True),
        ("D:\\tmp\\x", True),
        (f"C:\\Users\\{HOLE}\\AppData\\Local\\Temp\\x", True),
        ("D:\\src\\shop\\build\\out", True),
        ("C:\\Windows\\Temp\\..\\System32", False),
        ("C:\\Temporary", False),
        ("C:\\app", False),
    ],
)
def test_temporary_folders_are_known_by_their_place(path, is_temporary):
    assert windows_paths.is_temporary(path) is is_temporary


@pytest.mark.parametrize(
    ("path", "is_raw"),
    [
        ("\\\\.\\PhysicalDrive0", True),
        ("//./PhysicalDrive1", True),
        ("\\\\.\\C:", True),
        ("\\Device\\Harddisk0\\Partition0", True),
        ("\\\\.\\pipe\\shop", False),
        ("C:\\PhysicalDrive0", False),
        ("\\\\?\\C:\\app", False),
    ],
)
def test_raw_devices_are_told_from_files_and_pipes(path, is_raw):
    assert windows_paths.is_raw_device(path) is is_raw


def test_a_profile_is_one_users_folder_and_nothing_below():
    paths = ("C:\\Users\\shop", "C:\\Users\\shop\\*", "C:\\Users\\shop\\a", "C:\\Users")
    assert [windows_paths.is_profile(path) for path in paths] == [True, True, False, False]


def test_known_variables_keep_the_users_part_unknown():
    assert known_variable("UserProfile") == f"C:\\Users\\{HOLE}"
    assert known_variable("SHOP_HOME") is None


@pytest.mark.parametrize(
    ("path", "directory", "expected"),
    [
        ("*.*", "C:\\", "c:\\*.*"),
        (".\\a", "C:\\app", "c:\\app\\a"),
        ("D:\\a", "C:\\app", "D:\\a"),
        ("a", "", "a"),
    ],
)
def test_a_relative_path_is_seen_from_the_working_directory(path, directory, expected):
    assert windows_paths.absolute(path, directory) == expected
