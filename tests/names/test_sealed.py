from __future__ import annotations

import hashlib
import json
import random
import sys
from pathlib import Path

import pytest

from unghost import UnghostError
from unghost.ecosystems.registry import Entry
from unghost.names.building import build_snapshot
from unghost.names.sealed import (
    _MAGIC,
    PASSPHRASE,
    _in_base64,
    _private_key,
    export_snapshot,
    import_snapshot,
    make_key,
)
from unghost.names.snapshot import Snapshot


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a snapshot, a key pair, another key pair, and the snapshot sealed."""
    folder = tmp_path_factory.mktemp("sealed")
    build_snapshot(
        [Entry("requests", "2011-02-14"), Entry("flask")],
        folder / "s.names",
        ecosystem="pypi",
        source="a test",
        date="2026-01-01",
        complete=True,
        popular=["requests"],
    )
    make_key(folder / "key")
    make_key(folder / "other")
    export_snapshot(folder / "s.names", folder / "sealed", folder / "key")
    return folder


def refuse(sealed: Path, trusted: Path, folder: Path, message: str) -> None:
    output = folder / "out" / "o.names"
    with pytest.raises(UnghostError, match=message) as caught:
        import_snapshot(sealed, output, trusted)
    assert "\n" not in str(caught.value)
    assert not output.exists()
    assert not output.parent.exists() or list(output.parent.iterdir()) == []


def test_what_was_exported_comes_back_byte_for_byte(place: Path, tmp_path: Path) -> None:
    output = tmp_path / "o.names"
    header = import_snapshot(place / "sealed", output, place / "key.pub")
    assert output.read_bytes() == (place / "s.names").read_bytes()
    assert Snapshot.open(output).header == header


def test_the_private_key_is_for_its_owner_alone(place: Path) -> None:
    assert (place / "key").stat().st_mode & 0o777 == 0o600
    assert b"PRIVATE" in (place / "key").read_bytes()
    assert b"PRIVATE" not in (place / "key.pub").read_bytes()


@pytest.mark.parametrize("there", ["key", "key.pub"])
def test_no_key_is_overwritten(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("dear")
    with pytest.raises(UnghostError, match="already"):
        make_key(tmp_path / "key")
    assert [entry.name for entry in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "dear"


def test_a_key_may_be_locked(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE, "open sesame")
    public = make_key(tmp_path / "key")
    assert b"ENCRYPTED" in (tmp_path / "key").read_bytes()
    export_snapshot(place / "s.names", tmp_path / "sealed", tmp_path / "key")
    # A passphrase does not keep a key without one from being used.
    export_snapshot(place / "s.names", tmp_path / "sealed2", place / "key")
    import_snapshot(tmp_path / "sealed", tmp_path / "o", public)
    for wrong in ("open barley", ""):
        monkeypatch.setenv(PASSPHRASE, wrong)
        with pytest.raises(UnghostError, match=f"is locked: .* {PASSPHRASE}"):
            export_snapshot(place / "s.names", tmp_path / "x", tmp_path / "key")
    assert not (tmp_path / "x").exists()


def test_another_key_is_refused(place: Path, tmp_path: Path) -> None:
    refuse(place / "sealed", place / "other.pub", tmp_path, "signed with another key")


def test_a_seal_of_ones_own_does_not_help_a_forger(place: Path, tmp_path: Path) -> None:
    # The forger signs with a key of his own and names the trusted one in the seal.
    export_snapshot(place / "s.names", tmp_path / "forged", place / "other")
    ours, forged = (_seal(path) for path in (place / "sealed", tmp_path / "forged"))
    forged["public_key"] = ours["public_key"]
    _write(tmp_path / "forged", forged, (place / "s.names").read_bytes())
    refuse(tmp_path / "forged", place / "key.pub", tmp_path, "not what was signed")


def test_every_altered_byte_is_refused(place: Path, tmp_path: Path) -> None:
    whole = (place / "sealed").read_bytes()
    chosen = random.Random(0)
    for position in [*range(600), *range(600, len(whole), 7)]:
        altered = bytearray(whole)
        altered[position] ^= chosen.randrange(1, 256)
        (tmp_path / "x").write_bytes(bytes(altered))
        refuse(tmp_path / "x", place / "key.pub", tmp_path, "x ")


def test_every_truncation_and_any_addition_is_refused(place: Path, tmp_path: Path) -> None:
    whole = (place / "sealed").read_bytes()
    lengths = [*range(600), *range(600, len(whole), 7)]
    for content in [*(whole[:length] for length in lengths), whole[:-1], whole + b"\0"]:
        (tmp_path / "x").write_bytes(content)
        refuse(tmp_path / "x", place / "key.pub", tmp_path, "x ")


@pytest.mark.parametrize(
    "change",
    [
        {"signature": ""},
        {"signature": "AA=="},
        {"signature": None},
        {"signature": "é"},
        {"algorithm": "none"},
        {"public_key": "AA=="},
    ],
)
def test_a_seal_without_a_signature_is_refused(
    place: Path, tmp_path: Path, change: dict[str, object]
) -> None:
    _write(tmp_path / "x", _seal(place / "sealed") | change, (place / "s.names").read_bytes())
    refuse(tmp_path / "x", place / "key.pub", tmp_path, "no signature that can be read")


@pytest.mark.parametrize("seal", [b"", b"[]", b"1", b"[" * 4000, b"\xff", b"{}"])
def test_a_strange_seal_is_refused(place: Path, tmp_path: Path, seal: bytes) -> None:
    content = b"unghost sealed 1\n" + len(seal).to_bytes(4, "little") + seal
    (tmp_path / "x").write_bytes(content)
    refuse(tmp_path / "x", place / "key.pub", tmp_path, "no signature that can be read")


def test_a_snapshot_without_a_seal_is_refused(place: Path, tmp_path: Path) -> None:
    refuse(place / "s.names", place / "key.pub", tmp_path, "is not a sealed snapshot")
    refuse(tmp_path / "none", place / "key.pub", tmp_path, "cannot read")


def test_a_damaged_snapshot_is_not_signed(place: Path, tmp_path: Path) -> None:
    content = bytearray((place / "s.names").read_bytes())
    content[-3] ^= 1
    (tmp_path / "s").write_bytes(bytes(content))
    with pytest.raises(UnghostError, match="is damaged"):
        export_snapshot(tmp_path / "s", tmp_path / "x", place / "key")
    assert not (tmp_path / "x").exists()


def test_a_signature_makes_no_snapshot_sound(place: Path, tmp_path: Path) -> None:
    # Signed by a trusted hand, but by another version of the program.
    content = b"unghost names 7\n" + bytes(100)
    digest = hashlib.sha256(content).digest()
    signature = _private_key(place / "key").sign(_MAGIC + digest)
    seal = _seal(place / "sealed") | {"signature": _in_base64(signature)}
    _write(tmp_path / "x", seal, content)
    refuse(tmp_path / "x", place / "key.pub", tmp_path, f"{tmp_path / 'x'} is of another version")


@pytest.mark.parametrize("content", [b"", b"hello", b"-----BEGIN PUBLIC KEY-----\n"])
def test_what_is_no_key_is_named(place: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "k").write_bytes(content)
    refuse(place / "sealed", tmp_path / "k", tmp_path, "no public Ed25519 key")
    with pytest.raises(UnghostError, match="no private Ed25519 key"):
        export_snapshot(place / "s.names", tmp_path / "x", tmp_path / "k")
    refuse(place / "sealed", place / "key", tmp_path, "no public Ed25519 key")
    refuse(place / "sealed", tmp_path / "none", tmp_path, "cannot read the key")


def test_a_key_of_another_kind_is_named(place: Path, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    key = X25519PrivateKey.generate()
    pem = serialization.Encoding.PEM
    (tmp_path / "k").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (tmp_path / "k.pub").write_bytes(
        key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    refuse(place / "sealed", tmp_path / "k.pub", tmp_path, "no public Ed25519 key")
    with pytest.raises(UnghostError, match="no private Ed25519 key"):
        export_snapshot(place / "s.names", tmp_path / "x", tmp_path / "k")


def test_without_the_library_the_extra_is_named(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives", None)
    for attempt in (
        lambda: make_key(tmp_path / "k"),
        lambda: export_snapshot(place / "s.names", tmp_path / "x", place / "key"),
        lambda: import_snapshot(place / "sealed", tmp_path / "o", place / "key.pub"),
    ):
        with pytest.raises(UnghostError, match=r"need cryptography.* the extra 'sign'"):
            attempt()
    assert list(tmp_path.iterdir()) == []


def _seal(path: Path) -> dict[str, object]:
    content = path.read_bytes()
    length = int.from_bytes(content[17:21], "little")
    seal = json.loads(content[21 : 21 + length])
    assert isinstance(seal, dict)
    return seal


def _write(path: Path, seal: dict[str, object], content: bytes) -> None:
    text = json.dumps(seal).encode()
    path.write_bytes(b"unghost sealed 1\n" + len(text).to_bytes(4, "little") + text + content)
