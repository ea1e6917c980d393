"""Packages of Java's and Kotlin's platform, and the groups that other packages may be of.

Source: the package lists of Java SE 8 to 21 and of the Android platform, found. That a library's
packages begin with its group's first two elements is a custom, not a rule: inferred.
"""

from __future__ import annotations

from unghost.ecosystems.base import Candidates

_PACKAGES = """
    java javafx kotlin android dalvik jdk sun
    com.sun com.oracle.jrockit netscape.javascript
    org.ietf.jgss org.omg org.w3c.dom org.xml.sax
    javax.accessibility javax.activation javax.activity javax.annotation javax.crypto javax.imageio
    javax.jws javax.lang.model javax.management javax.naming javax.net javax.print javax.rmi
    javax.script javax.security javax.smartcardio javax.sound javax.sql javax.swing javax.tools
    javax.transaction.xa javax.xml
"""
_PLATFORM = frozenset(_PACKAGES.split())
_DEEPEST = max(package.count(".") + 1 for package in _PLATFORM)
_ELSEWHERE = {
    # Google's own repository has Jetpack; Maven Central does not.
    "androidx": ("androidx.", "com.google.android"),
    "kotlinx": ("org.jetbrains.kotlinx:",),
}


def is_builtin(module: str, language: str) -> bool:
    """Return whether a package or class is of the JDK, Kotlin's standard library or Android."""
    parts = module.split(".", _DEEPEST)[:_DEEPEST]
    beginnings = (".".join(parts[:count]) for count in range(1, len(parts) + 1))
    return ":" not in module and any(package in _PLATFORM for package in beginnings)


def candidates(module: str, language: str) -> Candidates:
    """Return the groups that a package may be of: those that share its first two elements.

    A package's name does not determine the artifact. A class is not an element of a group
    (``lombok.Getter``), so only the first element counts there.
    """
    first, *rest = module.split(".", 2)[:2]
    if first in _ELSEWHERE:
        return Candidates((), _ELSEWHERE[first])
    group = first if not rest or rest[0][:1].isupper() or rest[0] == "*" else f"{first}.{rest[0]}"
    return Candidates((), (f"{group}:", f"{group}.", f"{group}-"))
