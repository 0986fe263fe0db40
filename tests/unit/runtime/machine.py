"""A machine made of a file tree, for what looks for RabbitMQ and Erlang."""

from __future__ import annotations

from pathlib import Path

from launcher.runtime.installations import Places


def executable(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


class Machine:
    """A file tree with the usual places, none of them this machine's own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "bin").mkdir()

    def places(self, **environment: str) -> Places:
        return Places(
            environment={"PATH": str(self.root / "bin"), **environment},
            servers=(
                f"{self.root}/usr/lib/rabbitmq/bin",
                f"{self.root}/opt/rabbitmq_server-*/sbin",
            ),
            erlangs=(f"{self.root}/usr/lib/erlang", f"{self.root}/opt/erlang*"),
        )

    def erlang(self, folder: str, *versions: str, epmd: bool = True) -> Path:
        home = self.root / folder
        executable(home / "bin/erl")
        for version in versions:
            release = home / "releases" / version.partition(".")[0]
            release.mkdir(parents=True)
            (release / "OTP_VERSION").write_text(f"{version}\n")
        if epmd:
            executable(home / "erts-1.0/bin/epmd")
        return home

    def rabbitmq(self, version: str, folder: str = "") -> Path:
        home = self.root / (folder or f"opt/rabbitmq_server-{version}")
        executable(home / "sbin/rabbitmq-env")
        return executable(home / "sbin/rabbitmq-server")

    def debian(self) -> None:
        """As its packages lay it out: links in bin, and a wrapper on PATH."""
        real = self.rabbitmq("3.10.8", "usr/lib/rabbitmq/lib/rabbitmq_server-3.10.8")
        bin_folder = self.root / "usr/lib/rabbitmq/bin"
        bin_folder.mkdir()
        for name in ("rabbitmq-server", "rabbitmq-env"):
            (bin_folder / name).symlink_to(real.with_name(name))
        wrapper = executable(bin_folder / "rabbitmq-script-wrapper")
        (self.root / "bin/rabbitmq-server").symlink_to(wrapper)
        erlang = self.erlang("usr/lib/erlang", "25.2.3")
        (self.root / "bin/erl").symlink_to(erlang / "bin/erl")
