"""Builds the kernel of captures for the fuzzer: `python tests/hostile/instrument.py sanitize|coverage FOLDER`.

`sanitize`: AddressSanitizer and UndefinedBehaviorSanitizer, and a call at every edge, which `edges.c` remembers.
`coverage`: gcov counters, lines of the .pyx and .pxi files. `report`: what gcov says about them.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup

ROOT = Path(__file__).resolve().parents[2]
MODULES = ("_reader", "_state", "_kernel")
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize=alignment,shift"]
FLAGS = {
    "sanitize": (
        ["-O1", "-g", *SANITIZERS, "-fno-omit-frame-pointer", "-fsanitize-coverage=trace-pc"],
        [SANITIZERS[0]],
    ),
    "coverage": (["-O0", "-g", "--coverage"], ["--coverage"]),
}
"""Compiler's and linker's. Unaligned reads and shifts of negative numbers are Cython's own and harmless here."""


def report(folder: Path) -> None:
    """Print lines that were executed, by file and in total."""
    counters = sorted(str(path) for path in folder.rglob("*.gcda"))
    found = subprocess.run(["gcov", "-n", *counters], cwd=folder, capture_output=True, text=True, check=True).stdout
    done = total = 0
    for path, share, lines in re.findall(r"File '(.*)'\nLines executed:([\d.]+)% of (\d+)", found):
        if path.startswith("sources/") and not path.endswith(".pxd"):
            print(f"{float(share):6.1f} % of {lines:>4} lines  {path}")
            done += float(share) / 100 * int(lines)
            total += int(lines)
    print(f"{done / total:6.1%} of {total:>4} lines")


def main() -> None:
    """Build into FOLDER/lib; FOLDER/edges.so beside it for `sanitize`."""
    kind, folder = sys.argv[1], Path(sys.argv[2]).resolve()
    if kind == "report":
        report(folder)
        return
    compile_args, link_args = FLAGS[kind]
    os.chdir(ROOT)
    extensions = [
        Extension(
            f"sources.syscall.{name}",
            [f"sources/syscall/{name}.pyx"],
            extra_compile_args=[*compile_args, "-fno-strict-aliasing"],
            extra_link_args=link_args,
        )
        for name in MODULES
    ]
    setup(
        name="cadge-fuzz",
        packages=[],
        script_args=["--quiet", "build_ext", "--build-lib", f"{folder}/lib", "--build-temp", f"{folder}/temp"],
        ext_modules=cythonize(
            extensions, build_dir=f"{folder}/c", include_path=["."], language_level=3, emit_linenums=kind == "coverage"
        ),
    )
    if kind == "sanitize":
        source = Path(__file__).with_name("edges.c")
        subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", folder / "edges.so", source], check=True)


if __name__ == "__main__":
    main()
