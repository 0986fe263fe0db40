"""The documentation names what the program has: commands, options, codes, settings, states."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType

import click
import pytest

from launcher import cli, settings
from launcher.cli.commands import all_commands
from launcher.core.explain import _HEADLINES, SHAPES
from launcher.core.facts import BrokerMode, Endpoint, Endpoints, RabbitInstallation
from launcher.core.project import Project
from launcher.core.spec import ServiceSpec
from launcher.core.state import ServiceState
from launcher.paths import Home
from launcher.services import catalogue
from launcher.services.plan import Plan
from launcher.settings import PORT_NAMES, Settings
from launcher.settings.reading import CHECKS
from launcher.smtp.choice import MailChoice

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
DEPENDENCIES = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def section(title: str, text: str = GUIDE) -> str:
    """The part of a page below the heading `title`, up to the next heading of its level."""
    match = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^\1 |^## |\Z)", text, re.M | re.S)
    assert match is not None, f"there is no section called {title}"
    return match[2]


def first_cells(text: str) -> list[str]:
    """What stands in the first column of the tables of `text`, without the titles."""
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    return [row.strip("| ").split(" | ")[0].strip("` ") for row in rows]


COMMANDS = all_commands(cli.main)

# -- the terminal ------------------------------------------------------------------------------


def described(name: str) -> str:
    """The guide's words on a command: its heading and what stands below it."""
    part = section("Terminal commands")
    for heading, body in re.findall(r"^### ([^\n]+)\n(.*?)(?=^### |\Z)", part, re.M | re.S):
        if name in re.findall(r"`([a-z][a-z-]*)", heading):
            return f"{heading}\n{body}"
    pytest.fail(f"the guide has no heading for the command {name}")


def own_options() -> Iterator[tuple[str, str]]:
    for name, command in COMMANDS.items():
        under = command.commands.values() if isinstance(command, click.Group) else ()
        for option in (param for each in (command, *under) for param in each.params):
            if isinstance(option, click.Option):
                for spelling in (*option.opts, *option.secondary_opts):
                    if spelling not in ("--home", "--help", "-h"):
                        yield name, spelling


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_guide_describes_each_command(name: str) -> None:
    assert described(name)


@pytest.mark.parametrize(("name", "option"), sorted(set(own_options())))
def test_the_guide_names_each_option_at_its_command(name: str, option: str) -> None:
    assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", described(name))


def test_the_guide_describes_each_command_under_smtp() -> None:
    body = described("smtp")
    assert all(f"`{name}`" in body for name in cli.smtp.smtp.commands)


def test_the_guide_names_the_options_that_all_commands_share() -> None:
    shared = section("Terminal commands").partition("###")[0]
    for option in ("--home DIR", "--help", "-h", "--version", "CELERY_LAUNCHER_HOME"):
        assert f"`{option}`" in shared


def test_the_guide_describes_no_command_that_is_not_there() -> None:
    headings = re.findall(r"^### (.+)$", section("Terminal commands"), re.M)
    told = {name for heading in headings for name in re.findall(r"`([a-z][a-z-]*)", heading)}
    assert told == set(COMMANDS)


def codes_of(source: str) -> set[int]:
    """The exit codes that `run` in launcher/cli/__init__.py returns."""
    tree = ast.parse(source)
    (run,) = (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "run")
    return {
        node.value.value
        for node in ast.walk(run)
        if isinstance(node, ast.Return)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, int)
    }


def test_the_guide_explains_each_exit_code_and_no_other() -> None:
    returned = codes_of(Path(cli.__file__).read_text(encoding="utf-8"))
    assert len(returned) > 3
    # 0 is what `run` gives for a command that returned nothing, 2 is click's own for wrong usage.
    wanted = returned | {0, click.UsageError.exit_code}
    assert {int(cell) for cell in first_cells(section("Exit codes")) if cell.isdigit()} == wanted
    assert all(re.search(rf"\b{code} ", cli.__doc__ or "") for code in wanted - {130})


# -- settings ----------------------------------------------------------------------------------


def settings_rows() -> dict[str, list[str]]:
    rows = [line for line in section("Settings").splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return {row[0].strip("`"): row for row in cells}


def test_the_guide_lists_each_setting_and_port_and_no_other() -> None:
    assert set(settings_rows()) == {item.name for item in fields(Settings)} | set(PORT_NAMES)


@pytest.mark.parametrize("item", fields(Settings), ids=lambda item: item.name)
def test_the_guide_gives_each_settings_own_default(item: object) -> None:
    name = item.name
    default = getattr(Settings(), name)
    if name in ("ports", "smtp", "mail"):
        assert default in ({}, MailChoice())
        return
    shown = settings_rows()[name][1].strip("`")
    assert tomllib.loads(f"value = {shown}")["value"] == (
        list(default) if isinstance(default, tuple) else default
    )


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_each_example_is_accepted(name: str) -> None:
    example = settings_rows()[name][3].strip("`")
    _, errors = settings.parse(f"{name} = {example}\n")
    assert errors == []


def test_the_guides_file_of_settings_is_accepted() -> None:
    (file,) = re.findall(r"```\n(broker = .*?)```", section("Settings"), re.S)
    read, errors = settings.parse(file)
    assert errors == []
    assert read != Settings()


@pytest.mark.parametrize("name", PORT_NAMES)
def test_the_guide_gives_each_usual_port(name: str) -> None:
    assert settings_rows()[name][1] == str(catalogue._USUAL_PORTS[name])


@pytest.mark.parametrize("word", [*settings.POOLS, *settings.LEVELS, *settings.BROKER_WORDS])
def test_the_guide_names_each_word_a_setting_takes(word: str) -> None:
    assert f"`{word}`" in section("Settings") or f'`"{word}"`' in section("Settings")


# -- services and states -----------------------------------------------------------------------


def specs() -> tuple[ServiceSpec, ...]:
    plan = Plan(
        settings=Settings(),
        project=Project("celerytutorial", "python", "celerytutorial.settings", "celerytutorial"),
        home=Home(Path("/home-of-a-test")),
        run="0" * 32,
        broker=BrokerMode.RABBITMQ,
        endpoints=Endpoints({name: Endpoint("127.0.0.1", 1) for name in PORT_NAMES}),
        secrets=MappingProxyType(
            dict.fromkeys(
                [
                    "secret_key",
                    "broker_password",
                    "flower_password",
                    "admin_password",
                    "erlang_cookie",
                    "api_token",
                    "mail_password",
                    "release_password",
                ],
                "x",
            )
        ),
        rabbitmq=RabbitInstallation("/s", "3.10.8", "/erl", "25.2", "/epmd"),
    )
    return catalogue.catalogue(plan)


def test_the_guide_lists_each_service_with_its_title_and_what_it_waits_for() -> None:
    rows = section("Services and their states").splitlines()
    told = {}
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        if len(cells) == 4 and cells[0].startswith("`"):
            told[cells[0].strip("`")] = (cells[1], set(re.findall(r"`(\w+)`", cells[3])))
    assert told == {spec.name: (spec.title, set(spec.depends_on)) for spec in specs()}


def test_the_guide_shows_each_state_as_the_program_does() -> None:
    told = {}
    for row in section("Services and their states").splitlines():
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        if len(cells) == 3 and cells[0].startswith("`"):
            told[cells[0].strip("`")] = cells[1]
    shown = {
        state.value: f"{SHAPES[tone]} {headline}" for state, (headline, tone) in _HEADLINES.items()
    }
    assert told == shown
    assert set(told) == {state.value for state in ServiceState}


def test_the_architecture_tells_how_each_state_is_left() -> None:
    cells = first_cells(section("The core is a function", ARCHITECTURE))
    assert {state.name for state in ServiceState} <= set(cells)


# -- dependencies ------------------------------------------------------------------------------


def test_each_dependency_has_its_reason_and_no_other_is_told() -> None:
    extras = PROJECT["optional-dependencies"].values()
    lines = [*PROJECT["dependencies"], *(line for lines in extras for line in lines)]
    asked = {re.split(r"[^\w-]", line)[0] for line in lines}
    told = {name for cell in first_cells(DEPENDENCIES) for name in cell.split(", ")}
    assert told - {"package", "---"} == asked


# -- links and commands ------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """The anchors that a forge makes of the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in plain}


def links(page: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    marked = re.findall(r"\]\(([^)\s]+)\)", text)
    return [*marked, *re.findall(r"(?:src|srcset)=\"([^\"]+)\"", text)]


MADE = (ROOT / "docs" / "figures.json", ROOT / "docs" / "screenshots")
"""What `python -m benchmarks` and `python -m tests.pictures docs/screenshots` make."""


def broken_links(page: Path) -> list[str]:
    found = []
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert broken_links(page) == []


@pytest.mark.parametrize("place", MADE, ids=lambda place: place.name)
def test_what_the_pages_show_was_made(place: Path) -> None:
    assert place.is_file() or sorted(place.glob("services-*.png"))


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        '# One title\n[a](#one-title) [b](#two) [c](none.md) [d](page.md#no) <img src="no.png">\n'
    )
    assert broken_links(page) == ["#two", "none.md", "page.md#no", "no.png"]


def test_decisions_are_numbered_without_a_gap_and_say_context_and_decision() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(file.name[:4])}. "), file.name
        for word in ("**Context.**", "**Decision.**", "**Consequences.**"):
            assert word in text, f"{file.name} has no {word}"


def test_the_readme_has_both_commands_on_lines_of_their_own() -> None:
    lines = README.splitlines()
    assert "python3 run.py" in lines
    assert "python3 run.py test" in lines
    last = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]
    assert last == "python3 run.py test"


def test_the_readme_names_no_command_that_is_not_there() -> None:
    rows = section("From a terminal", README)
    told = {
        name for cell in first_cells(rows) for name in re.findall(r"(?:^|`)([a-z][a-z-]*)", cell)
    } - {"command"}
    assert told <= set(COMMANDS)
    assert len(told) > 8


def test_the_changelog_speaks_of_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{PROJECT['version']}]" in text


def test_the_tutorials_commands_in_the_readme_are_the_tutorials_own() -> None:
    part = section("The tutorial by hand", README)
    for command in (
        "python manage.py runserver",
        "celery -A celerytutorial worker -l info -P eventlet",
        "celery -A celerytutorial flower --address=127.0.0.6 --port=5566",
    ):
        assert command in part.splitlines()
