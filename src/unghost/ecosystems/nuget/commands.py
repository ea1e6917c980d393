"""Commands that fetch NuGet packages: of dotnet, nuget, paket, and the Package Manager Console.

Source: the reference of the .NET command line, of nuget.exe, of Paket and of the console; found.
"""

from __future__ import annotations

from unghost.ecosystems.base import Command, Reference
from unghost.ecosystems.nuget.names import is_valid

_ENDINGS = (".csproj", ".fsproj", ".vbproj", ".sln", ".slnx", ".nupkg", "packages.config", ".cs")
_VALUED = frozenset({
    "-a", "-f", "-v", "--arch", "--configfile", "--framework", "--package-directory",
    "--project", "--tool-manifest", "--tool-path", "--verbosity", "--version",
})  # fmt: skip
_ELSEWHERE = frozenset({"-s", "--source", "--add-source", "--nuget-source"})
_NUGET_VALUED = frozenset({
    "-ConfigFile", "-DependencyVersion", "-Framework", "-MSBuildPath", "-OutputDirectory",
    "-PackageSaveMode", "-ProjectName", "-SolutionDirectory", "-Verbosity", "-Version",
})  # fmt: skip
_CONSOLE_VALUED = frozenset({
    "-DependencyVersion", "-FileConflictAction", "-MaximumVersion", "-MinimumVersion",
    "-ProjectName", "-ProviderName", "-RequiredVersion", "-Scope", "-Version", "-version",
})  # fmt: skip
_PAKET_VALUED = frozenset({"-V", "-g", "-p", "--group", "--project", "--version"})


def read_package(word: str) -> Reference | None:
    """Read ``Name``, ``Name@version`` or ``Name::version``; None for projects and folders."""
    name, _, version = word.replace("::", "@", 1).partition("@")
    if not is_valid(name) or name.lower().endswith(_ENDINGS):
        return None
    return Reference(0, len(name), name, version or None)


COMMANDS = (
    Command(
        ("dotnet",),
        (
            ("add", "package"),
            ("add", "*", "package"),
            ("package", "add"),
            ("tool", "install"),
            ("tool", "update"),
            ("new", "install"),
        ),
        read_package,
        valued=_VALUED,
        elsewhere=_ELSEWHERE,
    ),
    Command(
        ("dotnet",),
        (("tool", "exec"),),
        read_package,
        valued=_VALUED,
        elsewhere=_ELSEWHERE,
        once=True,
    ),
    Command(("dnx",), ((),), read_package, valued=_VALUED, elsewhere=_ELSEWHERE, once=True),
    Command(
        ("nuget",),
        (("install",),),
        read_package,
        valued=_NUGET_VALUED,
        elsewhere=frozenset({"-Source", "-source"}),
    ),
    Command(
        ("Install-Package", "Update-Package", "install-package", "update-package"),
        ((),),
        read_package,
        valued=_CONSOLE_VALUED,
        naming=frozenset({"-Id", "-Name", "-id", "-name"}),
        elsewhere=frozenset({"-Source", "-source"}),
    ),
    Command(("paket",), (("add",), ("add", "nuget")), read_package, valued=_PAKET_VALUED),
    Command(("dotnet",), (("paket", "add"),), read_package, valued=_PAKET_VALUED),
)
