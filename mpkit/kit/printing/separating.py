"""Pictures of red, green and blue in a finished document come in; the same go out in the four inks of a press.

A merchant's logo is kept as it looks on a screen. What a press makes of it is its profile's to say (ICC.1:2022), by
relative colours with the black points matched; where a picture is see-through it stays so.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

import pikepdf
from pikepdf import Name
from PIL import Image, ImageCms


def separate(document: pikepdf.Pdf, profile: bytes) -> None:
    """Every picture that is only red, green and blue, in the inks of the press that the profile describes."""
    for one in document.objects:
        if (
            isinstance(one, pikepdf.Stream)
            and one.get("/Subtype") == "/Image"
            and one.get("/ColorSpace") == "/DeviceRGB"
        ):
            size = int(one.Width), int(one.Height)
            one.write(_inked(one.read_bytes(), size, profile))
            one.ColorSpace = Name.DeviceCMYK


@lru_cache(maxsize=4)  # a book's files have one logo
def _inked(pixels: bytes, size: tuple[int, int], profile: bytes) -> bytes:
    """Four octets a pixel, from three."""
    press, screen = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
    turned = ImageCms.profileToProfile(
        Image.frombytes("RGB", size, pixels),
        screen,
        press,
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="CMYK",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert turned is not None  # not in place
    return turned.tobytes()
