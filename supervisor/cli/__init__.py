"""The command `cadge`: Falco's face when it is called with Falco's flags, otherwise a verb."""

import sys
from importlib import metadata


def main() -> None:
    """Entry point of the console script; ends the process."""
    argv = sys.argv[1:]
    if (stranger := foreign_supervisor()) is not None:
        print(f"error: {stranger}", file=sys.stderr)
        sys.exit(2)
    # Imported only when it is clear which face is wanted: each takes a while, and neither needs the other.
    from supervisor.cli import falco  # noqa: PLC0415 - see above

    if falco.is_falco_face(argv):
        sys.exit(falco.main(argv))
    from supervisor.cli import verbs  # noqa: PLC0415 - see above

    sys.exit(verbs.main(argv))


def foreign_supervisor() -> str | None:
    """A sentence if PyPI's `supervisor` is installed here too: each overwrites files of the other's package."""
    try:
        version = metadata.version("supervisor")
    except metadata.PackageNotFoundError:
        return None
    return (
        f"the distribution supervisor {version} is installed in this environment, and its package has the same name as "
        "ours: one has overwritten files of the other. Install cadge in an environment of its own (pipx install cadge, "
        "or uv tool install cadge)."
    )
