"""The names of a simple index in HTML: the texts of its anchors (PEP 503, found)."""

from __future__ import annotations

import codecs
from html.parser import HTMLParser

from unghost.registries.streams import damaged

_LONGEST_TAG = 1 << 16


class Anchors(HTMLParser):
    """Reads a page in pieces.

    Attributes:
        ended: Whether the page's own end was read.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url, self._names, self._inside = url, list[str](), False
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.ended = False

    def read(self, piece: bytes) -> list[str]:
        """Read a piece and give the names that are whole by now.

        Raises:
            UnghostError: A tag is so long that it is none.
        """
        self.feed(self._decoder.decode(piece))
        if len(self.rawdata) > _LONGEST_TAG:
            raise damaged(self._url)
        kept = self._names[-1:] if self._inside else []
        names = self._names[: len(self._names) - len(kept)]
        self._names = kept
        return names

    def end(self) -> list[str]:
        """Return the names that are left."""
        self.close()
        names, self._names = self._names, []
        return names

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a name."""
        if tag == "a":
            self._inside = True
            self._names.append("")

    def handle_endtag(self, tag: str) -> None:
        """End a name, or the page."""
        self._inside = self._inside and tag != "a"
        self.ended = self.ended or tag in ("html", "body")

    def handle_data(self, data: str) -> None:
        """Append to the current name."""
        if self._inside:
            self._names[-1] += data
