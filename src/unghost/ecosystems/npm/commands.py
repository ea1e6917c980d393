"""Commands of npm, pnpm, Yarn, Bun and Deno that fetch packages.

Source: the command-line references of the tools (npm 11, pnpm 10, Yarn 1 and 4, Bun 1.3, Deno 2),
found; ``npm init x`` runs ``create-x`` by npm's documentation, and so do the others.
"""

from __future__ import annotations

from collections.abc import Callable

from unghost.ecosystems.base import Command, Reference
from unghost.ecosystems.npm.names import is_valid
from unghost.ecosystems.npm.specs import ARCHIVES, name_end, package_end, read_spec

_LEGACY = frozenset("!'()*")
_TRUTHS = frozenset({"true", "false"})
_NPM = "npm:"
_CREATE = "create"


def read_package(word: str) -> Reference | None:
    """Read ``name``, ``name@version`` or ``alias@npm:name@version``.

    Returns:
        None for folders, files, addresses and repositories; with a name before it
        (``name@github:user/repo``) the name, and where it is from.
    """
    end = name_end(word)
    if not _is_name(word[:end]):
        return None
    said = read_spec(word[end + 1 :])
    if said.real is None:
        return Reference(0, end, word[:end], said.version, said.origin)
    begin, stop = (end + 1 + place for place in said.real)
    name = word[begin:stop]
    return Reference(begin, stop, name, said.version) if _is_name(name) else None


def read_creator(word: str) -> Reference | None:
    """Read what ``npm init`` is given: ``x`` is ``create-x``, ``@scope`` is ``@scope/create``."""
    scope, slash, name = word.partition("/")
    if scope.startswith("@") and not slash:
        end = name_end(word)
        found = read_package(f"{word[:end]}/{_CREATE}{word[end:]}")
        return found and Reference(0, end, found.name, found.version)
    found = read_package(word)
    if found is None or found.origin != "registry" or found.start:
        return None
    scope, slash, name = found.name.rpartition("/")
    return Reference(0, found.end, f"{scope}{slash}{_CREATE}-{name}", found.version)


def read_pnpm_creator(word: str) -> Reference | None:
    """Read the same for pnpm, which takes ``create-x`` and ``@scope/create`` as they are."""
    found = read_package(word)
    name = found.name.rpartition("/") if found else ("", "", "")
    as_it_is = name[2].startswith(f"{_CREATE}-") or (name[0] and name[2] == _CREATE)
    return found if as_it_is else read_creator(word)


def read_npm_address(word: str) -> Reference | None:
    """Read what Deno is given: ``npm:name@version/path``; anything else is not of npm."""
    if not word.startswith(_NPM):
        return None
    begin = len(_NPM) + word.startswith("/", len(_NPM))
    end = package_end(word, begin)
    version = word[end + 1 :].partition("/")[0] if word[end : end + 1] == "@" else ""
    name = word[begin:end]
    return Reference(begin, end, name, version or None) if _is_name(name) else None


def _is_name(text: str) -> bool:
    """Return whether a word of a command names a package, not a file or a value."""
    return (
        is_valid(text)
        and _LEGACY.isdisjoint(text)
        and any(char.isalpha() for char in text)
        and not text.endswith(ARCHIVES)
        and text not in _TRUTHS
    )


def _flags(text: str) -> frozenset[str]:
    return frozenset(text.split())


_REGISTRIES = _flags("--registry --reg")
_PACKAGE = _flags("-p --package")
_NPM_VALUED = _flags(
    "-w --workspace -C --prefix --tag --userconfig --globalconfig --cache --loglevel --omit"
    " --include --only --also --save-prefix --before --install-strategy --cpu --os --libc --scope"
    " --script-shell --access --otp --depth -L --location --fetch-retries --fetch-retry-factor"
    " --fetch-retry-maxtimeout --fetch-retry-mintimeout --fetch-timeout -c --call --https-proxy"
    " --proxy --noproxy --ca --cafile --cert --key --node-options --maxsockets --logs-dir"
    " --logs-max --user-agent --audit-level --lockfile-version --min-release-age --local-address"
    " --init-author-name --init-author-email --init-author-url --init-license --init-module"
    " --init-type --init-version --shell --node-arg"
)
_PNPM_VALUED = _flags(
    "-C --dir -F --filter --filter-prod --store-dir --virtual-store-dir --modules-dir"
    " --lockfile-dir --global-dir --global-bin-dir --reporter --loglevel --network-concurrency"
    " --child-concurrency --workspace-concurrency --changed-files-ignore-pattern --test-pattern"
    " --save-catalog-name --save-prefix --allow-build --node-linker --package-import-method"
    " --hoist-pattern --public-hoist-pattern --resume-from --cpu --os --libc --depth"
)
_YARN_VALUED = _flags(
    "--cwd --modules-folder --cache-folder --preferred-cache-folder --global-folder --prefix"
    " --network-timeout --network-concurrency --mutex --use-yarnrc --link-folder --otp --mode"
    " --https-proxy --proxy --scope --pattern --emoji"
)
_BUN_VALUED = _flags(
    "-c --config --cwd --backend --cache-dir --cafile --ca --concurrent-scripts --filter --omit"
    " --network-concurrency --linker --minimum-release-age --cpu --os"
)
_DENO_VALUED = _flags(
    "-c --config --import-map --lock --cert -L --log-level -n --name --root --seed --env-file"
    " --location --ext -o --output --target --port --host"
)


def _command(
    programs: str,
    forms: str,
    valued: frozenset[str],
    read: Callable[[str], Reference | None] = read_package,
    *,
    once: bool = False,
) -> Command:
    """Declare a command, its forms separated by commas; one that runs a tool names it first."""
    return Command(
        programs=tuple(programs.split()),
        forms=tuple(tuple(form.split()) for form in forms.split(",")),
        read=read,
        valued=valued,
        instead=_PACKAGE if once and read is read_package else frozenset(),
        elsewhere=_REGISTRIES,
        once=once,
    )


_NPM_INSTALL = (
    "install,i,add,in,ins,inst,insta,instal,isnt,isnta,isntal,isntall,install-test,it"
    ",update,up,upgrade"
)
_YARN_ADD = "add,install,global add,workspace * add,up,upgrade,global upgrade"

COMMANDS: tuple[Command, ...] = (
    _command("npm", _NPM_INSTALL, _NPM_VALUED),
    _command("npm", "exec,x", _NPM_VALUED, once=True),
    _command("npm", "init,create,innit", _NPM_VALUED, read_creator, once=True),
    _command("npx", "", _NPM_VALUED, once=True),
    _command("pnpm", "add,install,i,update,up,upgrade", _PNPM_VALUED),
    _command("pnpm", "dlx", _PNPM_VALUED, once=True),
    _command("pnpx pnx", "", _PNPM_VALUED, once=True),
    _command("pnpm", "create", _PNPM_VALUED, read_pnpm_creator, once=True),
    _command("yarn yarnpkg", _YARN_ADD, _YARN_VALUED),
    _command("yarn yarnpkg", "dlx", _YARN_VALUED, once=True),
    _command("yarn yarnpkg", "create", _YARN_VALUED, read_creator, once=True),
    _command("bun", "add,a,install,i,update", _BUN_VALUED),
    _command("bun", "x", _BUN_VALUED, once=True),
    _command("bunx", "", _BUN_VALUED, once=True),
    _command("bun", "create,c", _BUN_VALUED, read_creator, once=True),
    _command("deno", "add,install,i,cache", _DENO_VALUED, read_npm_address),
    _command("deno", "run,x,serve,compile", _DENO_VALUED, read_npm_address, once=True),
    Command(
        ("deno",),
        (("init",),),
        read_creator,
        valued=_DENO_VALUED,
        naming=frozenset({"--npm"}),
        arguments=False,
    ),
)
"""All forms in which a command names packages of npm."""
