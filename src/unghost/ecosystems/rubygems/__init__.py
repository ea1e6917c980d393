"""RubyGems: the packages of Ruby."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unghost.ecosystems.base import QUOTES, Asking, Ecosystem, Hook, Manifest, Prose, Starter
from unghost.ecosystems.rubygems.commands import COMMANDS
from unghost.ecosystems.rubygems.languages import LANGUAGES, own_module
from unghost.ecosystems.rubygems.locks import read_lock
from unghost.ecosystems.rubygems.manifests import read_gemfile, read_gemspec
from unghost.ecosystems.rubygems.names import candidates, canonical, is_valid
from unghost.ecosystems.rubygems.stdlib import is_builtin

if TYPE_CHECKING:
    from unghost.ecosystems.registry import RegistrySpec


def _load_registry() -> RegistrySpec:
    # Only pulling and asking need it, and it takes long to import.
    from unghost.ecosystems.rubygems.registry import REGISTRY

    return REGISTRY


_LEADS = ("gem '", 'gem "')

ECOSYSTEM = Ecosystem(
    name="rubygems",
    title="RubyGems",
    asking=Asking("Ruby gems", language="Ruby", install="gem install", manifest="Gemfile"),
    canonical=canonical,
    is_valid=is_valid,
    load_registry=_load_registry,
    commands=COMMANDS,
    starters={"bundle": (Starter(("exec",)),)},
    manifests=(
        Manifest(
            ("Gemfile",), read_gemfile, comment="# ", leads=_LEADS, tags="gemfile", fences="ruby rb"
        ),
        Manifest(("gems.rb", "*.gemfile", "Appraisals"), read_gemfile),
        Manifest(("*.gemspec",), read_gemspec, comment="# "),
        Manifest(("Gemfile.lock", "gems.locked", "*.gemfile.lock"), read_lock, lock=True),
    ),
    languages=LANGUAGES,
    is_builtin=is_builtin,
    candidates=candidates,
    own_module=own_module,
    prose=Prose(hints="gem gems rubygems rubygems.org ruby bundler gemfile", nouns="gem gems"),
    hook=Hook("ruby"),
    terminators={
        "install": (*QUOTES, b":", b";", b"&", b"|", b")"),
        "manifest": (
            *QUOTES,
            b",",
        ),
        "import": (
            *QUOTES,
            b"/",
        ),
        "list": (*QUOTES, b"@", b",", b";", b":", b")"),
    },
)
