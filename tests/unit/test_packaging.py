"""What is shipped: the built wheel and its data files, pinned versions, nothing of a machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("launcher", "celerytutorial", "send_mail")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def sources() -> Iterator[str]:
    """Every file of the packages, relative to the root."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that the checkout gets no build folder; nothing is fetched."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)]
    built = subprocess.run([*command, str(copy)], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (file,) = out.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def shipped(wheel: Path) -> frozenset[str]:
    with zipfile.ZipFile(wheel) as archive:
        return frozenset(archive.namelist())


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_every_file_of_the_packages_is_shipped(shipped: frozenset[str]) -> None:
    assert set(sources()) - shipped == set()


@pytest.mark.parametrize(
    "pattern",
    [
        r"launcher/py\.typed",
        r"launcher/gui/icons/.+\.svg",
        r"launcher/gui/icons/.+\.png",
        r"send_mail/templates/.+\.html",
        r"send_mail/static/.+\.css",
        r"send_mail/migrations/0001_.+\.py",
    ],
)
def test_data_files_of_each_kind_are_shipped(shipped: frozenset[str], pattern: str) -> None:
    assert [name for name in shipped if re.fullmatch(pattern, name)]


def test_nothing_else_is_shipped(shipped: frozenset[str]) -> None:
    folders = {name.partition("/")[0] for name in shipped}
    own = {name for name in folders if not name.endswith((".dist-info", ".data"))}
    assert own == set(PACKAGES)
    assert {name for name in shipped if ".data/" in name} == {
        f"celery_launcher-{PROJECT['version']}.data/data/share/{place}"
        for place in (
            "applications/celery-launcher.desktop",
            "icons/hicolor/256x256/apps/celery-launcher.png",
        )
    }


def test_the_wheel_has_its_licence_and_commands(unpacked: Path) -> None:
    (info,) = unpacked.glob("*.dist-info")
    assert (info / "licenses" / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    commands = (info / "entry_points.txt").read_text(encoding="utf-8")
    assert "celery-launcher = launcher.__main__:main" in commands
    assert "celery-launcher-gui = launcher.__main__:main_gui" in commands


def run_foreign(unpacked: Path, folder: Path, *arguments: str) -> str:
    """Run Python in another folder, with the unpacked wheel in front of everything else."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("DJANGO")},
        "PYTHONPATH": str(unpacked),
        "DJANGO_SETTINGS_MODULE": "celerytutorial.settings",
        "SECRET_KEY": "of a test",
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "CELERY_LAUNCHER_HOME": str(folder),
    }
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_project_is_checked_by_django_from_any_folder(unpacked: Path, tmp_path: Path) -> None:
    assert "no issues" in run_foreign(unpacked, tmp_path, "-m", "django", "check")


def test_the_celery_app_is_found_from_any_folder(unpacked: Path, tmp_path: Path) -> None:
    report = run_foreign(unpacked, tmp_path, "-m", "celery", "-A", "celerytutorial", "report")
    assert "software -> celery:" in report


def test_templates_and_static_files_come_from_the_wheel(unpacked: Path, tmp_path: Path) -> None:
    code = (
        "import django; django.setup()\n"
        "from django.template.loader import get_template\n"
        "from django.contrib.staticfiles import finders\n"
        "print(get_template('send_mail/index.html').origin.name)\n"
        "print(finders.find('send_mail/site.css'))\n"
    )
    places = run_foreign(unpacked, tmp_path, "-c", code).split()
    assert len(places) == 2
    assert all(place.startswith(str(unpacked)) for place in places)


def test_the_command_answers_from_any_folder(unpacked: Path, tmp_path: Path) -> None:
    words = run_foreign(unpacked, tmp_path, "-m", "launcher", "--version")
    assert PROJECT["version"] in words


# -- pinned versions ---------------------------------------------------------------------------


def pins() -> dict[str, Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(pin.name): pin for pin in found}


def asked() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"].values()
    return [Requirement(line) for lines in (PROJECT["dependencies"], *extras) for line in lines]


def test_every_requirement_is_pinned_to_a_version_that_it_allows() -> None:
    pinned = pins()
    for requirement in asked():
        pin = pinned.get(canonicalize_name(requirement.name))
        assert pin is not None, f"{requirement.name} is not in constraints.txt"
        (specifier,) = pin.specifier
        assert specifier.operator == "=="
        assert requirement.specifier.contains(specifier.version), str(requirement)


def test_what_the_requirements_need_in_turn_is_pinned_too() -> None:
    pinned, seen = pins(), set()
    pending = [(requirement, "") for requirement in asked()]
    while pending:
        requirement, needed_by = pending.pop()
        name = canonicalize_name(requirement.name)
        if name in seen or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        seen.add(name)
        assert name in pinned, f"{name}, needed by {needed_by}, is not in constraints.txt"
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # an extra that is not installed here
        pending += [(Requirement(need), name) for need in needs]


def test_constraints_are_plain_versions() -> None:
    """A hash or an address in them breaks `pip install -c` or ties it to one server."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert "--" not in text
    assert "://" not in text
    assert " @ " not in text


# -- nothing of a machine ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_there_is_no_lock_file(tracked: list[Path]) -> None:
    lock = re.compile(r".*\.lock|package-lock\.json|requirements.*\.txt")
    # The installer ships what it names, so that each wheel is pinned by its digest.
    own = ROOT / "installer" / "requirements-windows.txt"
    assert [path.name for path in tracked if lock.fullmatch(path.name) and path != own] == []


def test_no_file_names_a_registry_or_a_folder_of_somebodys_machine(tracked: list[Path]) -> None:
    # Written in pieces, so that this file does not name them either.
    hosts = ["py" + "pi.org", "python" + "hosted", "registry.np" + "mjs", "debian.org" + "/debian"]
    homes = [r"/ro" + r"ot/", r"/ho" + r"me/(?!linuxbrew\b|you\b|user\b)\w+/", r"/Us" + r"ers/\w+/"]
    forbidden = re.compile("|".join([*map(re.escape, hosts), *homes]))
    found = []
    for path in tracked:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in forbidden.finditer(text)]
    assert found == []


def test_the_tests_command_of_continuous_integration_is_the_readmes() -> None:
    last = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]
    assert last == "python3 run.py test"
    assert last in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()


def test_the_first_script_can_be_read_by_an_older_python() -> None:
    """It has to say in words that Python is too old, so it must not fail as a SyntaxError."""
    import ast

    ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 8))
