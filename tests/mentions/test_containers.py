from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.ecosystems.spot import Spot
from unghost.mentions.commands.configs import find_in_config
from unghost.mentions.commands.dockerfile import find_in_dockerfile
from unghost.mentions.commands.makefile import find_in_makefile

Finder = Callable[[str], list[Spot]]
FINDERS: list[Finder] = [find_in_dockerfile, find_in_makefile, find_in_config]


def found(finder: Finder, text: str) -> list[str]:
    names = []
    for spot in finder(text):
        if spot.ecosystem in ("pypi", "npm"):
            assert text[spot.start : spot.end] == spot.name
            names.append(spot.name)
    return names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("FROM x\nRUN pip install a\nrun pip install b", ["a", "b"]),
        ("RUN pip install --no-cache-dir a==1 \\\n    && pip install 'b[x]'", ["a", "b"]),
        ("RUN pip install \\\r\n    a \\\r\n    b\r\nRUN pip install c\r\n", ["a", "b", "c"]),
        ("RUN pip install \\\n    a \\\n    # why b\n\n    c\n", ["a", "c"]),
        ("RUN pip install \\   \n    a\n", ["a"]),
        ('RUN ["pip", "install", "a", "b>=1"]', ["a", "b"]),
        ('RUN ["sh", "-c", "pip install a \\"b\\" c"]', ["a", "b", "c"]),
        ('RUN [ "/usr/bin/python3" , "-m", "pip",\\\n "install", "\\u0061b" ]', []),
        ("RUN --mount=type=cache,target=/root/.cache --network=none pip install a", ["a"]),
        ('RUN --mount=type=cache,target=/x ["pip", "install", "a"]', ["a"]),
        ("RUN <<EOF\npip install a\necho x\nEOF\nRUN pip install b", ["a", "b"]),
        ("RUN <<-'EOF'\n\tpip install a\n\tEOF\nRUN pip install b", ["a", "b"]),
        ("RUN bash -e <<EOF\npip install a\nEOF\n", ["a"]),
        ("RUN <<A <<B\npip install a\nA\npip install b\nB\n", ["a", "b"]),
        ("RUN <<EOF\n#!/bin/bash\npip install a\nEOF\n", ["a"]),
        ("RUN <<EOF\n#!/usr/bin/env python3\npip install a\nEOF\n", []),
        ("RUN python3 <<EOF\npip install a\nEOF\nRUN pip install b", ["b"]),
        ("RUN cat <<EOF > x\npip install a\nEOF\n", []),
        ("COPY <<EOF /x.sh\nRUN pip install a\nEOF\nRUN pip install b", ["b"]),
        ("RUN x <<EOF\nRUN pip install a", ["a"]),
        ("ONBUILD RUN pip install a\nONBUILD ONBUILD RUN pip install b", ["a", "b"]),
        ('SHELL ["pwsh", "-Command"]\nRUN pip install a', ["a"]),
        ('SHELL ["conda", "run", "-n", "x", "/bin/bash", "-c"]\nRUN pip install a', ["a"]),
        ('SHELL ["python3", "-c"]\nRUN pip install a\nFROM x\nRUN pip install b', ["b"]),
        ("# escape=`\nRUN pip install `\n a \\\nRUN pip install b", ["a", "b"]),
        ("#syntax=x\n# escape = `\nRUN pip install a `\n  b", ["a", "b"]),
        ('CMD pip install a && run\nENTRYPOINT ["pip", "install", "b"]', ["a", "b"]),
        ("HEALTHCHECK --interval=5m CMD pip install a\nHEALTHCHECK NONE", ["a"]),
        ("# RUN pip install a\n  # RUN pip install b", []),
        (
            "COPY --from=pip install a\nADD x y\nENV X=\"pip install a\"\nLABEL x='pip install b'",
            [],
        ),
        ("RUN pip install -r requirements.txt", []),
        ("RUN echo 'pip install a'", []),
        ("FROM x AS pip\nARG V\nRUN pip install a==$V b==${V} c-${V} $V", ["a", "b"]),
        ("\ufeffRUN pip install a", ["a"]),
        ("RUN npm install -g a && pip install b", ["a", "b"]),
        ('RUN ["pip", "install"', []),
        ("RUN", []),
        ("", []),
    ],
)
def test_dockerfiles(text: str, names: list[str]) -> None:
    if "\\u0061" in text:
        # What is escaped is not written as it is named.
        (spot,) = find_in_dockerfile(text)
        assert (spot.name, text[spot.start : spot.end]) == ("ab", "\\u0061b")
    else:
        assert found(find_in_dockerfile, text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x:\n\tpip install a\n\t@pip install b\n\t-@+ pip install c\n", ["a", "b", "c"]),
        ("x: y ; pip install a\n\tpip install b", ["a", "b"]),
        ("x:\n\tpip install \\\n\t  a \\\n\t  b\n\tpip install c", ["a", "b", "c"]),
        ("x:\r\n\tpip install \\\r\n\t  a\r\n", ["a"]),
        ("x:\n\t# pip install a\n#\tpip install b\n\tpip install c # d", ["c"]),
        ("PIP = pip\nx:\n\t$(PIP) install a\n\t${PIP} install b", ["a", "b"]),
        ("PIP := python3 -m pip\nx:\n\t$(PIP) install a", ["a"]),
        ("V = .venv\nPIP ?= $(V)/bin/pip\nx:\n\t$(PIP) install a", ["a"]),
        ("PIP = echo\nPIP = pip\nx:\n\t$(PIP) install a", ["a"]),
        ("PIP = pip\nPIP = echo\nx:\n\t$(PIP) install a", []),
        ("PIP = pip\nPIP ?= echo\nx:\n\t$(PIP) install a", ["a"]),
        (
            "x:\n\t$(PIP) install a\n\t$(PYTHON) -m pip install b\n\t$(V)/bin/pip install c",
            list("abc"),
        ),
        ("export PIP := pip # note\nx:\n\t$(PIP) install a", ["a"]),
        ("P := a b>=1 # c\nx:\n\tpip install $(P)\ny:\n\tpip install $(P) d", ["a", "b", "d"]),
        ("P = a \\\n  b\nP += c\nx:\n\tpip install -U ${P}", ["a", "b", "c"]),
        ("P = $(Q) b\nQ = a\nx:\n\tpip install $(P)", ["b", "a"]),
        ("P = $(P) a\nx:\n\tpip install $(P)", ["a"]),
        ("x:\n\tX=$$(pip install a); pip install $$X b", ["a", "b"]),
        ("x:\n\tpip install $@ $< $^ $(@D) a", ["a"]),
        ("x:\n\tpip install a==$(V) b-$(V)", ["a"]),
        ("x:\n\tsh -c 'pip install a'", ["a"]),
        ("define run\n\tpip install a\nendef", ["a"]),
        ("ifeq ($(X),y)\nx:\n\tpip install a\nendif", ["a"]),
        ("x = y: z ; pip install a", []),
        ("# x: ; pip install a", []),
        ("x: pip install a", []),
        ("P = pip install a", []),
        ("x:\n\techo pip install a\n\techo 'pip install b'", []),
        ("x:\n\tcd y && npm install a && pip install b", ["a", "b"]),
        ("pip:\n\tinstall a", []),
        ("", []),
    ],
)
def test_makefiles(text: str, names: list[str]) -> None:
    assert sorted(found(find_in_makefile, text)) == sorted(names)


def test_a_package_of_a_variable_is_found_where_the_variable_is_defined() -> None:
    text = "PACKAGES := qavlo-tisk\nx:\n\tpip install $(PACKAGES)\n"
    (spot,) = find_in_makefile(text)
    assert spot.start == text.index("qavlo")


def test_variables_of_variables_end() -> None:
    lines = ["V0 = pip install x"] + [f"V{n + 1} = " + f"$(V{n}) " * 30 for n in range(30)]
    text = "\n".join(lines) + "\nx:\n" + "\t$(V30)\n\t$(V4)\n\t$(V1)\n" * 20
    assert {spot.name for spot in find_in_makefile(text)} == {"x", "pip", "install"}


CI = [
    ("jobs:\n  x:\n    steps:\n      - run: pip install a\n", ["a"]),
    ("steps:\n  - run: |\n      pip install a\n      pip install \\\n        b\n", ["a", "b"]),
    ("steps:\n  - run: >-\n      pip install\n      a\n      b\n", ["a", "b"]),
    ("steps:\n  - run: 'pip install ''a'' b'\n", ["a", "b"]),
    ('steps:\n  - run: "pip install \\"a\\" b && \\\n      pip install c"\n', ["a", "b", "c"]),
    ("steps:\n  - run: pip install a\n      b\n", ["a", "b"]),
    ("steps:\n  - run: pip install a==${{ matrix.v }} 'b<2' # c\n", ["a", "b"]),
    ("steps:\n  - shell: python\n    run: |\n      pip install a\n  - run: pip install b\n", ["b"]),
    ("steps:\n  - shell: bash -l {0}\n    run: pip install a\n", ["a"]),
    ("steps:\n  - shell: nix develop -c bash -e {0}\n    run: pip install a\n", ["a"]),
    ("steps:\n  # - run: pip install a\n  - name: pip install b\n", []),
    ("steps:\n  - uses: a/github-script@v7\n    with:\n      script: pip install a\n", []),
    ("job:\n  script:\n    - pip install a\n    - |\n      pip install b\n", ["a", "b"]),
    (
        "before_script: pip install a\nj:\n  script: [pip install b, 'x']\n"
        "  after_script: [pip install c]",
        ["a", "b", "c"],
    ),
    ("x: &x\n  - pip install a\njob:\n  script:\n    - [pip install b]\n", ["b"]),
    (
        "jobs:\n  b:\n    steps:\n    - run:\n        name: x\n        command: pip install a\n",
        ["a"],
    ),
    (
        "steps:\n- script: pip install a\n- bash: pip install b\n- pwsh: pip install c\n",
        list("abc"),
    ),
    ("install:\n  - pip install a\nscript:\n  - pip install b && tox\n", ["a", "b"]),
    ("build:\n  jobs:\n    post_install:\n      - pip install a\n", ["a"]),
    ("phases:\n  install:\n    commands:\n      - pip install a\n", ["a"]),
    ("lint_script: pip install a\n", ["a"]),
    (
        "services:\n  x:\n    command: pip install a\n    entrypoint: [pip, install, b]\n",
        ["a", "b"],
    ),
    ('services:\n  x:\n    command: ["sh", "-c", "pip install \'a\' b"]\n', ["a", "b"]),
    ("services:\n  x:\n    command:\n      - pip\n      - install\n      - a\n", ["a"]),
    ('{"postCreateCommand": "pip install a && npm i b"}', ["a", "b"]),
    ('{"postCreateCommand": ["pip", "install", "a"]}', ["a"]),
    ('{"onCreateCommand": {"x": "pip install a", "y": ["pip", "install", "b"]}}', ["a", "b"]),
    ('{"postStartCommand": "pip install \\"a\\" b"}', ["a", "b"]),
    ('{"name": "pip install a", "x": ["pip install b"]}', []),
    (
        "repos:\n- repo: x\n  hooks:\n  - id: mypy\n"
        "    additional_dependencies: [a==1, 'b>=2', '.', \"c[d]\"]\n",
        ["a", "b", "c"],
    ),
    (
        "repos:\n- hooks:\n  - id: x\n    language: node\n    additional_dependencies:\n"
        "    - a@1.2.3\n    - '@b/c'\n",
        ["a", "@b/c"],
    ),
    (
        "repos:\n- hooks:\n  - id: x\n    additional_dependencies:\n    - a@1\n    - '@b/c@2'\n",
        ["a", "@b/c"],
    ),
    ("repos:\n- hooks:\n  - language: system\n    additional_dependencies: [a]\n", []),
    ("install:\n  - requirements: x.txt\n", []),
    ("run: [1, 2, null]\ncommand: 3\nscript:\n", []),
    ("a: b: c\n\t- x", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "names"), CI)
def test_configuration_of_pipelines(text: str, names: list[str]) -> None:
    assert found(find_in_config, text) == names
    windows = text.replace("\n", "\r\n")
    assert found(find_in_config, windows) == names


def test_a_hook_declares_its_packages() -> None:
    text = "repos:\n- hooks:\n  - id: x\n    additional_dependencies: [a==1]\n"
    (spot,) = find_in_config(text)
    assert (spot.kind, spot.version, spot.ecosystem) == ("manifest", "==1", "pypi")


PIECES = [
    "FROM x\n", "RUN ", "pip install ", "a", " ", "\n", "\t", "\\\n", "# ", "<<EOF\n", "EOF\n", "[",
    "]", '"', "'", ",", "x: ", "run: ", "- ", "|\n", ">-\n", "  ", "$(", "${", "$$", ")", "P = ",
    "script: ", "{", "}", "&a ", "*a", "ONBUILD ", "SHELL ", "\r\n", "é", "\ud800", "\x00",
    "\ufeff", "command: ", "additional_dependencies: ", "language: node\n", "$(P)",
    "define x\n", "\\u0061",
]  # fmt: skip


@pytest.mark.parametrize("finder", FINDERS)
@given(text=st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=80))
def test_any_text_gives_spots_within_it(finder: Finder, text: str) -> None:
    for spot in finder(text):
        assert 0 <= spot.start < spot.end <= len(text)


@given(st.text('abc"\\/ \n\té\U0001f600', max_size=12), st.booleans())
def test_names_stand_behind_any_escapes(noise: str, ascii_only: bool) -> None:
    command = f"echo '{noise}' ; pip install qavlo-tisk"
    text = json.dumps({"postCreateCommand": command}, ensure_ascii=ascii_only)
    assert found(find_in_config, text) == ["qavlo-tisk"]
    text = "RUN " + json.dumps(["sh", "-c", command], ensure_ascii=ascii_only)
    assert found(find_in_dockerfile, text) == ["qavlo-tisk"]


@pytest.mark.parametrize(
    ("finder", "piece"),
    [
        (find_in_dockerfile, "RUN <<A\n"),
        (find_in_dockerfile, "RUN pip install a \\\n"),
        (find_in_dockerfile, "ONBUILD "),
        (find_in_dockerfile, "RUN [\n"),
        (find_in_dockerfile, "# escape=`\n"),
        (find_in_makefile, "a=$(a)\n\tpip install $(a)\n"),
        (find_in_makefile, "a += pip install b\n"),
        (find_in_makefile, "\t$(\n"),
        (find_in_makefile, "a:;\\\n"),
        (find_in_config, "- run: pip install a\n"),
        (find_in_config, "run: >\n"),
    ],
)
def test_time_is_linear(finder: Finder, piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        begin = time.process_time()
        finder(text)
        return time.process_time() - begin

    seconds(1000)
    small = min(seconds(10_000) for _ in range(3))
    assert min(seconds(80_000) for _ in range(2)) < max(small * 24, 0.1)
