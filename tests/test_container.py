"""The container, as far as it can be checked without an engine: files, user, folders, start and end.

What is not checked: that the image builds (the base image and the wheels come from the network), and the GPU profile.
"""

from __future__ import annotations

import ast
import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from importlib.metadata import version
from pathlib import Path

import pytest

from cnn_core import actions
from cnn_core.actions.serving import HEALTH, STOPPING
from cnn_core.experiment import resolve
from cnn_core.runs import manifests
from cnn_core.runs.run import find_run
from tests.faults.harness import until
from tests.serving import PROJECT, Server
from tests.sessions import Visitor
from tests.test_small_machines import READING, _works, demo, needs_mounts, needs_root, place

USER = 10001
LINES = re.sub(r"\\\n", " ", (PROJECT / "Dockerfile").read_text()).splitlines()
COMPOSE = (PROJECT / "compose.yaml").read_text()


def said(word):
    """What the Dockerfile's lines of an instruction say, in order."""
    return [line.split(maxsplit=1)[1].strip() for line in LINES if line.split(maxsplit=1)[:1] == [word]]


def copied():
    """(source, target) of everything that is copied into the image."""
    pairs = []
    for line in said("COPY"):
        *sources, target = line.split()
        pairs += [(source, target) for source in sources]
    return pairs


def let_in(ignore):
    """The paths that the rules of a .dockerignore let into the build: all are kept out but these."""
    rules = [line for line in ignore.splitlines() if line and not line.startswith("#")]
    assert rules[0] == "*"
    return [rule.removeprefix("!") for rule in rules if rule.startswith("!")]


def lay_out(tree):
    """The tree that the image has in its working folder."""
    tree.mkdir()
    for source, target in copied():
        there = PROJECT / source
        if there.is_dir():
            shutil.copytree(there, tree / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(there, tree / target)
    return tree


# The files


def test_every_path_that_is_copied_is_there_and_is_let_into_the_build():
    found = [source for source, _ in copied()]
    assert len(found) > 5
    assert [source for source in found if not (PROJECT / source).exists()] == []
    assert sorted(found) == sorted(let_in((PROJECT / ".dockerignore").read_text()))
    assert all(not fnmatch.fnmatch(source, "*.pyc") for source in found)


def test_nothing_that_users_make_and_no_history_comes_into_the_image():
    assert {".git", "runs", "data", "tests", ".venv"}.isdisjoint(source for source, _ in copied())
    assert said("ADD") == []


def imported(tree):
    """The packages that a tree of code imports from outside."""
    names = set()
    for path in [*tree.rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names) - {"cnn_core", "pages", "_typeshed"}


def pinned():
    rows = (PROJECT / "requirements.txt").read_text().splitlines()
    return dict(re.match(r"([a-z-]+)==(\S+)", row).groups() for row in rows if row and not row.startswith("#"))


def test_every_pinned_version_is_the_one_that_is_tested_here_and_they_go_together():
    here = {name: version(name).split("+")[0] for name in pinned()}
    assert here == pinned()
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout


def test_the_image_has_every_package_that_its_code_imports(tmp_path):
    known = {"sklearn": "scikit-learn", "PIL": "pillow", "vl_convert": "vl-convert-python"}
    wanted = {known.get(name, name) for name in imported(lay_out(tmp_path / "app"))}
    brought = {"annotated_types", "starlette"}  # by pydantic and streamlit
    assert wanted - brought <= set(pinned())


def test_its_user_has_no_rights_and_no_shell_and_owns_the_volumes():
    assert said("USER") == [f"{USER}:{USER}"]
    run = " ".join(said("RUN"))
    assert f"useradd --uid {USER}" in run
    assert "nologin" in run
    assert f"install -d -o {USER} -g {USER} /runs /data" in run
    assert json.loads(said("VOLUME")[0]) == ["/runs", "/data"]


def test_health_is_asked_where_it_is_answered_and_an_init_is_process_1():
    assert f"127.0.0.1:8501{HEALTH}" in said("HEALTHCHECK")[0]
    assert json.loads(said("ENTRYPOINT")[0])[:2] == ["tini", "--"]
    assert "--no-install-recommends tini" in " ".join(said("RUN"))
    assert json.loads(said("CMD")[0]) == ["serve", "--address", "0.0.0.0"]
    assert said("STOPSIGNAL") == ["SIGTERM"]
    health = said("HEALTHCHECK")[0].partition("CMD ")[2]
    compile(json.loads(health)[2], "health", "exec")


def test_compose_gives_it_no_more_than_it_needs():
    for row in ("read_only: true", "- ALL", "- no-new-privileges:true", "- /tmp", "- runs:/runs", "- data:/data"):
        assert row in COMPOSE
    assert '"127.0.0.1:8501:8501"' in COMPOSE  # nobody else reaches it until somebody decides so
    grace = int(re.search(r"stop_grace_period: (\d+)s", COMPOSE)[1])
    assert grace > 2 * STOPPING
    profile = re.search(r"  # gpu:\n((?:  # .*\n)+)", COMPOSE)[1].replace("  # ", "  ")
    assert "profiles: [gpu]" in profile
    assert "TORCH: cuda" in profile


def test_twin_a_path_that_is_kept_out_is_found():
    ignore = (PROJECT / ".dockerignore").read_text().replace("!assets\n", "")
    assert {source for source, _ in copied()} - set(let_in(ignore)) == {"assets"}


# The process


class Contained(Server):
    """What the image starts, from a tree that holds what the image holds; `python` is this one."""

    def __init__(self, tree, *args, **options):
        self.tree = tree
        super().__init__(*args, cwd=tree, **options)

    def command(self, port):
        command = [*json.loads(said("ENTRYPOINT")[0])[2:], *json.loads(said("CMD")[0])]
        return [sys.executable, *command[1:], "--port", str(port)]


def environment(at):
    """The image's, with the places of this test."""
    found = dict(re.findall(r"(\w+)=(\S+)", said("ENV")[0]))
    found |= {"CONVSCOPE_RUNS": str(at.runs), "CONVSCOPE_DATA": str(at.data), "HOME": str(at.temporary)}
    return {**found, "TMPDIR": str(at.temporary), "PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1"}


def as_user():
    found = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--no-new-privs"]
    if not _works(*found, "env", sys.executable, "-c", ""):
        found += READING  # an interpreter in root's home: it may read everything, but write nothing
    return found


def children(pid):
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.slow
@needs_root
@needs_mounts
@pytest.mark.timeout(400)
def test_as_process_1_in_a_read_only_tree_it_trains_and_sigterm_leaves_a_run_that_can_be_resumed():
    with place() as at:
        long = actions.start(
            resolve({"data": {"name": "digits"}, "model": {"name": "small_cnn"}, "train": LONG}), at.runs
        )
        actions.stop(long, at.runs)
        tree = lay_out(at.folder / "app")
        at.give_to(USER)
        mounts = ["mount --make-rprivate /", *(f"mount --bind {one} {one}" for one in at.writable)]
        mounts += ["mount -o remount,ro,bind /", "mount -t tmpfs -o size=64k none /dev/shm"]
        alone = "unshare --pid --fork --kill-child --mount-proc"
        script = " && ".join([*mounts, f'exec {alone} {" ".join(as_user())} "$@"'])
        log = at.folder / "server.log"
        server = Contained(tree, log, environment(at), ["unshare", "-m", "sh", "-c", script, "sh"])
        try:
            server.started()
            first = children(server.process.pid)[0]
            status = Path(f"/proc/{first}/status").read_text()
            assert re.search(r"NSpid:\s+\d+\s+1\n", status)
            assert re.search(rf"Uid:\s+{USER}\s+{USER}", status)
            assert re.search(r"CapEff:\s+0+4?\n", status)  # reading at most
            assert urllib.request.urlopen(f"{server.address}{HEALTH}", timeout=30).read() == b"ok"
            with Visitor(server.address) as visitor:
                run = demo(visitor)
                assert actions.show(run, at.runs)["status"] == "done"
                visitor.open("watch", run=long)
                visitor.press("Resume")
                assert until(lambda: actions.show(long, at.runs)["step"] > 0, 90)
            os.kill(first, 15)
            assert server.process.wait(60) == 0
        finally:
            if server.process.poll() is None:
                server.kill()
            print(log.read_text()[-4000:])  # noqa: T201 - shown when the test fails
        record = actions.show(long, at.runs)
        assert (record["status"], record["reason"]) == ("stopped", "asked")
        assert manifests.names(find_run(long, at.runs).checkpoints)
        assert "Traceback" not in log.read_text()


LONG = {"epochs": 5_000}
