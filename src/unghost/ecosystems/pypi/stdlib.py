"""Modules that come with Python, by version.

Source: the package ``stdlibs``, whose lists are read off every release of Python and hold what an
interpreter's own list leaves out: modules of its tests, of other platforms, and private ones such
as ``_xxsubinterpreters``. PEP 3108 for what Python 3 renamed and dropped.
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
"""Modules that neither Python 3 nor a package has: code for several Pythons tries them.

As names of packages they are free for anyone, so they count for imports alone.
"""
_FIRST = (3, 8)
"""The oldest Python whose modules count where the version is not known."""


@lru_cache(maxsize=16)
def stdlib_modules(version: str | None = None) -> frozenset[str]:
    """Return the top-level modules of the standard library.

    Args:
        version: Such as ``3.11``; None gives all modules of 3.8 and later, for code of a Python
            that is not known. Of a version newer than the lists, the newest list is taken.

    Raises:
        UnghostError: The version cannot be read, or is older than any Python 3.
    """
    import stdlibs

    known = {
        release: text
        for text in stdlibs.KNOWN_VERSIONS
        if (release := _release(text)) is not None and release[0] == 3
    }
    if version is None:
        wanted = [text for release, text in known.items() if release >= _FIRST]
        running = sys.stdlib_module_names
        return _UNLISTED.union(running, *(stdlibs.stdlib_module_names(v) for v in wanted))
    release = _release(version)
    if release is None or release < min(known):
        raise UnghostError(f"{version!r} is not a Python version: give one such as 3.11")
    newest = max(listed for listed in known if listed <= release)
    return _UNLISTED | stdlibs.stdlib_module_names(known[newest])


def _release(version: str) -> tuple[int, int] | None:
    """Return major and minor of a version, None if it is none."""
    major, _, rest = version.partition(".")
    minor = rest.partition(".")[0]
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else None
