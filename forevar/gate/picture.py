"""PNG and JPEG → the texts they carry beside the picture. What is drawn in pixels is not read."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from forevar.gate.piece import Piece

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def picture_pieces(raw: bytes, where: str) -> Iterator[Piece]:
    """Text chunks, EXIF and XMP of a picture, and whatever follows its end."""
    if not raw.startswith(SIGNATURE):
        for text in _printable(raw[:65536]):
            yield Piece(f"{where}, properties", text)
        return
    place = len(SIGNATURE)
    while place + 8 <= len(raw):
        (length,) = struct.unpack(">I", raw[place : place + 4])
        name, body = raw[place + 4 : place + 8], raw[place + 8 : place + 8 + length]
        place += 12 + length
        if name in (b"tEXt", b"iTXt", b"zTXt", b"eXIf"):
            yield Piece(f"{where}, {name.decode()}", _chunk(name, body))
        if name == b"IEND":
            break
    if raw[place:].strip(b"\x00"):
        yield Piece(f"{where}, after its end", raw[place:].decode("utf-8", errors="replace"))


def _chunk(name: bytes, body: bytes) -> str:
    if name == b"zTXt":
        key, _, rest = body.partition(b"\x00")
        return f"{key.decode('latin-1')}: {zlib.decompressobj().decompress(rest[1:], 1 << 20).decode('latin-1')}"
    if name == b"iTXt":
        key, _, rest = body.partition(b"\x00")
        packed, text = rest[:1] == b"\x01", rest[2:].split(b"\x00", 2)[-1]
        text = zlib.decompressobj().decompress(text, 1 << 20) if packed else text
        return f"{key.decode('latin-1')}: {text.decode('utf-8', errors='replace')}"
    return body.decode("utf-8" if name == b"eXIf" else "latin-1", errors="replace").replace("\x00", ": ")


def _printable(raw: bytes) -> list[str]:
    text = "".join(chr(one) if 32 <= one < 127 else "\n" for one in raw)
    return [line for line in text.split("\n") if len(line) > 7]
