"""Seeds for the discovery of invented packages: our own topic families and operators' words.

The published method starts from a small set of seed prompts (19 in a third-party copy of the
released code); which ones, the paper does not say. Any model can be asked about these without data.
"""

from __future__ import annotations

from unghost.domains.seeds import Family, Seeds


def _family(name: str, words: str, rare: str) -> Family:
    return Family(name, tuple(words.split(", ")), tuple(rare.split(", ")))


_FAMILIES: tuple[Family, ...] = (
    _family(
        "web",
        "request routing, session cookies, form validation, rest endpoints, page templates,"
        " background jobs, file uploads, user login, rate limiting, web sockets, sitemaps, caching",
        "signed exchanges, content negotiation, early hints, webfinger lookup, web push keys",
    ),
    _family(
        "data",
        "csv cleaning, column types, table joins, missing values, spreadsheets, data validation,"
        " time series, deduplication, record linkage, data catalogues, query building, pivots",
        "entity resolution, change data capture, slowly changing dimensions, sketch counting",
    ),
    _family(
        "science",
        "numerical integration, curve fitting, unit conversion, molecule files, star catalogues,"
        " gene sequences, climate grids, signal filtering, error propagation, mesh generation",
        "x-ray absorption spectra, pollen counts, muon tomography, ice core dating, phylogeny",
    ),
    _family(
        "devops",
        "log shipping, container images, deployment checks, secret storage, health probes,"
        " infrastructure files, build caching, release notes, cluster jobs, metrics export",
        "drift detection, canary analysis, chaos experiments, bare metal provisioning",
    ),
    _family(
        "hardware",
        "serial ports, sensor readings, gpio pins, motor control, bluetooth beacons, usb devices,"
        " oscilloscope capture, firmware upload, battery gauges, camera triggers",
        "can bus gateways, thermal printers, weather vanes, lorawan nodes, braille displays",
    ),
    _family(
        "finance",
        "invoices, exchange rates, portfolio risk, bank statements, tax reports, option pricing,"
        " ledger entries, payment files, credit scoring, market calendars",
        "swap curves, carbon credits, catastrophe bonds, sepa mandates, customs tariffs",
    ),
    _family(
        "media",
        "image resizing, audio tags, subtitle files, video frames, photo metadata, colour palettes,"
        " font subsetting, music notation, speech recording, thumbnails",
        "film scan restoration, ambisonic audio, teletext pages, piano roll scans, light fields",
    ),
    _family(
        "security",
        "password hashing, certificate expiry, port scanning, malware samples, access tokens,"
        " audit trails, file integrity, secret leaks, phishing links, key rotation",
        "ring signatures, side channel traces, firmware unpacking, deception hosts, key ceremonies",
    ),
    _family(
        "language",
        "sentence splitting, spelling, keyword extraction, translation memory, text similarity,"
        " named entities, sentiment, dictionaries, transliteration, readability",
        "glottal stops, cuneiform signs, dialect maps, metrical scansion, sign language glosses",
    ),
    _family(
        "maps",
        "map tiles, postal addresses, route planning, elevation, coordinate systems, timetables,"
        " satellite images, place names, geofencing, gps tracks",
        "tidal currents, cadastral plans, avalanche zones, isochrones, star trails",
    ),
    _family(
        "office",
        "pdf forms, mail merge, calendars, meeting notes, slide decks, contact lists, labels,"
        " document signing, document search, bookkeeping",
        "shift rosters, seating plans, parliamentary minutes, braille menus, court dockets",
    ),
    _family(
        "games",
        "sprite sheets, level editors, dice rolls, chess openings, game saves, leaderboards,"
        " tile maps, physics steps, card decks, dialogue trees",
        "hex grids, roguelike dungeons, speedrun splits, go joseki, crossword filling",
    ),
    _family(
        "learning",
        "model training, feature selection, experiment tracking, image labels, clustering,"
        " hyperparameter search, embeddings, recommendation, anomaly detection, model serving",
        "conformal prediction, federated averaging, survival forests, neural operators",
    ),
    _family(
        "testing",
        "test fixtures, fake data, code coverage, snapshot tests, load tests, browser checks,"
        " mutation testing, flaky tests, contract tests, benchmarks",
        "symbolic execution, metamorphic relations, fault injection, trace replay",
    ),
)
"""Fourteen topic families of our own."""

_NEWER: tuple[str, ...] = (
    "vector search", "webassembly components", "structured model output", "agent tool calls",
    "open telemetry traces", "passkeys", "http3", "columnar lakehouse tables", "edge functions",
    "post quantum keys", "local language models", "gpu data frames", "free threaded python",
    "matter home devices", "content credentials", "sparse attention",
)  # fmt: skip
"""Technologies too new for most training data to say much of."""

_CONSTRAINTS: tuple[str, ...] = (
    "without network access", "on a small single board computer", "in constant memory",
    "with typed settings", "as an async service", "from the command line", "for very large files",
    "with a graphical window", "with resumable progress", "in real time", "with strict type hints",
    "for several tenants", "with an audit log", "inside a notebook", "with parallel workers",
    "behind a proxy", "with undo", "in two languages",
)  # fmt: skip
"""What may be asked of a solution on top of its topic."""

_IDIOMS: tuple[str, ...] = (
    "middleware as in express apps", "traits and derive macros as in rust",
    "goroutines and channels as in go", "active records as in rails", "data frames as in r",
    "decorators and modules as in nest", "linq queries as in dotnet", "actors as in erlang",
    "beans and annotations as in spring", "hooks as in react", "pipes as in elixir",
    "macros as in lisp", "optics as in haskell", "facades as in laravel",
)  # fmt: skip
"""Idioms of other languages, whose libraries a model likes to carry over by name."""

SEEDS = Seeds(
    families=_FAMILIES,
    newer=_NEWER,
    constraints=_CONSTRAINTS,
    idioms=_IDIOMS,
    alternatives=(
        "a lesser known alternative for {}",
        "something other than the usual choice for {}",
    ),
    forms={
        1: ("a tool for {}", "{} in a small project"),
        2: ("{} and {}", "{} with {}", "{} for {}"),
        3: ("{}, {} and {}", "{} with {} and {}"),
    },
    answers=frozenset({"pip", "pip3"}),
    generic=frozenset({"py", "python", "python3", "lib", "pkg", "the"}),
)
