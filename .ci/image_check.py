"""Build the Dockerfile and run what it built, without a Docker engine and without pulling an image.

The base image is made here, by debootstrap from the mirror that this machine's apt uses, and imported under the
name that the Dockerfile asks for. pip inside the build gets this machine's pip settings, certificates and local
package folders. Needs root on Debian; installs the Debian packages it misses and leaves nothing else behind.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote, urlparse

ROOT = Path(__file__).parents[1]
TOOLS = ("debootstrap", "podman", "buildah")
TAG = "parley-image-check"
HEALTHY_WITHIN_SECONDS = 60.0
STOPPED_WITHIN_SECONDS = 30.0
NOT_FOR_THE_IMAGE = {
    "build-constraint", "cache-dir", "constraint", "log", "prefix", "require-virtualenv", "target", "user",
}  # fmt: skip


def fail(message: str) -> NoReturn:
    """End with one sentence on stderr."""
    sys.exit(f"image-check: {message}")


def say(message: str) -> None:
    """Tell the reader of the log what happens now."""
    sys.stdout.write(f"image-check: {message}\n")
    sys.stdout.flush()


def read(*command: str, environment: Mapping[str, str] | None = None) -> str:
    """What the command prints; ends this program with the command's own words when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        sys.stderr.write("".join(f"{line}\n" for line in (done.stdout + done.stderr).splitlines()[-30:]))
        fail(f"{command[0]} {command[1]} failed")
    return done.stdout


def install_tools() -> None:
    """Install what is missing of debootstrap, podman and buildah."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        read("apt-get", "update", "-q", environment=environment)
        read("apt-get", "install", "-y", "-q", "--no-install-recommends", *missing, environment=environment)


def debian_source() -> tuple[str, str]:
    """(mirror, suite) of the release that this machine's apt installs from."""
    listed = read("apt-get", "indextargets", "--format", "$(SITE) $(RELEASE) $(COMPONENT)", "Identifier: Packages")
    for line in listed.splitlines():
        mirror, suite, component = line.split()
        if component == "main" and "-" not in suite and "/" not in suite:
            return mirror, suite
    fail("found no Debian release in this machine's apt sources")


def apt_proxies() -> dict[str, str]:
    """The proxies that apt uses, as the variables that debootstrap's downloads read."""
    found = {}
    for scheme in ("http", "https"):
        _, _, value = read("apt-config", "shell", "proxy", f"Acquire::{scheme}::Proxy").strip().partition("=")
        if value:
            found[f"{scheme}_proxy"] = value.strip("'\"")
    return found


def make_base_image(name: str, work: Path, environment: dict[str, str]) -> None:
    """Import a minimal Debian with Python under `name` into our own image store."""
    mirror, suite = debian_source()
    say(f"making {name} out of {suite}")
    system = work / "system"
    read(
        "debootstrap", "--variant=minbase", "--include=ca-certificates,python3,python3-venv",
        suite, str(system), mirror,
        environment={**environment, **apt_proxies()},
    )  # fmt: skip
    archive = work / "system.tar"
    read("tar", "-C", str(system), "--exclude=./proc", "--exclude=./sys", "-cf", str(archive), ".")
    shutil.rmtree(system)
    read("podman", "import", "--quiet", str(archive), name, environment=environment)
    archive.unlink()


def pip_settings() -> dict[str, str]:
    """The settings of pip for every command, as files and PIP_* variables give them; variables win."""
    listed = read(sys.executable, "-m", "pip", "config", "list").splitlines()
    found: dict[str, str] = {}
    for prefix in ("global.", "install.", ":env:."):
        for line in listed:
            name, _, value = line.partition("=")
            setting = name.removeprefix(prefix)
            if setting != name and setting not in NOT_FOR_THE_IMAGE:
                found[setting] = value.strip("'\"").replace("\\n", " ")
    return found


def local_paths(value: str) -> set[Path]:
    """The files and folders of this machine that a pip setting names."""
    found: set[Path] = set()
    for word in value.split():
        address = urlparse(word)
        if address.scheme == "file":
            # The pages of an index link to package files beside the index's own folder.
            found.add(Path(unquote(address.path)).parent)
        elif word.startswith("/"):
            found.add(Path(word))
    return {path for path in found if path.exists() and path != Path("/")}


def pip_mounts(work: Path) -> list[str]:
    """Arguments that give the build this machine's pip settings and the local places they name, read-only."""
    settings = pip_settings()
    file = work / "pip.conf"
    file.write_text("[global]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items()))
    places = sorted({path for value in settings.values() for path in local_paths(value)})
    return [f"--volume={file}:/etc/pip.conf:ro", *(f"--volume={place}:{place}:ro" for place in places)]


class Image:
    """The built image, and one working container of it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        described = json.loads(read("buildah", "inspect", "--type", "image", TAG, environment=environment))
        self._config: dict[str, Any] = described["Docker"]["config"]
        self._container = read("buildah", "from", "--pull-never", TAG, environment=environment).strip()

    @property
    def entry(self) -> list[str]:
        """The entry point's words."""
        return list(self._config["Entrypoint"])

    @property
    def command(self) -> list[str]:
        """What the entry point is told by default."""
        return list(self._config["Cmd"])

    @property
    def health(self) -> list[str]:
        """The health check as words to run."""
        kind, *words = self._config["Healthcheck"]["Test"]
        return ["sh", "-c", *words] if kind == "CMD-SHELL" else words

    def line(self, words: list[str], *options: str) -> list[str]:
        """The command line that runs `words` in the container, on this machine's network."""
        return ["buildah", "run", "--network=host", *options, self._container, "--", *words]

    def run(self, words: list[str], *options: str) -> str:
        """What `words` print in the container."""
        return read(*self.line(words, *options), environment=self._environment)

    def serve(self, log: Path) -> None:
        """Run entry point and default command until the health check passes; it must stop when told."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = f"--env=PARLEY_PORT={free.getsockname()[1]}"
        with log.open("wb") as output:
            words = self.line([*self.entry, *self.command], port)
            server = subprocess.Popen(words, stdout=output, stderr=output, env=self._environment)
        deadline = time.monotonic() + HEALTHY_WITHIN_SECONDS
        try:
            while subprocess.run(
                self.line(self.health, port), capture_output=True, check=False, env=self._environment
            ).returncode:
                if server.poll() is not None or time.monotonic() > deadline:
                    sys.stderr.write(log.read_text(errors="replace")[-4000:])
                    fail(f"{' '.join(self.entry + self.command)!r} did not become healthy")
                time.sleep(0.5)
        finally:
            server.terminate()
            try:
                server.wait(STOPPED_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()
                fail("the server did not stop when told")


def check(work: Path) -> None:
    """Make the base, build the Dockerfile, and run its entry point as its own user."""
    storage = work / "storage.conf"
    storage.write_text(f'[storage]\ndriver = "vfs"\ngraphroot = "{work}/graph"\nrunroot = "{work}/run"\n')
    environment = {
        **os.environ,
        "CONTAINERS_STORAGE_CONF": str(storage),
        "STORAGE_DRIVER": "vfs",
        "BUILDAH_ISOLATION": "chroot",
    }
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    base = next(line.partition("=")[2] for line in lines if line.startswith("ARG PYTHON_IMAGE="))
    make_base_image(base, work, environment)
    say("building the Dockerfile")
    read(
        "buildah", "bud", "--format=docker", "--pull-never", "--network=host", *pip_mounts(work),
        f"--tag={TAG}", str(ROOT), environment=environment,
    )  # fmt: skip
    image = Image(environment)
    if image.run(["id", "-u"]).strip() == "0":
        fail("the image runs as root")
    if "deliberate" not in image.run([*image.entry, "--help"]):
        fail("the entry point does not print its help")
    say(image.run([*image.entry, "--version"]).strip())
    image.run([*image.entry, "doctor"])
    image.serve(work / "serve.log")
    say("built; --help, doctor, serve and the health check work as an ordinary user")


def main() -> None:
    """Check the preconditions, work in a folder of our own, and remove it."""
    if os.geteuid() != 0:
        fail("needs root, to unpack a system; try: sudo make image-check")
    if shutil.which("apt-get") is None:
        fail("needs Debian or a relative, to make the base image")
    install_tools()
    work = Path(tempfile.mkdtemp(prefix="parley-image-"))
    try:
        check(work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
