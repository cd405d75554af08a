"""A prompt that is not wholly understood is none: each slip is told with its file and line."""

from pathlib import Path

import pytest

from mcp_server.models.limits import CONTENT_CEILING
from mcp_server.prompts.front_matter import Argument
from mcp_server.prompts.loading import PromptError, load_prompts
from mcp_server.prompts.prompt import Prompt

TOOLS = ("preview_command", "explain_error")
HEAD = """\
+++
name = "tidy"
title = "Tidy up"
description = "Tidies."

[[arguments]]
name = "goal"
description = "What for"
required = true
+++
"""
TEXT = """
Tidy up for

<<goal>>

with `preview_command`.
"""


def load(folder: Path, text: str | bytes, name: str = "tidy.md") -> tuple[Prompt, ...]:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_prompts(TOOLS, folder=folder)


def fault(folder: Path, text: str | bytes, name: str = "tidy.md") -> str:
    """What is told, without the path that it begins with."""
    with pytest.raises(PromptError) as raised:
        load(folder, text, name)
    return str(raised.value).removeprefix(f"{folder / name}:")


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_file_becomes_a_prompt(tmp_path: Path, line_end: str) -> None:
    assert load(tmp_path, (HEAD + TEXT).replace("\n", line_end)) == (
        Prompt(
            name="tidy",
            title="Tidy up",
            description="Tidies.",
            arguments=(Argument(name="goal", description="What for", required=True),),
            pieces=("Tidy up for\n\n", "goal", "\n\nwith `preview_command`."),
        ),
    )


def test_a_prompt_may_have_no_arguments(tmp_path: Path) -> None:
    (prompt,) = load(
        tmp_path, '+++\nname = "tidy"\ntitle = "T"\ndescription = "D"\n+++\n\nDo it.\n'
    )
    assert (prompt.arguments, prompt.pieces) == ((), ("Do it.",))


def test_arguments_may_stand_first_last_and_side_by_side(tmp_path: Path) -> None:
    second = '[[arguments]]\nname = "way"\ndescription = "How"\nrequired = false\n+++\n'
    (prompt,) = load(tmp_path, HEAD.removesuffix("+++\n") + second + "<<way>>\n<<goal>>\n")
    assert prompt.pieces == ("", "way", "\n", "goal", "")


def test_numbers_of_limits_are_filled_in(tmp_path: Path) -> None:
    numbers = (
        "\n<<goal>>\n<<limits.script_bytes>> <<limits.parameters>> <<limits.default_timeout>>\n"
    )
    (prompt,) = load(tmp_path, HEAD + numbers)
    assert prompt.pieces[-1] == "\n13824 20 60"
    raised = load_prompts(TOOLS, content_limit=CONTENT_CEILING.maximum, folder=tmp_path)
    assert raised[0].pieces[-1] == "\n18432 20 60"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("+++\nname", "---\nname", "1: the file has to begin with front matter: a line +++"),
        ("true\n+++\n", "true\n", "1: no second line +++ ends the front matter"),
        ('"tidy"', "tidy", "2: not TOML: Invalid value"),
        ('"tidy"', '"tidy', "2: not TOML: Illegal character '\\n'"),
        ('title = "Tidy up"', 'name = "tidy"', "3: not TOML: Cannot overwrite a value"),
        ('"tidy"', '"Tidy!"', "2: name: String should match pattern"),
        ('"tidy"', '"other"', "2: the name has to be the file's, tidy"),
        ('title = "Tidy up"\n', "", "1: title: has to be given"),
        ('"Tidy up"', '""', "3: title: String should match pattern"),
        ('"Tidy up"', "7", "3: title: Input should be a valid string"),
        ('"Tidies."', '"""two\nlines"""', "4: description: String should match pattern"),
        ('title = "Tidy up"', 'title = "T"\nicon = "i"', "4: icon: no such key"),
        ("[[arguments]]", "[arguments]", "1: arguments: Input should be a valid list"),
        ("required = true", "", "6: arguments.0.required: has to be given"),
        ("required = true", 'required = "yes"', "9: arguments.0.required: Input should be a"),
        ("required = true", "required = true\ndefault = 1", "10: arguments.0.default: no such key"),
        (
            "required = true",
            'required = true\n\n[[arguments]]\nname = "goal"\ndescription = "x"\nrequired = false',
            "12: the argument goal is declared twice",
        ),
        ('"goal"', '"limits.goal"', "7: arguments.0.name: String should match pattern"),
        ("<<goal>>\n", "", "7: the argument goal has no placeholder in the text"),
        ("<<goal>>", "<<goal>>\n<<goal>>", "15: the placeholder <<goal>> stands here once more"),
        ("<<goal>>", "> <<goal>>", "14: the placeholder <<goal>> has to stand on a line by itself"),
        ("<<goal>>", "<<goal>>\n<<aim>>", "15: the placeholder <<aim>> is not declared"),
        (
            "Tidy up for",
            "Up to <<limits.nothing>>",
            "12: the placeholder <<limits.nothing>> is not",
        ),
        ("<<goal>>", "<<goal>>\n<< goal >>", "15: << and >> are for placeholders"),
        ("<<goal>>", "<<goal>>\n<<Goal>>", "15: << and >> are for placeholders"),
        ("<<goal>>", "<<goal>>\ncat <<EOF", "15: << and >> are for placeholders"),
        ("preview_command", "preview_commands", "16: there is no tool preview_commands"),
        ("preview_command", "Preview_Command", "16: there is no tool Preview_Command"),
        ("`preview_command`", "`run_command(name=1)`", "16: there is no tool run_command"),
        ("preview_command", "explain_errors", "16: there is no tool explain_errors"),
    ],
)
def test_a_slip_is_told_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = HEAD + TEXT
    assert text.count(old) == 1
    assert fault(tmp_path, text.replace(old, new)).startswith(told)


def test_a_prompt_that_needs_a_tool_that_is_not_published_is_left_out(tmp_path: Path) -> None:
    (kept,) = load(tmp_path, HEAD + TEXT)
    needy = (HEAD + TEXT).replace("tidy", "needy") + "Then `create_command(dry_run=true)`.\n"
    assert load(tmp_path, needy, "needy.md") == (kept,)


def test_no_prompt_may_be_left(tmp_path: Path) -> None:
    (tmp_path / "tidy.md").write_text(HEAD + TEXT)
    assert load_prompts((), folder=tmp_path) == ()


def test_a_slip_is_told_in_a_prompt_that_is_left_out_too(tmp_path: Path) -> None:
    text = HEAD + TEXT + "`create_command`, `run_command`\n"
    assert fault(tmp_path, text) == "17: there is no tool run_command"
    assert fault(tmp_path, HEAD + "`create_command`\n") == (
        "7: the argument goal has no placeholder in the text"
    )


def test_a_prompt_without_text_is_a_slip(tmp_path: Path) -> None:
    head = '+++\nname = "tidy"\ntitle = "T"\ndescription = "D"\n+++\n\n'
    assert fault(tmp_path, head) == "5: there is no text after the front matter"


def test_an_empty_file_is_a_slip(tmp_path: Path) -> None:
    assert fault(tmp_path, "") == "1: the file has to begin with front matter: a line +++"


def test_what_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    text = (HEAD + TEXT).encode().replace(b"with", b"w\xefth")
    assert fault(tmp_path, text) == "16: the file is not UTF-8 text"


def test_two_files_cannot_have_the_same_name(tmp_path: Path) -> None:
    load(tmp_path, HEAD + TEXT)
    assert fault(tmp_path, HEAD + TEXT, "tidy_2.md") == "2: the name has to be the file's, tidy_2"


def test_a_slip_in_one_file_leaves_no_prompt_at_all(tmp_path: Path) -> None:
    load(tmp_path, HEAD + TEXT)
    assert fault(tmp_path, "", "untidy.md").startswith("1: ")


def test_a_folder_without_prompts_is_a_slip(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="there are no prompts"):
        load_prompts(TOOLS, folder=tmp_path / "nowhere")


def test_a_file_that_cannot_be_read_is_a_slip(tmp_path: Path) -> None:
    (tmp_path / "tidy.md").mkdir()
    with pytest.raises(PromptError, match=r"tidy\.md: the file cannot be read: "):
        load_prompts(TOOLS, folder=tmp_path)
