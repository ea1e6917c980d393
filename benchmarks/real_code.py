"""Scan the sources of well-known projects: what does ``unghost scan`` call wrong in real code?

    python benchmarks/real_code.py                      # some minutes, a hundred MB of downloads
    python benchmarks/real_code.py --universe my.names  # with a snapshot that was not pulled
    python benchmarks/real_code.py --show               # the last run

Projects come as source archives from the index that pip is set to, in the versions pinned below,
and are unpacked; nothing of them is built or run. Each is scanned as a project of its own, offline,
with a complete snapshot of PyPI (``unghost names pull pypi``); names of other ecosystems are left
out. What is flagged is either a name that nobody can install or a mistake of ours, and only eyes
can tell: so each name is written down with the first place that has it, and what we take it for
(``results/real_code_readings.json``, written by hand).

Writes ``benchmarks/results/real_code.json`` and prints it as a table.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import tarfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from unghost.ecosystems.pypi.providers import likely_providers
from unghost.errors import UnghostError
from unghost.names.clients import user_setup
from unghost.names.universe import load_universe
from unghost.registries.address import Address
from unghost.registries.client import get, make_client
from unghost.scan.scanner import scan_files
from unghost.scan.settings import ScanSettings
from unghost.storage.atomic import write_json

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "real_code.json"
READINGS = ROOT / "benchmarks" / "results" / "real_code_readings.json"
ACCEPT = {"Accept": "application/vnd.pypi.simple.v1+json"}
LARGEST = 200_000_000

SEEN = {
    "django": "5.2.8",
    "celery": "5.5.3",
    "sphinx": "8.2.3",
    "scrapy": "2.13.3",
    "scikit-learn": "1.7.2",
    "black": "25.9.0",
    "ansible-core": "2.19.3",
    "pytest": "8.4.2",
    "poetry": "2.2.1",
    "great-expectations": "1.7.1",
    "homeassistant": "2024.3.3",
    "sqlalchemy": "2.0.43",
}
"""Projects whose mistakes led to rules; what they show now is what is left."""
FRESH = {
    "pandas": "2.3.3",
    "twisted": "25.5.0",
    "buildbot": "4.3.0",
    "nova": "32.0.0",
    "salt": "3007.8",
    "dvc": "3.63.0",
    "fastapi": "0.119.0",
    "litellm": "1.77.7",
    "jupyterlab": "4.4.9",
    "borgbackup": "1.4.1",
}
"""Projects that were scanned when these rules were done; they led to further ones in turn."""
PROJECTS = SEEN | FRESH
FIRST = (
    "data file image text config auth cache queue mail report chart graph task event stream log"
    " token user payment search index schema table form auto fast smart easy simple secure"
)
SECOND = (
    "helper parser manager utils toolkit handler loader builder client server sync runner"
    " validator formatter converter tracker scraper monitor engine kit"
)
NOT_READ = "not looked at"


async def fetched(folder: Path) -> dict[str, Path]:
    """Download and unpack what is not there yet; give each project's folder."""
    address = user_setup("pypi").lookup
    if address is None:
        raise UnghostError("no index is set: install pip")
    found = {}
    async with make_client() as client:
        for name, version in PROJECTS.items():
            place = folder / f"{name}-{version}"
            if not place.exists():
                archive = await sources(client, address, name, version)
                unpack(archive, place)
            found[name] = place
    return found


async def sources(client: Any, address: Address, name: str, version: str) -> bytes:
    """Download a project's source archive, and compare it with the index's own hash."""
    page = await get(client, address, f"{address.url.rstrip('/')}/{name}/", headers=ACCEPT)
    endings = (f"-{version}.tar.gz", f"-{version}.tgz")
    for file in page.json()["files"]:
        if file["filename"].endswith(endings):
            url = str(page.url.join(file["url"]))
            body = (await get(client, address, url, limit=LARGEST)).content
            if hashlib.sha256(body).hexdigest() != file["hashes"]["sha256"]:
                raise UnghostError(f"{file['filename']} is not what the index says it is")
            return body
    raise UnghostError(f"the index has no sources of {name} {version}")


def unpack(archive: bytes, place: Path) -> None:
    """Unpack an archive of others: no links out of the folder, no devices, nothing executable."""
    packed = place.with_suffix(".part.tar.gz")
    packed.parent.mkdir(parents=True, exist_ok=True)
    packed.write_bytes(archive)
    whole = place.with_suffix(".part")
    with tarfile.open(packed) as tar:
        tar.extractall(whole, filter="data")
    packed.unlink()
    (inner,) = [path for path in whole.iterdir() if path.is_dir()]
    inner.rename(place)
    whole.rmdir()


def scanned(name: str, folder: Path, universe: str, readings: Mapping[str, str]) -> dict[str, Any]:
    """Scan a project and say what was flagged."""
    settings = ScanSettings(universe=(universe,), ecosystems=("pypi",), offline=True)
    begun = time.perf_counter()
    report = scan_files([folder], settings, root=folder, processes=os.cpu_count() or 1)
    seconds = time.perf_counter() - begun
    flagged: dict[str, dict[str, Any]] = {}
    for finding in report.active:
        row = flagged.setdefault(
            finding.name,
            {
                "rule": finding.rule,
                "kind": finding.kind,
                "places": 0,
                "first": f"{finding.path}:{finding.line}",
                "text": finding.text.strip()[:120],
                "reading": readings.get(finding.name, NOT_READ),
            },
        )
        row["places"] += 1
    return {
        "version": PROJECTS[name],
        "fresh": name in FRESH,
        "files": report.files,
        "names": report.names,
        "flagged": sum(row["places"] for row in flagged.values()),
        "unverified": len(report.unverified),
        "problems": len(report.problems),
        "seconds": round(seconds, 1),
        "distinct": flagged,
        "compared_with": [source.label for source in report.sources],
    }


def made_up(universe: str) -> dict[str, int]:
    """Count the modules of two plain words that are left open, of those no package is called after.

    Whoever invents a module writes such names, and each that is left open is one that is missed.
    """
    known = load_universe(universe)
    names = [f"{a}{joint}{b}" for a in FIRST.split() for b in SECOND.split() for joint in ("_", "")]
    absent = [name for name in names if not known.has(name.replace("_", "-"))]
    left = sum(any(map(known.has, likely_providers(name))) for name in absent)
    return {"modules": len(absent), "left_open": left}


def show(result: dict[str, Any]) -> None:
    """Print the table."""
    print("| project | files | places | flagged | distinct names | not verified | seconds |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    rows = result["projects"]
    for name, row in rows.items():
        cells = (f"{name} {row['version']}", row["files"], row["names"], row["flagged"])
        more = (len(row["distinct"]), row["unverified"], row["seconds"])
        print(
            "| "
            + " | ".join(
                f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in (*cells, *more)
            )
            + " |"
        )
    print("made up:", result["made_up"])
    keys = ("files", "names", "flagged", "unverified")
    print({key: sum(row[key] for row in rows.values()) for key in keys})
    counted = Counter(
        about["reading"] for row in rows.values() for about in row["distinct"].values()
    )
    for reading, number in counted.most_common():
        print(f"{number} names: {reading}")
    for name, row in rows.items():
        for flagged, about in row["distinct"].items():
            print(
                f"{name}: {flagged} ({about['rule']}, {about['kind']}, {about['places']}x)"
                f" {about['first']}: {about['text']} -> {about['reading']}"
            )


def forget_the_machine() -> None:
    """Leave out of the environment what this machine has installed and whom its clients ask."""
    for key in list(os.environ):
        if key.startswith(("PIP_", "UV_", "POETRY_")) or key in ("VIRTUAL_ENV", "CONDA_PREFIX"):
            del os.environ[key]
    os.environ["PIP_CONFIG_FILE"] = os.devnull


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workdir", type=Path, default=ROOT / "runs" / "real-code")
    parser.add_argument("--universe", default="pypi", help="a complete snapshot of PyPI")
    parser.add_argument("--show", action="store_true", help="print the last run only")
    options = parser.parse_args()
    if not options.show:
        folders = asyncio.run(fetched(options.workdir.resolve()))
        forget_the_machine()
        groups = json.loads(READINGS.read_text(encoding="utf-8"))
        readings = {name: reading for reading, names in groups.items() for name in names}
        rows = {
            name: scanned(name, place, options.universe, readings)
            for name, place in folders.items()
        }
        write_json(RESULTS, {"projects": rows, "made_up": made_up(options.universe)})
    show(json.loads(RESULTS.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
