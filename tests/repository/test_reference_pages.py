import os

import pytest

from tests.repository.reference_pages import PAGES, ROOT, readme_with_tables

UPDATE = os.environ.get("UPDATE_SNAPSHOTS") == "1"


@pytest.mark.parametrize("page", PAGES)
def test_reference_pages_say_what_the_tables_in_the_code_say(page: str) -> None:
    path = ROOT / page
    if UPDATE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(PAGES[page](), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == PAGES[page]()


def test_the_readme_lists_every_setting_and_prompt() -> None:
    path = ROOT / "README.md"
    readme = path.read_text(encoding="utf-8")
    if UPDATE:
        readme = readme_with_tables(readme)
        path.write_text(readme, encoding="utf-8")
    assert readme == readme_with_tables(readme)
