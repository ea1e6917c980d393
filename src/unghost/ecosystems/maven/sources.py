"""The repositories of a build, other than Maven Central, that an artifact may come from."""

from __future__ import annotations

from collections.abc import Iterable

from unghost.records import Origin
from unghost.syntax.address import host_of

_CENTRAL = frozenset({
    "central.maven.org", "central.sonatype.com", "jcenter.bintray.com", "maven.aliyun.com",
    "maven-central.storage.googleapis.com", "oss.sonatype.org", "plugins.gradle.org",
    "repo.huaweicloud.com", "repo.maven.apache.org", "repo.spring.io", "repo1.maven.org",
    "s01.oss.sonatype.org", "uk.maven.org",
})  # fmt: skip
"""Maven Central, its mirrors, and repositories of unreleased versions of what is there."""
_GOOGLE = frozenset({"dl.google.com", "maven.google.com"})
_JITPACK = frozenset({"jitpack.io", "www.jitpack.io"})
_ONLY_GOOGLE = (
    "android.arch.", "androidx.", "com.android.", "com.google.android.", "com.google.firebase",
    "com.google.gms", "com.google.mlkit",
)  # fmt: skip
"""Groups that Google publishes in a repository of its own; inferred from its index of groups."""
_ONLY_JITPACK = (
    "com.bitbucket.", "com.gitee.", "com.github.", "com.gitlab.", "org.bitbucket.",
)  # fmt: skip
"""Groups that JitPack makes of a forge and a user there."""


class Sources:
    """The repositories that a build names.

    Args:
        urls: Their addresses.
    """

    def __init__(self, urls: Iterable[str]) -> None:
        hosts = {host_of(url) for url in urls} - _CENTRAL - _GOOGLE
        self._jitpack = not hosts.isdisjoint(_JITPACK)
        self._others = bool(hosts - _JITPACK)

    def origin(self, group: str) -> Origin:
        """Return where artifacts of a group come from; one of several repositories is ``index``."""
        if self._others or group.startswith(_ONLY_GOOGLE):
            return "index"
        return "index" if self._jitpack and group.startswith(_ONLY_JITPACK) else "registry"
