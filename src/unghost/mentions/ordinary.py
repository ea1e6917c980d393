"""English words behind install commands in sentences, and what they say of the command.

Where sentences speak of a command ("pip install fails"), and where they go on behind its packages,
none of these is a name. What is installed often is not among them, however English it is:
`requests`, `click`, `black`.
"""

from __future__ import annotations

from unghost.mentions.words import HEADINGS, PROSE

_SPOKEN = """
1st 2nd 3rd abi about above accept accepts access according account across action acts actually
added additional addresses adds after afterward afterwards again against ago algorithm alias aliases
alike allocations allowed allowing allows alone along alongside already alternative alternatively
although always and/or annotation annotations another anymore anything anyway anyways anywhere apart
api apis app appear appears appended applies apply approach argument arguments arm arms around array
article artifacts aside asks assigned associated assumes attached attempt attempts attribute
attributes automatically available await away axis back based became become becomes been beforehand
began begin begins behaves behavior behaviour behind being benchmarks beside besides better between
binary binding binds bit bits block blocks bodies boolean borrow bound bounds branch branches break
breaking breaks brings broke broken bug build builder builders building builds built builtin button
byte bytes cache caches call callback callbacks called calling calls came cannot capability capacity
captures case casts categories category cause caused causes caveat certificate cfg chain change
changed changes channel character characters check checking checkout checks child ci class classes
clause clauses clean cleanly cli closes closure closures cluster codegen coercion collections come
comes comment comments commit compares comparison compatibility compatible compilation compile
compiled compiler compiles compiling complain complained complaining complains complete completed
completes component compress computed condition conditional conditions config configuration
configure configured confirm conflict conflicts connection connects consistently console constant
constraint constraints construct constructor constructors containing contains content contexts
continue continues contract controls convention conversion conversions converts core coroutine
correct correctly corresponding corresponds could couldn counter counterpart counts covariant crash
crashed crashes crate create created creates creation currently custom data declaration declarations
decorator default defaults defined defines definition definitions denied denotes depending depends
deprecated derive described detection detects dictionary did didn die died dies differ dir directive
directives directly directories directory disables dispatcher displayed displays do doc document
doesn doing don down downloaded downloading downloads dropped drops due during e.g e.g. editable eg
either element elements else elsewhere emit emits emitted enable enabled enables encoded encoding
end ended ending endpoint ends enjoy enough ensure ensures entirely entries entry enums env
environment environments equal equivalent equivalents error errors escaping esp especially etc
evaluates even event events eventually ever every everyone everything everywhere exactly except
exception exceptions exchange executable executes execution exist existing exists exit exited exits
expects explicitly export exported exports exposed expresses expression expressions extension extra
factory fail failed failing fails failure failures fallback false family feat feature fetches few
field fields file filter filters finds finish finished finishes fires fix fixed fixes flag flags
flakiness flawlessly folder folders followed forbidden forces forever form format formatter
formatting former found fragment fragments frame frames framework fresh freshly friends function
functionality functions further gate gave gem generally generated generates generation generic get
gets getter getters getting give given gives globally go goes going gone got grab greater group
groups guard guards guide had handler handlers handles handling hang hanged hanging hangs happen
happened happens hash hashes hasn haven having header help helped helper helps hence her hereby
hierarchy higher hint hints his hit hits holds hook hooks hopefully hosts however http https hung
i.e i.e. identifier identifiers idiom ie ignore ignores ignoring immediately impl implement
implementation implementations implemented implementing implements implies impls imports
improvements include included includes including incorrectly indeed index indicate indicates
indicating info information initialization initializers initially inside inspection installed
installs instance instances instantiation instantly instead instruction instructions instructs
integer integers integration interface interfaces internal internally internals intrinsics
introduced invalid invocation invocations invokes isn issue issues item iteration iterators itself
job jobs json just keep keeps key keys keyword keywords kind kinds know label last lately later
latest latter layer layers leads least leaves led length less let lets level lifecycle lifetime
likely limit line lines link linker linking lint lints list listener listeners lists literal
literals lives local locally located locations log logic logs look looks lookup loop loops lot
lowering machinery macro macros made make makes making managed manner manually many map mapping
marker match matchers matches matching maybe me mean means meanwhile mechanism member members memory
mentioned merely message messages metadata method methods metric metrics middleware milliseconds
mine minimal missing mode modifier modifiers moreover most mostly move moves much multiple mutable
my myself namely namespace native natively necessarily neither nested never nevertheless new newer
newest newly nicely nobody nodes nor normal normally notation notice nowhere number numeric numerous
object objects obviously occasionally occurs off offers offline often older onto onwards open
operand operands operation operations operator operators option optional options organization
originally other others otherwise ought ours out outputs outright outside over overload overnight
overrides overwrites owing own page pair pairs panic param parameter parameters parser parsing part
parts pass passed passes passing password path paths pattern patterns per perfectly performance
performs perhaps permission permissions permit phase phases picks pins place placeholders places
plugin plus point pointer pointers pointing points policy polyfill pool portion possibly pragma
precisely predicate predicates prefers prefix prefixes prelude prevents previously primitive prints
prior private probably problems procedure proceed proceeds process produce produced produces profile
profit program progress project prompt prompts prop properly properties property protocol prototype
provide provided provider provides proxies proxy public pulls put puts qualifier query quick quickly
quietly quite radix ran randomly range ranges rather re read readme reads ready really reboot
rebuild receiver receives recently records refactor refer refers refused refuses regardless region
register registered registers regression reinstall rejections related relative release reliably
remains remember reminder removed removes rename repeatedly replaces repo report reported reporting
reports repository representation representing represents require requires resolution resolved
resolver resolves resource respectively respects restart restarts retries retry return returned
returning returns right root route rule rules run runner running runs runtime safe said same
satisfies saves saw say says scheduling schema schemas scheme scope script scripts search seconds
section sections security see seem seems seen sees segment segments selector semantics sent
separated separately sequence serialization serializer series serves service session sessions set
sets setting settings several shall she shell shim shipped ships shortcut shorthand shorthands show
showed shown shows side signature signatures silently similar similarly simply since slice slightly
slow slowly smoothly snapshots socket sockets somehow someone something sometimes somewhere soon
source specific specifically specified specifier specifiers specifies specify stack stage stages
standard stands start started starting starts state statement statements static status still stop
stopped stops stored straight strategy streams string strings struct structs structure style
subclass subclasses subcommand subdirectory submodule subsequently succeed succeeded succeeding
succeeds successful successfully suddenly suffix suggestion suite support supports switch symbol
symbols synchronously system system-wide table tag tags take taken takes taking target targets task
tasks team tell tells template temporarily tends terminator terminators test tested testing tests
text than thank themselves thereafter therefore thing though thread through throughout throw thus
tier till time timeout timeouts times timestamp today together token told tomorrow tonight too took
tool toolchain toward towards tracking trait traits transfer transforms transport tree trick tried
tries troubles true trust try trying turns tutorial tutorials twice two type types typings under
unfortunately unless unlike until up update updated updates updating upgraded upgrades upon url urls
us useful useless user users uses usually utility valid validation value values variable variables
variant variants various verbose verify versions very wait waits wants warnings warns was wasn way
ways weren whatever whenever whereas whereupon wherever whether whichever whitespace who whole whose
wise within won wonder work worked workflow workflows working would wouldn wrapped wrapper writable
write writes written wrong yesterday yet yields you'll yours yourself yourselves
"""
_COMPOUNDS = """
bug-fix built-in built-ins case-by-case command-line cross-platform drop-in end-to-end first-party
high-level in-house in-place low-level non-existent non-root old-school one-off open-source
out-of-date out-of-the-box platform-specific post-install pre-built pre-compiled pre-install
pre-release pre-releases read-only real-world right-hand so-called step-by-step sub-dependencies
third-party time-consuming to-do top-level two-step up-to-date user-level user-specific well-known
"""
_COUNTED = """
add-ons applications apps binaries bindings components crates dependencies deps extensions extras
files frameworks gems headers items libraries libs modules names packages plugins prerequisites
programs projects releases requirements software stuff things tools utilities wheels
"""
_BEHIND = """
after again and as at because before beforehand below but by directly due during either first
followed for from globally if in inside instead into like locally manually now on once onto or prior
rather since so then through to too under until using via when where which while with within without
yourself
"""
_ARTICLES = "a an any each every his its my our the their these those your"
_DETERMINERS = """
a about added an another any bare basic building changed clean complete corresponding default each
entire equivalent every failed failing fixed fresh full global her his improved initial its local
manual my naive next no normal one ordinary our plain post previous recursive regular removed second
simple single standard subsequent successful the their this typical usual whole your
"""
_INSTALLED = frozenset({"pip", "python"})
COUNTED = frozenset(_COUNTED.split())
"""What a sentence installs without naming it, as in "install extra packages"."""
ORDINARY = (PROSE | HEADINGS | COUNTED | frozenset(f"{_SPOKEN} {_COMPOUNDS}".split())) - _INSTALLED
"""Words that end a command in a sentence."""
BEHIND = frozenset(_BEHIND.split())
"""Words with which a sentence goes on behind the last package of a command."""
ARTICLES = frozenset(_ARTICLES.split())
"""Words in front of which no name stands, so that what is before them is a verb."""
DETERMINERS = frozenset(_DETERMINERS.split())
"""Words that make a command the name of a thing: "the `pip install` step"."""
