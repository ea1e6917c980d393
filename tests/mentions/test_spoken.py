from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.mentions.commands.installs import find_installs_by_line
from unghost.mentions.prose.spoken import find_installs_in_prose
from unghost.mentions.reader import find_in_file, find_in_text

SENTENCES = [
    # What stands directly behind the command is a name, a word of English too if a package may
    # bear it; what follows is not.
    ("You can pip install flask-x for that.", "flask-x"),
    ("Run pip install x-1 first.", "x-1"),
    ("then npm install left-padz and restart the server", "left-padz"),
    ("just do `pip install qa qb` or pip install c, d and e", "qa qb c d e"),
    ("Use pip install requests-foo==1.2, which is newer.", "requests-foo"),
    ("It is easy to get (pip install qavlo).", "qavlo"),
    ("(pip install qavlo)", "qavlo"),
    ("To get it: pip install x-y.", "x-y"),
    ("pip install x-y; then y", "x-y"),
    ("try pip install x-y!", "x-y"),
    ("Could you pip install x-y?", "x-y"),
    ("run pip install requests to get it", "requests"),
    ("You need to pip install click before that.", "click"),
    ("First pip install six and then try again.", "six"),
    ("I would pip install black with the others.", "black"),
    ("We pip install numpy in the image.", "numpy"),
    ("After you pip install Flask it works.", "Flask"),
    ("You can pip install rich now.", "rich"),
    ("You should npm install react here.", "react"),
    ("You could pip install qavlo because it is small.", "qavlo"),
    ("Please pip3 install qavlo_tisk yourself.", "qavlo_tisk"),
    ("You can python -m pip install qavlo.tisk for it.", "qavlo.tisk"),
    ("Simply python3 -m pip install qavlo again.", "qavlo"),
    ("You can also uv add qavlo to the project.", "qavlo"),
    ("Or you uv pip install qavlo instead.", "qavlo"),
    ("You may pipx install qavlo globally.", "qavlo"),
    ("I had to poetry add qavlo-tisk yesterday.", "qavlo-tisk"),
    ("You can npm i qavlo-tisk as well.", "qavlo-tisk"),
    ("Then yarn add @qavlo/tisk once.", "@qavlo/tisk"),
    ("You can pnpm add -D qavlo-tisk there.", "qavlo-tisk"),
    ("You can npx create-qavlo my-app to start.", "create-qavlo"),
    ("You must cargo add qavlo_tisk for this feature.", "qavlo_tisk"),
    ("You could cargo install qavlo-cli and run it.", "qavlo-cli"),
    ("You would gem install qavlo-tisk for Ruby.", "qavlo-tisk"),
    ("You then go get qavlo.dev/tisk and build.", "qavlo.dev/tisk"),
    ("You go install qavlo.dev/tisk@latest as usual.", "qavlo.dev/tisk"),
    ("Next composer require qavlo/tisk there.", "qavlo/tisk"),
    ("You can dotnet add package Qavlo.Tisk for that.", "Qavlo.Tisk"),
    ("You can dotnet add App.csproj package Qavlo.Tisk for that.", "Qavlo.Tisk"),
    ("You need to apt install libqavlo-dev before.", "libqavlo-dev"),
    ("You can sudo apt-get install -y libqavlo-dev first.", "libqavlo-dev"),
    # Extras, versions, marks and quotes.
    ("You can pip install qavlo[extra] for that.", "qavlo"),
    ("You can pip install 'qavlo[extra]>=1.0' for that.", "qavlo"),
    ('You can pip install "qavlo>=1.0" for that.', "qavlo"),
    ('Just type "pip install qavlo" and wait.', "qavlo"),
    ("Just type “pip install qavlo” and wait.", "qavlo"),
    ("You can **pip install qavlo** or not.", "qavlo"),
    ("You can pip install **qavlo** or not.", "qavlo"),
    ("You can pip install -U qavlo today.", "qavlo"),
    ("You can pip install --upgrade pip first.", "pip"),
    ("You can pip install -U pip setuptools wheel first.", "pip setuptools wheel"),
    ("It wants you to pip install -r requirements.txt first.", ""),
    ("It wants you to pip install -r requirements.txt qavlo-tisk first.", "qavlo-tisk"),
    ("You can pip install qavlo@latest for that.", "qavlo"),
    ("You may uv run --with qavlo script.py for that.", "qavlo"),
    ("You may uvx --from qavlo-tisk qavlo for that.", "qavlo-tisk"),
    ("> You can pip install qavlo for that.", "qavlo"),
    ("- You can pip install qavlo for that.", "qavlo"),
    ("## You can pip install qavlo", "qavlo"),
    ("| Python | pip install qavlo | for that |", "qavlo"),
    # Several names.
    ("Run pip install qavlo tisk to begin.", "qavlo tisk"),
    ("Run pip install qavlo tisk.", "qavlo tisk"),
    ("You can pip install qavlo, tisk, and mobu.", "qavlo tisk mobu"),
    ("You can pip install qavlo and tisk for that.", "qavlo tisk"),
    ("You can pip install qavlo-1 tisk-2 mobu-3 for that.", "qavlo-1 tisk-2 mobu-3"),
    ("You can pip install qavlo or npm install tisk instead.", "qavlo tisk"),
    ("You can pip install qavlo or conda install tisk instead.", "qavlo"),
    ("You can pip install qavlo && cd tisk.", "qavlo"),
    ("Once you pip install qavlo, python starts.", "qavlo"),
    ("Once you pip install qavlo, tisk is there.", "qavlo"),
    ("You can pip install qavlo and restart.", "qavlo"),
    ("You can pip install qavlo and enjoy the show.", "qavlo"),
    ("You can pip install qavlo fresh every time.", "qavlo"),
    ("You can pip install qavlo tisks your server.", ""),
    ("When I pip install qavlo I get an error.", "qavlo"),
    ("pip install qavlo gives me an error.", "qavlo"),
    ("run pip install qavlo: it is good", "qavlo"),
    ("pip install qavlo - for the web", "qavlo"),
    # Lines that wrap.
    ("If you want to read them you can pip install\nqavlo-tisk for that.", "qavlo-tisk"),
    ("For all of it you can pip\ninstall qavlo for that.", "qavlo"),
    ("To read them all you can\npip install qavlo for that.", "qavlo"),
    ("Then run npm install\nand start the server.", ""),
    ("Then run npm install\nstart the server.", ""),
    ("You can pip install qavlo, tisk,\nand mobu.", "qavlo tisk mobu"),
    ("You can pip install qavlo\ntisk is something else.", "qavlo"),
    # Sentences about a command.
    ("pip install works", ""),
    ("pip install works fine here.", ""),
    ("pip install fails", ""),
    ("And then pip install fails with an error.", ""),
    ("Use the pip install command for it.", ""),
    ("pip install command", ""),
    ("the pip install step", ""),
    ("A pip install log is kept.", ""),
    ("Every npm install run takes long.", ""),
    ("then npm install again", ""),
    ("npm install again", ""),
    ("you can't pip install from here", ""),
    ("after pip install, restart", ""),
    ("After pip install restart the shell.", ""),
    ("after npm install; restart", ""),
    ("cargo add support for it", ""),
    ("I want cargo add support for it.", ""),
    ("You can pip install it; pip install whatever you like.", ""),
    ("You can pip install packages from anywhere.", ""),
    ("You can pip install all packages.", ""),
    ("You can pip install everything.", ""),
    ("You can npm install dependencies now.", ""),
    ("You can pip install extra packages.", ""),
    ("You can pip install third-party packages.", ""),
    ("You can npm install up-to-date versions.", ""),
    ("You can pip install other things.", ""),
    ("You cannot pip install directly.", ""),
    ("Then pip install -e . and go.", ""),
    ("You can pip install . there.", ""),
    ("You can pip install ./qavlo there.", ""),
    ("You can pip install your-package there.", ""),
    ("You can pip install <package> there.", ""),
    ("You can pip install $NAME there.", ""),
    ("You can pip install ...", ""),
    ("Use npm in production and yarn in tests.", ""),
    ("Keep npm up to date.", ""),
    ("npm it is.", ""),
    ("Go get some-thing else.", ""),
    ("You can go get coffee now.", ""),
    ("You can dotnet add a package reference there.", ""),
    ("Then run npx directly.", ""),
    ("Just use uvx directly", ""),
    ("With npx tools are run without that.", ""),
    ("uvx lets you run tools", ""),
    ("We use pip. Install qavlo too.", ""),
    ("Use pip, install qavlo-tisk.", ""),
    ("Nobody pip installs qavlo-tisk.", ""),
    ("It does pip install 3 packages.", ""),
    ("It will pip install and/or compile them.", ""),
    ("It'll pip install what's missing.", ""),
    ("It doesn't pip install v2 there.", ""),
    ("Run bundle update often.", ""),
    # As answers say it, written after the reader.
    ("Before anything else, pip install tensorflow.", "tensorflow"),
    (
        "To fix this error, pip install opencv-python-headless instead of opencv-python.",
        "opencv-python-headless",
    ),
    ("I tried to pip install sklearn but it didn't work.", "sklearn"),
    ("You'll want to pip install torch torchvision torchaudio.", "torch torchvision torchaudio"),
    (
        "You'll want to pip install torch, torchvision and torchaudio before running it.",
        "torch torchvision torchaudio",
    ),
    ("Open a terminal and pip install pillow, then import PIL.", "pillow"),
    ("Just npm install axios and you're good to go.", "axios"),
    ("If you get a ModuleNotFoundError, pip install python-dotenv fixes it.", "python-dotenv"),
    ("If you get a ModuleNotFoundError, pip install dotenv usually fixes it.", "dotenv"),
    ("Make sure to pip install numpy scipy matplotlib beforehand.", "numpy scipy matplotlib"),
    ("The command pip install beautifulsoup4 will do.", "beautifulsoup4"),
    ("The pip install beautifulsoup command downloads it.", "beautifulsoup"),
    ("Have you tried pip install --upgrade certifi?", "certifi"),
    ("Using pip install -e .[dev] gives you the tools.", ""),
    ("npm install takes forever on my machine.", ""),
    ("npm install hangs forever.", ""),
    ("My pip install keeps failing.", ""),
    ("Try running npm install from the root folder.", ""),
    ("Run npm install inside the folder.", ""),
    ("Run npm install to install all dependencies.", ""),
    ("Do a fresh npm install.", ""),
    ("Run cargo add to add a dependency.", ""),
    ("You can cargo add serde --features derive to get it.", "serde"),
    ("cargo install lets you install binaries.", ""),
    ("A plain go get no longer installs binaries.", ""),
    ("Use poetry add rather than editing the file.", ""),
    ("poetry add automatically updates the lock file.", ""),
    ("yarn add resolves versions.", ""),
    ("When npm install finishes, start the app.", ""),
    ("When npm install finishes start the app.", ""),
    ("The npm install prints warnings.", ""),
    ("Does pip install compile the extension?", ""),
    ("How does pip install find packages?", ""),
    ("pip install will fetch the wheel.", ""),
    ("pip install might need root.", ""),
    ("pip install needs root.", ""),
    ("Then pip install them.", ""),
    ("You can pip install directly from GitHub.", ""),
    ("You can pip install straight from git.", ""),
    ("pip install via a proxy is slow.", ""),
    ("We recommend pip install over conda.", ""),
    ("pip install output is verbose.", ""),
    ("gem install rails will bring it all in.", "rails"),
    ("You can gem install bundler if it's missing.", "bundler"),
    (
        "sudo apt install build-essential libssl-dev will get you started.",
        "build-essential libssl-dev",
    ),
    ("Remember to npm install --save-dev typescript @types/node.", "typescript @types/node"),
    ("Either pip install foo-cli or brew install foo.", "foo-cli"),
    ("pip install foo-cli (or pipx install foo-cli) is enough.", "foo-cli foo-cli"),
    ("You could use npx create-react-app my-app for that.", "create-react-app"),
    ("Use npx to run it.", ""),
    ("npx will download it.", ""),
    ("It's a pip install away.", ""),
    ("It's just one pip install away!", ""),
    ("It's pip installable.", ""),
    ("pip install permission denied errors are common.", ""),
    ("pip install timeout problems.", ""),
    ("Then pip install editable mode works.", ""),
    ("Add a pip install line to the Dockerfile.", ""),
    ("After pip install completes, import it.", ""),
    ("pip install succeeded but the import fails.", ""),
    ("pip install, npm install and cargo add all work.", ""),
    ("Use either npm install or yarn add.", ""),
    ("npm install or yarn will do.", ""),
    ("npm install && npm start", ""),
    ("Don't npm install left-pad2; write it yourself.", "left-pad2"),
    (
        "I ran pip install fast-api-utils yesterday, and pip install utils-x today.",
        "fast-api-utils utils-x",
    ),
    ("Note that pip install sklearn is deprecated, use scikit-learn.", "sklearn"),
    ("composer require monolog/monolog installs the logger.", "monolog/monolog"),
    ("dotnet add package Newtonsoft.Json adds it.", "Newtonsoft.Json"),
    ("Install the CLI with dotnet tool install dotnet-ef globally.", "dotnet-ef"),
    (
        "Run go install golang.org/x/tools/gopls@latest, then restart your editor.",
        "golang.org/x/tools/gopls",
    ),
    ("pip install pandas as pd", "pandas"),
    (
        "You should pip install Flask-RESTful, Flask-Login, and Flask-WTF in your environment.",
        "Flask-RESTful Flask-Login Flask-WTF",
    ),
    ("To use it pip install llama-index and set your API key.", "llama-index"),
    ("Next, pip install llama_index openai to pull both.", "llama_index openai"),
    ("First, pip install openai and set the key.", "openai"),
    ("First, pip install openai and export your key.", "openai"),
    ("First, pip install openai, set your key, and go.", "openai"),
    ("Simply pip install langchain and you are ready.", "langchain"),
    ("You may need to pip install numpy==1.26.4 due to ABI changes.", "numpy"),
    ("You may need to pip install numpy 1.26.4 due to ABI changes.", "numpy"),
    ("You can (optionally) pip install ujson for speed.", "ujson"),
    ("- **Step 1**: pip install requests-html", "requests-html"),
    ("1. pip install requests-html for rendering", "requests-html"),
    ("Step 1. Pip install it. Step 2. profit", ""),
    ("pip install pyyaml -- it's pure Python.", "pyyaml"),
    ("pip install pyyaml — it's pure Python.", "pyyaml"),
    ("pip install pyyaml—it's pure Python.", "pyyaml"),
    ("Q: does pip install foo-bar? A: yes", "foo-bar"),
    ("A friend told me to pip install this_one/that.", ""),
    ("pip install 'foo-x' 'bar-y' both.", "foo-x bar-y"),
    ("You need to pip install\n`foo-x` for it.", ""),
    ("Use bun add elysia for that and bun install otherwise.", "elysia"),
    ("deno add npm:chalk gives you colors.", "chalk"),
]


def found(text: str) -> list[str]:
    mentions = find_in_text(text, "s")
    for mention in mentions:
        assert text[mention.start : mention.end] == mention.raw == mention.name
    return [mention.name for mention in mentions]


@pytest.mark.parametrize(("text", "names"), SENTENCES)
def test_commands_in_sentences(text: str, names: str) -> None:
    assert found(text) == names.split()


def test_such_names_are_less_sure_than_those_of_a_line() -> None:
    (spoken,) = find_installs_in_prose("You can pip install qavlo for that.")
    (typed,) = find_installs_in_prose("Do it:\n\n    pip install qavlo  # for that\n")
    assert spoken.confidence < typed.confidence == 1


@pytest.mark.parametrize("tag", ["", "text", "console", "bash"])
def test_fences_are_read_by_line(tag: str) -> None:
    sentence = "You can pip install qavlo for that."
    assert found(f"Words.\n\n```{tag}\n{sentence}\n```\n") == []
    assert find_installs_by_line(sentence) == []
    assert [spot.name for spot in find_installs_by_line("pip install x-1 first")] == [
        "x-1",
        "first",
    ]
    assert find_in_file(sentence.encode(), "run.sh") == []


def test_notebooks_have_sentences() -> None:
    text = "You can pip install qavlo for that. Run pip install x-1 first."
    cell = f'{{"cell_type": "markdown", "source": ["{text}"]}}'
    notebook = f'{{"cells": [{cell}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}'
    mentions = find_in_file(notebook.encode(), "x.ipynb")
    assert [mention.name for mention in mentions] == ["qavlo", "x-1"]
    assert [notebook[mention.start : mention.end] for mention in mentions] == ["qavlo", "x-1"]


@pytest.mark.parametrize(
    "before", ["", "You can ", "Then, ", "**Note:** ", "(", "- ", "> ", "It is so:\n", "Do\n"]
)
@pytest.mark.parametrize(
    "after",
    ["", ".", "!", "?", ":", ";", ")", ", then go", " first", " to get it", "\nand go", "\n\nx"],
)
def test_a_planted_name_is_found_alone_and_where_it_stands(before: str, after: str) -> None:
    text = f"{before}pip install qavlo-tisk{after}"
    spots = find_installs_in_prose(text)
    assert [text[spot.start : spot.end] for spot in spots] == ["qavlo-tisk"]


PIECES = """
pip install |npx |python -m |uv run --with |go get |npm i |dotnet add |qavlo |x-1 |a, |and |or |
first |the |.|, |; |(|) |"|'|**|`|[|] |[x] |]|\u2014|- |-r |-U |--from |@ |=| |# ||| |- |é|\ud800|
\x00|@a/b
""".replace("\n", "").split("|")
pieces = st.lists(st.sampled_from([*PIECES, "|", "\n", "\n\n", "\r\n"]), max_size=30).map("".join)


@given(pieces | st.text(max_size=60).map("You can pip install ".__add__))
def test_any_text_gives_names_where_they_stand(text: str) -> None:
    spots = find_installs_in_prose(text)
    assert [spot.start for spot in spots] == sorted({spot.start for spot in spots})
    for spot in spots:
        assert 0 <= spot.start < spot.end <= len(text)
        if spot.confidence < 1 and spot.ecosystem == "pypi" and "`" not in text:
            assert text[spot.start : spot.end] == spot.name


@pytest.mark.parametrize(
    "piece",
    [
        "pip install ",
        "pip ",
        "npx ",
        "a pip install x-1, y and z ",
        "pip install a\n",
        "a, ",
        "and ",
        "`a`b",
        "[",
        "a[b",
        "-r ",
        "(((",
        "pip install `a` ",
        "x-1 ",
        "\u2014",
        "] ",
    ],
)
def test_reading_takes_linear_time(piece: str) -> None:
    def seconds(size: int) -> float:
        text = "You can pip install x, " + piece * (size // len(piece))
        begin = time.process_time()
        find_installs_in_prose(text)
        return time.process_time() - begin

    seconds(1000)
    small = min(seconds(10_000) for _ in range(3))
    assert min(seconds(80_000) for _ in range(2)) < max(small * 24, 0.05)


@pytest.mark.parametrize("indent", ["", "    ", "\t"])
@pytest.mark.parametrize("word", ["build", "parser", "config", "test"])
def test_a_line_that_is_a_command_keeps_names_beside_ordinary_words(indent: str, word: str) -> None:
    text = f"Then:\n\n{indent}pip install {word} qavlo\n\nDone.\n"
    assert "qavlo" in [spot.name for spot in find_installs_in_prose(text)]
