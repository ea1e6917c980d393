"""Which modules come with Python, by version.

Source: the running interpreter's own list, what the release notes of 3.8 to 3.14 say was added and
removed, and PEP 3108 for what Python 3 renamed and dropped.
"""

from __future__ import annotations

import sys
from functools import lru_cache

from unghost.errors import UnghostError

_UNLISTED = frozenset({"test", "__main__"})
"""Documented modules that the interpreter's list leaves out."""
_PYTHON_2 = """
__builtin__ anydbm BaseHTTPServer Bastion bsddb CGIHTTPServer commands ConfigParser Cookie
cookielib copy_reg cPickle cStringIO dbhash Dialog DocXMLRPCServer dumbdbm dummy_thread
exceptions FileDialog future_builtins gdbm htmlentitydefs HTMLParser httplib markupbase
md5 mimetools MimeWriter mimify multifile new popen2 Queue repr rexec robotparser
ScrolledText sets sha SimpleDialog SimpleHTTPServer SimpleXMLRPCServer SocketServer
statvfs StringIO thread Tix tkColorChooser tkCommonDialog Tkconstants Tkdnd tkFileDialog
tkFont Tkinter tkMessageBox tkSimpleDialog ttk urllib2 urlparse user UserDict UserList
UserString whichdb _abcoll _winreg xmlrpclib
"""
_OF_OTHERS = ("__pypy__", "_typeshed")
"""Modules that another interpreter or type checkers bring along."""
OLD_MODULES = frozenset((*_PYTHON_2.split(), *_OF_OTHERS))
"""Modules that no Python 3 has and that are no packages: code for several Pythons tries them.

As names of packages they are free for anyone, so they count for imports alone.
"""
_ADDED: dict[str, tuple[int, int]] = {
    "graphlib": (3, 9),
    "zoneinfo": (3, 9),
    "tomllib": (3, 11),
    "annotationlib": (3, 14),
    "compression": (3, 14),
}
_REMOVED: dict[str, tuple[int, int]] = {
    "dummy_threading": (3, 9),
    "_dummy_thread": (3, 9),
    "formatter": (3, 10),
    "parser": (3, 10),
    "symbol": (3, 10),
    "binhex": (3, 11),
    "asynchat": (3, 12),
    "asyncore": (3, 12),
    "distutils": (3, 12),
    "imp": (3, 12),
    "smtpd": (3, 12),
    **dict.fromkeys(
        [
            "aifc",
            "audioop",
            "cgi",
            "cgitb",
            "chunk",
            "crypt",
            "imghdr",
            "lib2to3",
            "mailcap",
            "msilib",
            "nis",
            "nntplib",
            "ossaudiodev",
            "pipes",
            "sndhdr",
            "spwd",
            "sunau",
            "telnetlib",
            "uu",
            "xdrlib",
        ],
        (3, 13),
    ),
}


@lru_cache(maxsize=16)
def stdlib_modules(version: str | None = None) -> frozenset[str]:
    """Give the top-level modules of the standard library.

    Args:
        version: Such as ``3.11``; None gives all modules of 3.8 to 3.14, for code of a Python that
            is not known.

    Raises:
        UnghostError: The version cannot be read.
    """
    known = frozenset(sys.stdlib_module_names) | _UNLISTED | _ADDED.keys() | _REMOVED.keys()
    if version is None:
        return known
    # Judging for any version needs none of it, and it takes long to import.
    from packaging.version import InvalidVersion, Version

    try:
        parsed = Version(version)
    except InvalidVersion:
        raise UnghostError(f"{version!r} is not a Python version: give one such as 3.11") from None
    wanted = (parsed.major, parsed.minor)
    return frozenset(
        module
        for module in known
        if _ADDED.get(module, (0, 0)) <= wanted < _REMOVED.get(module, (99, 0))
    )
