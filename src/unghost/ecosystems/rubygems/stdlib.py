"""Modules that come with Ruby: standard library, default and bundled gems of 2.7 to 3.4.

Source: the index of the standard library in Ruby's documentation and stdgems.org, found. Many of
these are gems too (json, csv, bigdecimal): a ``require`` of them is of Ruby first.
"""

from __future__ import annotations

_LIBRARIES = """
    English abbrev base64 benchmark bigdecimal bundler cgi continuation coverage csv date dbm debug
    delegate did_you_mean digest drb enumerator erb error_highlight etc expect fcntl fiber fiddle
    fileutils find forwardable gdbm getoptlong ipaddr irb json kconv logger matrix minitest mkmf
    monitor mutex_m nkf objspace observer open-uri open3 openssl optionparser optparse ostruct
    pathname power_assert pp prettyprint prime prism pstore psych pty racc rake rational rbs rdoc
    readline reline repl_type_completor resolv resolv-replace rexml rinda ripper rss rubygems sdbm
    securerandom set shellwords singleton socket stringio strscan syntax_suggest syslog tempfile
    test-unit thread time timeout tmpdir tracer tsort typeprof un unicode_normalize uri weakref
    webrick win32ole xmlrpc yaml zlib
"""
_WHOLE = frozenset(_LIBRARIES.split())
_PARTS = {
    "digest": {"bubblebabble", "loader", "md5", "rmd160", "sha1", "sha2", "sha256", "version"},
    "io": {"console", "nonblock", "wait"},
    "net": {"ftp", "http", "https", "imap", "pop", "protocol", "smtp", "telnet"},
    "random": {"formatter"},
    "test": {"unit"},
    "win32": {"importer", "registry", "resolv", "sspi"},
    "json": {"add", "common", "ext", "generic_object", "pure", "version"},
    "minitest": {
        "assertions", "autorun", "benchmark", "hell", "mock", "parallel", "pride", "spec", "test",
        "unit",
    },
    "rake": {
        "clean", "dsl_definition", "file_list", "loaders", "multi_task", "packagetask", "task",
        "testtask",
    },
}  # fmt: skip
"""First elements that gems of others share: only these second ones are Ruby's."""


def is_builtin(module: str, language: str) -> bool:
    """Return whether a required path is of Ruby itself."""
    first, slash, rest = module.removesuffix(".rb").partition("/")
    if slash and first in _PARTS:
        return rest.partition("/")[0] in _PARTS[first]
    return first in _WHOLE
