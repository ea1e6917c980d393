"""English words that packages may bear and texts mean otherwise, with the reason for each group.

Better to miss a name than to make a ghost of an English word: a package that bears one of them is
found only where nothing but a name can stand, such as directly after an install command.
"""

from __future__ import annotations

from typing import NamedTuple


class _Fact(NamedTuple):
    """Words of which the same is true, and what that is."""

    why: str
    words: str


FACTS = {
    "prose": _Fact(
        "Words that sentences are made of: a line, a list or a command that has one is a sentence.",
        """
a all also an and any are as at be because before below both but by can command commands does
each following for from has have here how i if in into is it its libraries library like may
might module modules more must necessary need needed needs no not now of on once one only or our
package packages please required should so some such that the their them then there these they
this those to use used using via want we well were what when where which while will with without
works you your
        """,
    ),
    "heading": _Fact(
        "Words that stand alone on a line, as a name does, and head what is below them.",
        """
absolutely advantages answer background certainly code conclusion cons considerations context
dependencies dependency description details docs documentation done example examples explanation
fast features finally first flexible github great hello hi import important input install
installation installing introduction lightweight name names next none note notes nothing ok okay
output overview pip powerful prerequisites problem pros purpose pypi python question reason
recommendation recommended reference references reliable requirement requirements resources
response result results robust scalable second secure setup simple size solution speed step
steps summary sure syntax terminal thanks third tip tips title troubleshooting unknown usage
version warning welcome why yes
        """,
    ),
    "counted": _Fact(
        'What a sentence installs without naming it: "install extra packages".',
        """
add-ons applications apps binaries bindings components crates dependencies deps extensions
extras files frameworks gems headers items libraries libs modules names packages plugins
prerequisites programs projects releases requirements software stuff things tools utilities
wheels
        """,
    ),
    "topic": _Fact(
        'What a library is, is for or is written in: "a fast numeric library". Packages bear'
        " many of them, so behind a command they are names.",
        """
actual advanced ai alternate animation application appropriate archive async audio auth
automatic base basic best big bioinformatics bonus browser bundled c calendar chart charts
classic client cloud color colour comparable compression conda convenient crypto cryptography
csv current daemon database date debian debug dedicated deep desired different domain dynamic
earlier easiest easy effective efficient email embedded entire erlang exact excel external
fastest favorite favourite final font free frontend full fun functional fuzzy game general geo
global golang good graph graphics gui haskell heavy hidden high him ideal image imaging
independent individual initial inner intended java javascript kernel known kotlin language large
larger layout left legacy light linear linked linux little lock machine main major math maths
maven mcp ml mock mod modern named network neural nice nlp node npm nuget ocr old ordinary
original orm os outdated outer parallel parent particular pdf perfect php plain platform pnpm
poor popular possible preferred proper proprietary pure random raw react real recent regex
regular relevant remaining remote respective rest ruby rust sample scala science scientific sdk
secondary select separate server shared short simpler simplest single small smaller social solid
special stable standalone statistical statistics std strong suggested suitable superior
supported swift symbolic theme thin tiny toolkit top traditional transitive trusted typed
typescript ui ultimate unified unique unit unix unofficial unsafe unused upstream usual utils
vector vendor vendored verified viable video virtual visual web weird wheel wide window windows
xml yaml yarn zip
        """,
    ),
    "ordinary": _Fact(
        'What sentences say of a command and behind one: "pip install fails". Before'
        ' "library" they are rare. What is installed often is not among them, however English'
        " it is: requests, click, black.",
        """
1st 2nd 3rd abi about accept accepts access according account across action acts actually added
addresses adds after afterward afterwards again against ago alias aliases alike allocations
allowed allowing allows alone along alongside already alternatively although always and/or
annotation annotations anymore anyway anyways anywhere apart apis appear appears appended
applies apply approach argument arguments arm arms around article artifacts aside asks assigned
associated assumes attached attempt attempts attribute attributes automatically await away axis
back based became become becomes been beforehand began begin begins behaves behavior behaviour
behind being benchmarks beside besides between binding binds bit bits block blocks bodies
boolean borrow bound bounds branch branches break breaking breaks brings broke broken bug
bug-fix builder builders building builds built-in built-ins builtin button byte bytes caches
call callback callbacks called calling calls came cannot capability capacity captures case
case-by-case casts categories category cause caused causes caveat certificate cfg chain change
changed changes channel character characters check checking checkout checks child ci classes
clause clauses clean cleanly closes closure closures cluster codegen coercion collections come
comes command-line comment comments commit compares comparison compatibility compatible
compilation compile compiler compiles compiling complain complained complaining complains
completed completes compress computed condition conditional conditions configuration configure
configured confirm conflict conflicts connection connects consistently console constant
constraint constraints construct constructor constructors containing contains content contexts
continue continues contract controls convention conversion conversions converts coroutine
correctly corresponding corresponds could couldn counter counterpart counts covariant crash
crashed crashes create created creates creation cross-platform currently declaration
declarations decorator defaults defined defines definition definitions denied denotes depending
depends deprecated derive described detection detects dictionary did didn die died dies differ
dir directive directives directories directory disables dispatcher displayed displays do doc
document doesn doing don down downloaded downloading downloads drop-in dropped drops due during
e.g e.g. editable eg element elements else elsewhere emit emits emitted enable enabled enables
encoded end end-to-end ended ending endpoint ends enjoy ensure ensures entirely entries entry
enums env environment environments equal equivalents error errors escaping esp especially etc
evaluates even event events eventually ever every everyone everywhere exactly except exception
exceptions exchange executable executes execution exist exists exit exited exits expects
explicitly export exported exports exposed expresses expression expressions extension factory
fail failed failing fails failure failures fallback false family feat feature fetches field
fields filter filters finds finish finished finishes fires first-party fix fixed fixes flag
flags flakiness flawlessly folder folders followed forbidden forces forever format formatter
formatting former found fragment fragments frame frames framework fresh freshly friends function
functionality functions gate gave generally generated generates generation get gets getter
getters getting give given gives globally goes going gone got grab greater groups guard guards
guide had handler handlers handles handling hang hanged hanging hangs happen happened happens
hash hashes hasn haven having header help helped helps hence hereby hierarchy high-level higher
hint hints his hit hits holds hook hooks hopefully hosts however https hung i.e i.e. identifier
identifiers idiom ie ignore ignores ignoring immediately impl implement implementation
implementations implemented implementing implements implies impls imports improvements in-house
in-place include included includes including incorrectly indeed index indicate indicates
indicating info information initialization initializers initially inside inspection installed
installs instance instances instantiation instantly instead instruction instructions instructs
integer integers integration interface interfaces internally internals intrinsics introduced
invalid invocation invocations invokes isn issue issues item iteration iterators itself job jobs
just keep keeps keys keyword keywords kind kinds know label lately later latter layer layers
leads leaves led length let lets level lifecycle lifetime likely limit line lines link linker
linking lint lints listener listeners lists literal literals lives locally located locations
logic logs look looks lookup loop loops lot low-level lowering machinery macro macros make makes
making managed manner manually map mapping marker match matchers matches maybe mean means
meanwhile mechanism member members memory merely message messages metadata method methods metric
metrics milliseconds mine mode modifier modifiers moreover mostly move moves much mutable my
namely namespace natively necessarily nested never nevertheless new newly nicely nobody nodes
non-existent non-root nor normally notation notice nowhere number numerous objects obviously
occasionally occurs off offers offline often old-school one-off onto onwards open-source operand
operands operation operations operator operators option options organization originally others
otherwise ought ours out out-of-date out-of-the-box outputs outright outside over overload
overnight overrides overwrites owing page pair pairs panic param parameter parameters parsing
part parts pass passed passes passing password path paths pattern patterns per perfectly
performance performs perhaps permission permissions permit phase phases picks pins place
placeholders places platform-specific plus point pointer pointers pointing points policy
polyfill pool portion possibly post-install pragma pre-built pre-compiled pre-install
pre-release pre-releases precisely predicate predicates prefers prefix prefixes prelude prevents
previously primitive prints probably problems procedure proceed proceeds process produce
produced produces profile profit program progress project prompt prompts prop properly
properties property prototype provide provider provides proxies proxy pulls put puts qualifier
quickly quietly quite radix ran randomly range ranges rather re read read-only readme reads
ready real-world really reboot rebuild receiver receives recently records refactor refer refers
refused refuses regardless region register registered registers regression reinstall rejections
related relative release reliably remains remember reminder removed removes rename repeatedly
replaces repo report reported reporting reports repository representation representing
represents require requires resolution resolved resolver resolves resource respectively respects
restart restarts retries retry return returned returning returns right-hand root route rule
rules run runner running runs safe said satisfies saves saw say says scheduling schema schemas
scheme scope script scripts seconds section sections security see seem seems seen sees segment
segments selector semantics sent separated separately sequence serialization serializer series
serves session sessions set sets setting settings several shall she shell shim shipped ships
shortcut shorthand shorthands show showed shown shows side signature signatures silently
similarly simply since slice slightly slowly smoothly snapshots so-called socket sockets somehow
someone sometimes somewhere soon specifically specifier specifiers specifies specify stack stage
stages stands start started starting starts state statement statements status step-by-step still
stop stopped stops stored strategy streams strings struct structs structure sub-dependencies
subclass subclasses subcommand subdirectory submodule subsequently succeed succeeded succeeding
succeeds successful successfully suddenly suffix suggestion suite supports switch symbol symbols
synchronously system-wide tag tags take taken takes taking targets task tasks team tell tells
temporarily tends terminator terminators tested testing tests than thank themselves thereafter
therefore thing third-party though thread through throughout throw thus tier till time-consuming
timeout timeouts times timestamp to-do today together token told tomorrow tonight too took
toolchain top-level toward towards tracking trait traits transfer transforms transport tree
trick tried tries troubles true trust try trying turns tutorial tutorials twice two-step typings
under unfortunately unless unlike until up-to-date update updated updates updating upgraded
upgrades upon url urls useless user-level user-specific users uses usually valid validation
value values variable variables variant variants various verbose verify versions very wait waits
wants warnings warns was wasn way ways well-known weren whenever whereas whereupon wherever
whether whitespace who whose wise within won wonder work worked workflow workflows would wouldn
wrapped writable write writes written yesterday yet yields you'll yours yourselves
        """,
    ),
    "common": _Fact(
        'Words that are both: "the local library", "install globally available".',
        """
above additional algorithm alternative another anything api app array available better binary
build built cache class cli compiled complete component config core correct crate custom data
default directly either encoding enough equivalent everything existing extra few file form
further gem generic go group helper her http internal json key last latest least less list local
log made many matching me mentioned middleware minimal missing most multiple myself native
neither newer newest normal numeric object older open optional other own parser plugin prior
private protocol provided public query quick right runtime same search service similar slow
something source specific specified standard static straight string style support system table
target template test text time tool two type types up us useful user utility whatever whichever
whole working wrapper wrong yourself
        """,
    ),
    "behind": _Fact(
        "Words with which a sentence goes on behind the last package of a command.",
        """
after again and as at because before beforehand below but by directly due during either first
followed for from globally if in inside instead into like locally manually now on once onto or
prior rather since so then through to too under until using via when where which while with
within without yourself
        """,
    ),
    "article": _Fact(
        "Words in front of which no name stands, so that what is before them is a verb.",
        "a an any each every his its my our the their these those your",
    ),
    "determiner": _Fact(
        'Words that make a command the name of a thing: "the `pip install` step".',
        """
a about added an another any bare basic building changed clean complete corresponding default
each entire equivalent every failed failing fixed fresh full global her his improved initial its
local manual my naive next no normal one ordinary our plain post previous recursive regular
removed second simple single standard subsequent successful the their this typical usual whole
your
        """,
    ),
    "sure lead": _Fact(
        "Words of a sentence behind which a command stands, whatever it is.",
        "run running runs execute executing enter entering type typing invoke",
    ),
    "lead": _Fact(
        "Words behind which one may stand, if its form says that it is one.",
        "try use using via with do call calling command then just first simply by",
    ),
    "local": _Fact(
        "Parts of projects that are called packages and are no one's to install.",
        """
api app apps bar baz beta bin build client cmd common config core dist docs examples foo global
helpers index internal latest lib libs local main model models module name next pkg plugin
plugins private public release scripts server service services shared src stable static test
tests tools types util utilities utils views
        """,
    ),
    "first": _Fact(
        'First parts of compounds that are English whatever follows: "third-party", "high-level".',
        """
all back battle built client command community company compile cross cutting domain drop easy
enterprise fast feature first front full fully general hand heavy high in industry language
light long low multi non object off on one open out over pre production read ready real run
second self server short single slow so special stand state third thread top two type under up
user vendor well widely write zero
        """,
    ),
    "thing": _Fact(
        "What a placeholder stands for: your-package, crate_name.",
        """
package pkg library lib module crate gem plugin dependency packages pkgs libraries modules
crates gems plugins dependencies tool app project repo org scope user vendor namespace company
        """,
    ),
    "owner": _Fact(
        "What a placeholder begins with.",
        "a another any my new other some that the this your",
    ),
    "end": _Fact(
        "What a placeholder ends with.",
        "here name names",
    ),
}
"""What is known of English words. Prose, headings, topics, ordinary and common words share none."""


def _words(*names: str) -> frozenset[str]:
    return frozenset(word for name in names for word in FACTS[name].words.split())


PROSE = _words("prose")
HEADINGS = _words("heading")
COUNTED = _words("counted")
TOPICS = _words("topic", "common", "prose", "heading", "counted")
"""Words before "library" that name none."""
ORDINARY = _words("ordinary", "common", "prose", "heading", "counted") - {"pip", "python"}
"""Words that end a command in a sentence."""
BEHIND = _words("behind")
ARTICLES = _words("article")
DETERMINERS = _words("determiner")
SURE_LEADS = _words("sure lead")
LEADS = _words("sure lead", "lead")
LOCAL = _words("local")
FILES = (".py", ".txt", ".toml", ".json", ".md", ".cfg", ".yml", ".yaml", ".lock", ".html", ".xml")
"""Endings of files that sentences name and packages hardly bear."""
_FIRST, _THINGS, _OWNERS, _ENDS = (
    _words("first"), _words("thing"), _words("owner"), _words("end"),
)  # fmt: skip
_ABSTRACT = ("ance", "ence", "ics", "ing", "ity", "ment", "ness", "sion", "tion")
"""Endings of words that are not things: headings and topics have them, few packages do."""
_ENDINGS = (
    *_ABSTRACT,
    *("able", "ally", "ant", "ary", "ate", "ed", "ent", "ful", "ial", "ible", "ical", "ism"),
    *("ive", "less", "ly", "nal", "ous", "ship", "ual", "ware", "wise"),
)
"""Endings of words that say what a library is like."""


def is_titled(word: str) -> bool:
    """Return whether a word is letters of which the first alone is a capital one."""
    return word.isalpha() and word[0].isupper() and word[1:].islower()


def is_topic(name: str) -> bool:
    """Return whether a name may as well be a topic; ``web-scraping`` is one, ``bs4`` is not."""
    return name.isalpha() or not name.islower() or name.endswith(_ABSTRACT)


def is_heading(word: str) -> bool:
    """Return whether a lone word is a heading or prose; ``Testing`` is one, ``testing`` is not."""
    lower = word.lower()
    return lower in PROSE or lower in HEADINGS or (is_titled(word) and word.endswith(_ABSTRACT))


def is_placeholder(name: str) -> bool:
    """Return whether a name stands for any other one: ``your-package``, ``package_name``."""
    return any(_stands_for_any(part) for part in name.lower().split("/"))


def _stands_for_any(part: str) -> bool:
    words = part.strip("@<>[]{}0123456789").replace("_", "-").replace(".", "-").split("-")
    words = [word for word in words if word]
    if len(words) == 1:
        return _is_compound(words[0])
    owned, ended = words[:1] and words[0] in _OWNERS, words[-1:] and words[-1] in _ENDS
    inner = words[bool(owned) : len(words) - bool(ended)]
    return bool(owned or ended) and len(inner) == 1 and inner[0] in _THINGS


def _is_compound(word: str) -> bool:
    """Return whether a word is like ``package``, ``packagename`` and ``yourpackage``."""
    if word in ("package", "packages", "pkgname"):
        return True
    owner = next((owner for owner in ("your", "my") if word.startswith(owner)), "")
    end = "name" if word.endswith("name") else ""
    inner = word[len(owner) : len(word) - len(end)]
    return bool(owner or end) and inner in _THINGS


def is_topic_word(word: str) -> bool:
    """Return whether a bare word before "library" may be English; ``numpy`` is not."""
    if not word.isascii() or not word.islower() or len(word) < 3:
        return True
    parts = [part for part in word.replace("_", "-").split("-") if part]
    if not parts or word in TOPICS or parts[-1].endswith(_ENDINGS):
        return True
    return len(parts) > 1 and (parts[0] in _FIRST or parts[-1] in TOPICS)
