"""English words that stand before "library" or "package" and name none: what it is or is for."""

from __future__ import annotations

from unghost.mentions.words import HEADINGS, PROSE

_WORDS = """
above actual additional advanced ai algorithm alternate alternative animation another api app
application appropriate archive array async audio auth automatic available base basic below best
better big binary bioinformatics bonus browser build built bundled c cache calendar chart charts
class classic cli client cloud code color colour comparable compiled complete component components
compression conda config convenient core correct crate crypto cryptography csv current custom
daemon data database date debian debug dedicated deep default desired different domain dynamic
earlier easiest easy effective efficient either email embedded encoding enough entire equivalent
erlang everything exact excel existing external extra fastest favorite favourite few file final
following font form free frontend full fun functional further fuzzy game gem general generic geo
global go golang good graph graphics group gui haskell heavy helper hidden high http ideal image
imaging independent individual initial inner input intended internal java javascript json kernel
key known kotlin language large larger last latest layout least left legacy less light linear
linked linux list little local lock log machine made main major many math maths matching maven mcp
mentioned middleware minimal missing ml mock mod modern module more most multiple named native
necessary neither network neural newer newest next nice nlp node normal npm nuget numeric object
ocr old older open optional ordinary original orm os other outdated output outer own parallel parent
parser particular pdf perfect php pip platform plain plugin pnpm poor popular possible powerful
preferred prior private proper proprietary protocol provided public pure python query quick random
raw react real recent recommended regex regular relevant remaining remote required respective
rest right ruby runtime rust same sample scala science scientific sdk search second secondary
select separate server service shared short similar simpler simplest single slow small smaller
social software solid source special specific specified stable standalone standard static
statistical statistics std string strong style suggested suitable superior support supported
swift symbolic system table target template terminal test text theme thin third time tiny tool top
toolkit traditional transitive trusted two type typed types typescript ui ultimate unified unique
unit unix unknown unofficial unsafe unused up upstream user useful usual utility utils vector
vendor vendored verified version video viable virtual visual web weird well whatever wheel
whichever whole wide window windows working wrapper wrong xml yaml yarn zip
it everything anything something nothing dependencies directly straight releases binaries wheels
things stuff support tools extras him her us me myself yourself
"""
_LOCAL = """
app apps api beta bin build cmd common config core dist docs examples global helpers index internal
latest lib libs local main model models module name next pkg plugin plugins private public release
scripts server client service services shared src stable static test tests tools types util utils
utilities views foo bar baz
"""
_HYPHENATED = """
third open well high low built pre non cross full real easy single multi up all user type
thread object general special so ready stand drop out over under cutting light heavy server
client front back command industry community company domain language vendor state battle
production enterprise top first second one two zero self fully widely long short fast slow
hand in off on read write run compile feature battle
"""
_ENDINGS = (
    "ing", "tion", "sion", "ment", "ness", "ance", "ence", "ity", "ics", "ive", "ful", "able",
    "ible", "ous", "less", "ary", "ially", "ally", "ly", "ed", "ate", "ant", "ent", "ical", "nal",
    "ual", "ial", "ism", "ship", "ware", "wise",
)  # fmt: skip
TOPICS = frozenset(_WORDS.split()) | PROSE | HEADINGS
_FIRST = frozenset(_HYPHENATED.split())
LOCAL = frozenset(_LOCAL.split())
"""Parts of projects that are called packages and are no one's to install."""


def is_topic_word(word: str) -> bool:
    """Return whether a bare word before "library" may be English; ``numpy`` is not."""
    if not word.isascii() or not word.islower() or len(word) < 3:
        return True
    parts = [part for part in word.replace("_", "-").split("-") if part]
    if not parts or word in TOPICS or parts[-1].endswith(_ENDINGS):
        return True
    return len(parts) > 1 and (parts[0] in _FIRST or parts[-1] in TOPICS)
