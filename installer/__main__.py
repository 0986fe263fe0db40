"""`python -m installer`: build, verify, pin. Exit codes: 0 holds, 1 not, 2 could not be tried."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import click

from installer.commands import ROOT
from installer.errors import BuildError, Unavailable


@click.group()
def main() -> None:
    """Windows' installer: built from pinned parts, and installed and driven under Wine."""


@main.command()
@click.option("--fast", is_flag=True, help="zlib instead of lzma: for tests.")
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "dist", help="Its folder.")
@click.option("--no-record", is_flag=True, help="Leave docs/figures.json alone.")
def build(*, fast: bool, out: Path, no_record: bool) -> None:
    """Build the setup program."""
    from installer import building, figures

    built = building.build(out.absolute(), fast=fast, say=_say)
    for why, count in built.left_out.items():
        _say(f"left out: {count / 1e6:6.1f} MB  {why}")
    _say(f"{built.bytes / 1e6:.1f} MB, installed {built.installed_bytes / 1e6:.0f} MB")
    if not fast and not no_record:
        figures.record_build(built)
    _emit(
        {
            "file": str(built.file),
            "bytes": built.bytes,
            "seconds": built.seconds,
            "sha256": built.sha256,
        }
    )


@main.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option("--pictures", type=click.Path(path_type=Path), help="A folder for screenshots.")
@click.option("--no-record", is_flag=True, help="Leave docs/figures.json alone.")
def verify(file: Path, *, pictures: Path | None, no_record: bool) -> int:
    """Install the setup program FILE under Wine, use it, remove it, see that nothing is left."""
    from benchmarks.processes import until_quiet
    from installer import figures, verifying

    busy = until_quiet()
    with tempfile.TemporaryDirectory() as folder:
        place = pictures or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        walk = verifying.verify(file.absolute(), place, _say)
    if not no_record:
        figures.record_walk(walk, busy)
    _emit({"holds": walk.holds, "steps": walk.steps})
    return 0 if walk.holds else 1


@main.command()
def pin() -> None:
    """Write requirements-windows.txt anew from pyproject.toml and constraints.txt."""
    from installer import pinning

    _say(f"{pinning.pin()} packages")


@main.command(hidden=True)
@click.argument("file", type=click.Path(path_type=Path, exists=True))
def sign(file: Path) -> None:
    """Sign FILE by the certificate of the variables; makensis calls this."""
    from installer import signing

    signer = signing.signer()
    if signer is None:
        raise Unavailable("no certificate is set", f"name one with {signing.CERTIFICATE}")
    signer.sign(file)


def run(arguments: list[str]) -> int:
    """Run one command; the exit code."""
    try:
        result = main.main(args=arguments, prog_name="python -m installer", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return 2
    except Unavailable as error:
        _say(str(error))
        return 2
    except BuildError as error:
        _say(str(error))
        return 1
    return result if isinstance(result, int) else 0


def _say(words: str) -> None:
    click.echo(words, err=True)


def _emit(value: dict[str, object]) -> None:
    click.echo(json.dumps(value))


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
