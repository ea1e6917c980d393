"""Commands of Maven that fetch an artifact.

Source: the documentation of the Maven dependency plugin's goals ``get`` and ``copy``, found.
"""

from __future__ import annotations

from unghost.ecosystems.base import Command, Reference
from unghost.ecosystems.maven.names import read_coordinates


def read_artifact(word: str) -> Reference | None:
    """Read ``group:artifact:version``; None for what is something else."""
    found = read_coordinates(word)
    return Reference(0, found.length, found.name, found.version) if found else None


COMMANDS = (
    Command(
        ("mvn", "mvnw", "mvnd"),
        (("*",),),
        read_artifact,
        naming=frozenset({"-Dartifact"}),
        elsewhere=frozenset({"-DremoteRepositories"}),
        arguments=False,
    ),
)
