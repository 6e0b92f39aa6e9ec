"""Builds what is compiled: the kernel that reads captures, and the reader of rows of JSON.

Without a compiler everything else is installed; `syscall` says so, and log sources are slower.
"""

import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

FOLDER = Path("sources/syscall")
MODULES = ("_reader", "_state", "_kernel")
ROWS = Path("sources/_rows.pyx")
LOST = {"sources._rows": "events of log sources are decoded a slower way"}


class Optional(build_ext):
    """A module that cannot be built is left out."""

    def build_extension(self, ext: Extension) -> None:
        """Build one module, or say why not."""
        try:
            super().build_extension(ext)
        except Exception as error:  # noqa: BLE001 - whatever it is, only this module is lost
            sys.stderr.write(f"{ext.name} is not built, {LOST.get(ext.name, 'captures cannot be read')}: {error}\n")


def extensions() -> list[Extension]:
    """The modules of the kernel, or none where Cython is missing."""
    try:
        from Cython.Build import cythonize  # noqa: PLC0415 - only needed here
    except ImportError:
        return []
    found = [name for name in MODULES if (FOLDER / f"{name}.pyx").exists()]
    rows = Extension("sources._rows", [str(ROWS)], extra_compile_args=["-O3", "-fno-strict-aliasing"])
    made: list[Extension] = cythonize(
        [
            Extension(
                f"sources.syscall.{name}",
                [str(FOLDER / f"{name}.pyx")],
                extra_compile_args=["-O2", "-fno-strict-aliasing"],
                depends=[str(path) for path in [*sorted(FOLDER.glob("*.p*")), FOLDER / "_tables.h"]],
            )
            for name in found
        ]
        + [rows],
        build_dir="build",
        language_level=3,
    )
    for one in made:
        one.optional = True  # nobody misses its file when it is not built; cythonize does not hand this on
    return made


setup(ext_modules=extensions(), cmdclass={"build_ext": Optional})
