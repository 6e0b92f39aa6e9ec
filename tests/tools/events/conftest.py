"""A checkout of falcosecurity/libs, where there is one beside the repository (or at CADGE_LIBS)."""

import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MIRROR = ROOT.parent / ".mirror/falcosecurity+libs/repo"


@pytest.fixture(scope="session")
def libs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if "CADGE_LIBS" in os.environ:
        return Path(os.environ["CADGE_LIBS"])
    if not MIRROR.is_dir():
        pytest.skip("needs a checkout of falcosecurity/libs: CADGE_LIBS names its folder")
    folder = tmp_path_factory.mktemp("libs")
    wanted = ("driver", "userspace/libscap/linux", "userspace/libscap/engine/savefile/converter")
    command = ["git", "-c", "safe.directory=*", "-C", str(MIRROR), "archive", "HEAD", *wanted]
    archive = subprocess.run(command, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    return folder
