r"""Sealed snapshots: signed, so that they can be carried to where no registry can be asked.

    unghost sealed 1\n   17 bytes
    length               an unsigned 32-bit number, little-endian: of the seal
    seal                 JSON: algorithm, public key and signature, the last two in base64
    snapshot             the snapshot's file as it is

The signature is Ed25519 (RFC 8032) over the first line and the sha256 of the snapshot's bytes, so
that neither side holds them in memory. The key in the seal only tells whose it is; what counts is
the one that the importer trusts. The format is this project's own.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from unghost.errors import UnghostError, missing_extra
from unghost.names.snapshot import SnapshotHeader, verify_snapshot
from unghost.storage.atomic import atomic_path, write_error, write_text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

PASSPHRASE = "UNGHOST_KEY_PASSPHRASE"
"""The environment variable with the passphrase of a private key; unset or empty for none."""

_MAGIC = b"unghost sealed 1\n"
_ALGORITHM = "ed25519"
_LONGEST_SEAL = 4096
_LONGEST_KEY = 1 << 16
_CHUNK = 1 << 20


def make_key(path: Path) -> Path:
    """Write a key pair: the private key readable by its owner only, the public one next to it.

    Both are PEM files; the private key is encrypted if :data:`PASSPHRASE` is set.

    Returns:
        The path of the public key, the private one's with ``.pub`` after it.

    Raises:
        UnghostError: A file is there already, or cannot be written.
    """
    serialization = _serialization()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public = path.with_name(path.name + ".pub")
    for place in (path, public):
        if place.exists():
            raise UnghostError(f"there is a file {place} already: choose another name for the key")
    key, passphrase = Ed25519PrivateKey.generate(), _passphrase()
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase)
        if passphrase
        else serialization.NoEncryption(),
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(private)
    except OSError as error:
        raise write_error(path, error) from error
    pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    write_text(public, pem.decode("ascii"))
    return public


def export_snapshot(snapshot: Path, path: Path, key: Path) -> SnapshotHeader:
    """Write a sealed copy of a snapshot.

    Args:
        snapshot: The snapshot; it is read through first.
        path: The file to write.
        key: A private key, PEM.

    Raises:
        UnghostError: The snapshot is not sound, the key is none or locked, the library for
            signatures is missing, or the file cannot be written.
    """
    private = _private_key(key)
    header = verify_snapshot(snapshot)
    with open(snapshot, "rb") as source, atomic_path(path) as temporary:
        statement = _MAGIC + hashlib.file_digest(source, "sha256").digest()
        seal = {
            "algorithm": _ALGORITHM,
            "public_key": _in_base64(private.public_key().public_bytes_raw()),
            "signature": _in_base64(private.sign(statement)),
        }
        text = json.dumps(seal, sort_keys=True).encode("ascii")
        source.seek(0)
        with temporary.open("wb") as file:
            file.write(_MAGIC + len(text).to_bytes(4, "little") + text)
            while chunk := source.read(_CHUNK):
                file.write(chunk)
    return header


def import_snapshot(sealed: Path, path: Path, trusted: Path) -> SnapshotHeader:
    """Write the snapshot of a sealed file, if a trusted key signed it.

    Nothing but the seal is read as anything but bytes before the signature has been verified.

    Args:
        sealed: The sealed file.
        path: The snapshot's file to write.
        trusted: The public key, PEM.

    Raises:
        UnghostError: The file is not sealed, was signed with another key or changed since, holds no
            sound snapshot, the key is none, the library for signatures is missing, or the file
            cannot be written; nothing is written then.
    """
    key = _public_key(trusted)
    try:
        source = open(sealed, "rb")  # noqa: SIM115 - it is closed below; only opening is caught
    except OSError as error:
        raise UnghostError(f"cannot read {sealed}: {error.strerror}") from error
    with source, atomic_path(path) as temporary:
        public, signature = _read_seal(sealed, source)
        if public != key.public_bytes_raw():
            raise UnghostError(
                f"{sealed} is signed with another key than {trusted}: trust it only if you know"
                " whose it is"
            )
        digest = hashlib.sha256()
        with temporary.open("wb") as file:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                file.write(chunk)
        _verify(key, signature, _MAGIC + digest.digest(), sealed)
        try:
            return verify_snapshot(temporary)
        except UnghostError as error:
            raise UnghostError(str(error).replace(str(temporary), str(sealed))) from error


def _read_seal(path: Path, file: BinaryIO) -> tuple[bytes, bytes]:
    """Return the public key and the signature; the file stands at the snapshot then."""
    if file.read(len(_MAGIC)) != _MAGIC:
        raise UnghostError(f"{path} is not a sealed snapshot: make one with 'unghost names export'")
    text = file.read(min(int.from_bytes(file.read(4), "little"), _LONGEST_SEAL))
    try:
        seal: Any = json.loads(text)
        public = base64.b64decode(seal["public_key"], validate=True)
        signature = base64.b64decode(seal["signature"], validate=True)
        sound = seal["algorithm"] == _ALGORITHM and (len(public), len(signature)) == (32, 64)
    except (ValueError, TypeError, KeyError, RecursionError):
        sound = False
    if not sound:
        raise UnghostError(f"{path} has no signature that can be read: export the snapshot again")
    return public, signature


def _verify(key: Ed25519PublicKey, signature: bytes, statement: bytes, path: Path) -> None:
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(signature, statement)
    except InvalidSignature:
        raise UnghostError(
            f"{path} is not what was signed: it is damaged or was changed, so fetch it again"
        ) from None


def _private_key(path: Path) -> Ed25519PrivateKey:
    serialization = _serialization()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    pem = _key_file(path)
    try:
        key = serialization.load_pem_private_key(pem, None)
    except TypeError:  # it is encrypted
        try:
            key = serialization.load_pem_private_key(pem, _passphrase())
        except (TypeError, ValueError):
            raise UnghostError(
                f"the key {path} is locked: set its passphrase in {PASSPHRASE}"
            ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise _no_key(path, "private") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path, "private")
    return key


def _public_key(path: Path) -> Ed25519PublicKey:
    serialization = _serialization()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = serialization.load_pem_public_key(_key_file(path))
    except (ValueError, UnsupportedAlgorithm):
        raise _no_key(path, "public") from None
    if not isinstance(key, Ed25519PublicKey):
        raise _no_key(path, "public")
    return key


def _key_file(path: Path) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(_LONGEST_KEY)
    except OSError as error:
        raise UnghostError(f"cannot read the key {path}: {error.strerror}") from error


def _no_key(path: Path, kind: str) -> UnghostError:
    return UnghostError(
        f"{path} is no {kind} Ed25519 key in PEM form: make a pair with 'unghost names keygen'"
    )


def _passphrase() -> bytes | None:
    return os.environ.get(PASSPHRASE, "").encode() or None


def _in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _serialization() -> Any:
    try:
        from cryptography.hazmat.primitives import serialization
    except ImportError as error:
        raise missing_extra(error) or error from None
    return serialization
