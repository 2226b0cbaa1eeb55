"""Small pictures of images, for the composer and the thread. A bomb is refused before it is unpacked."""

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor
from typing import IO

from PIL import ExifTags, Image

from chatkit_protocol.codec import RequestError
from chatkit_server.files.checking import media_type

FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
"""Images that are shown; others (SVG can hold scripts, TIFF is no thing of browsers) are files like any other."""
SIDE = 512
"""Pixels of the longer side, enough for screens with two pixels a point."""
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each orientation of EXIF."""
_hands = ThreadPoolExecutor(2, thread_name_prefix="chatkit-pictures")
"""How many pictures are unpacked at a time: each may take four bytes a pixel."""


def is_shown(mime_type: str) -> bool:
    """Tell whether files of this type get a preview."""
    return media_type(mime_type) in FORMATS


async def preview(file: IO[bytes], mime_type: str, *, max_pixels: int) -> bytes:
    """Make a small picture as PNG.

    Raises:
        RequestError: when it is no such image, or one with too many pixels.
    """
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_hands, _preview, file, FORMATS[media_type(mime_type)], max_pixels)


def _preview(file: IO[bytes], kind: str, max_pixels: int) -> bytes:
    try:
        with Image.open(file, formats=[kind]) as image:
            _hold_to_size(image, max_pixels)
            image.draft("RGB", (SIDE, SIDE))
            image.thumbnail((SIDE, SIDE))
            small = _upright(image)
            out = io.BytesIO()
            # Made anew, so that where a photograph was taken is not shown with it.
            small.convert("RGBA" if small.has_transparency_data else "RGB").save(out, "PNG", exif=b"")
            return out.getvalue()
    except (RequestError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many(max_pixels) from None
    except Exception:  # noqa: BLE001 - a stranger's bytes make decoders raise nearly anything
        raise RequestError("the image cannot be read", reason="type") from None
    finally:
        file.seek(0)


def _upright(image: Image.Image) -> Image.Image:
    """Turn a photograph as the camera was held. What cannot be read of its metadata turns nothing."""
    try:
        turn = TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - as above; the picture itself is whole
        turn = None
    return image if turn is None else image.transpose(turn)


def _hold_to_size(image: Image.Image, max_pixels: int) -> None:
    if image.width * image.height > max_pixels:
        raise _too_many(max_pixels)


def _too_many(max_pixels: int) -> RequestError:
    return RequestError(f"images have at most {max_pixels} pixels", code="too_large", reason="pixels")
