from __future__ import annotations

import pytest

from unghost.domains.packages.project import Project
from unghost.records import Mention

FILES = {
    "pyproject.toml": '[project]\nname = "Acme_Shop"\ndependencies = ["inner>=1"]\n'
    '[tool.uv.sources]\ninner = {path = "../inner"}\n',
    "src/shop/__init__.py": "",
    "src/shop/cart.py": "",
    "tools/make.py": "",
    "tools/helpers_local.py": "",
    "services/api/app/__init__.py": "",
    "web/package.json": '{"name": "@acme/web"}',
    "web/tsconfig.json": '{"compilerOptions": {"baseUrl": "src", "paths": {"@app/*": ["src/*"],'
    ' "*": ["types/*"], "exact": ["src/exact.ts"]}}}',
    "web/src/components/button.tsx": "",
    "go/go.mod": "module example.com/shop\n",
    "rust/Cargo.toml": '[package]\nname = "shop-core"\n',
    "rust/src/shapes.rs": "",
    "java/src/main/java/com/acme/shop/Cart.java": "",
    "php/composer.json": '{"name": "acme/shop", "autoload":'
    ' {"psr-4": {"Acme\\\\Shop\\\\": "src/"}}}',
    "ruby/lib/shop/cart.rb": "",
    "cs/Acme.Shop.csproj": "<Project><PropertyGroup><RootNamespace>Acme.Store</RootNamespace>"
    "</PropertyGroup></Project>",
}


def project(private: dict[str, list[str]] | None = None) -> Project:
    return Project(FILES, FILES.get, private)


def imported(name: str, ecosystem: str, language: str, path: str) -> Mention:
    return Mention("i", path, 0, 1, 1, 1, name, name, ecosystem, "import", language)


def named(name: str, ecosystem: str) -> Mention:
    return Mention("i", "x", 0, 1, 1, 1, name, name, ecosystem, "install")


OWN = [
    ("shop.cart", "pypi", "python", "tests/test_it.py"),
    ("helpers_local", "pypi", "python", "tools/make.py"),
    ("cart", "pypi", "python", "src/shop/cart.py"),
    ("app.models", "pypi", "python", "services/api/tests/test_x.py"),
    ("@app/button", "npm", "typescript", "web/src/a.ts"),
    ("exact", "npm", "typescript", "web/src/a.ts"),
    ("components/button", "npm", "typescript", "web/src/a.ts"),
    ("@acme/web/x", "npm", "javascript", "other/a.js"),
    ("example.com/shop/cart", "go", "go", "go/main.go"),
    ("shop_core", "crates", "rust", "rust/src/main.rs"),
    ("shapes", "crates", "rust", "rust/src/main.rs"),
    ("com.acme.shop.Cart", "maven", "java", "java/src/test/java/T.java"),
    ("Acme\\Shop\\Cart", "packagist", "php", "php/src/a.php"),
    ("shop/cart", "rubygems", "ruby", "ruby/bin/run.rb"),
    ("Acme.Store.Cart", "nuget", "csharp", "cs/A.cs"),
    ("inner", "pypi", "python", "src/shop/cart.py"),
    ("services.api.other", "pypi", "python", "tools/make.py"),
    # What adds a folder to the path imports from there, as the settings of Sphinx do.
    ("helpers_local", "pypi", "python", "services/api/main.py"),
]
OTHERS = [
    ("make_helpers", "pypi", "python", "services/api/main.py"),
    ("button", "npm", "typescript", "web/src/a.ts"),
    ("exactly", "npm", "typescript", "web/src/a.ts"),
    ("example.com/shopping", "go", "go", "go/main.go"),
    ("com.acme.other.Cart", "maven", "java", "java/T.java"),
    ("Acme\\Shopping", "packagist", "php", "php/a.php"),
    ("shop/basket", "rubygems", "ruby", "ruby/a.rb"),
    ("Acme.Storefront", "nuget", "csharp", "cs/A.cs"),
]


@pytest.mark.parametrize(("name", "ecosystem", "language", "path"), OWN)
def test_own_modules_are_claimed(name: str, ecosystem: str, language: str, path: str) -> None:
    claim = project().claims(imported(name, ecosystem, language, path))
    assert claim is not None
    assert claim[0] == "local"
    assert claim[1]


@pytest.mark.parametrize(("name", "ecosystem", "language", "path"), OTHERS)
def test_other_modules_are_not(name: str, ecosystem: str, language: str, path: str) -> None:
    assert project().claims(imported(name, ecosystem, language, path)) is None


def test_the_projects_own_packages_and_those_from_elsewhere_are_claimed() -> None:
    assert project().claims(named("acme-shop", "pypi"))
    assert project().claims(named("Inner", "pypi")) is not None
    assert project().claims(named("requests", "pypi")) is None


def test_a_scope_with_an_index_of_its_own_is_private() -> None:
    ours = project({"npm": ["@secret/*"], "go": ["git.corp.example"]})
    assert ours.claims(named("@secret/x", "npm")) == (
        "private",
        "@secret/* has an index of its own",
    )
    inside = ours.claims(imported("git.corp.example/a/b", "go", "go", "main.go"))
    assert inside is not None
    assert inside[0] == "private"
    assert ours.claims(named("@public/x", "npm")) is None


def test_a_broken_manifest_claims_nothing() -> None:
    broken = Project({"package.json": "", "tsconfig.json": ""}, lambda path: "{[\ud800")
    assert broken.claims(named("x", "npm")) is None
