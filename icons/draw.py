#!/usr/bin/env python3
"""Draws the mark of Skein: a twisted hank of yarn, the way it leaves the dyer, in madder red.

Writes the SVG sources that make.sh renders: icon.svg (three strands a bundle, 48 px and up), icon-small.svg (one strand
a bundle: three would blur below 48 px), mark.svg (the bare mark in the colour of the text around it, for the window) and
tray.svg (one colour, transparent, for system trays).
"""
import math
from pathlib import Path

HERE = Path(__file__).parent
PAPER = "#fdf8f1"
MADDER = "#a5352e"

# Centre line of one bundle from its left tip to its right one, as cubic segments that break where the bundles cross.
# The other bundle is its mirror image. Units are those of a 1024 px tile around (0, 0).
TIP, CROSS, LOBE, BELLY = 352, 132, 128, 112


def segments(sign: int) -> list[str]:
    """Left loop, middle, right loop of one bundle; sign -1 starts upwards."""
    s = sign
    left = f"M{-TIP} 0C{-TIP} {s * LOBE * 1.05} {-CROSS - 78} {s * LOBE * 1.12} {-CROSS} 0"
    middle = f"M{-CROSS} 0C{-CROSS + 68} {-s * BELLY * 0.98} {CROSS - 68} {-s * BELLY * 0.98} {CROSS} 0"
    right = f"M{CROSS} 0C{CROSS + 78} {s * LOBE * 1.12} {TIP} {s * LOBE * 1.05} {TIP} 0"
    return [left, middle, right]


def over_under(draw, halo) -> str:
    """One closed loop, upper-left bundle over at the left crossing, under at the right one."""
    a, b = segments(-1), segments(1)
    back = [f"M{TIP} 0C{TIP} {LOBE * 1.05} {CROSS + 78} {LOBE * 1.12} {CROSS} 0"]  # right loop, tip to crossing
    back.append(f"M{CROSS} 0C{CROSS - 68} {-BELLY * 0.98} {-CROSS + 68} {-BELLY * 0.98} {-CROSS} 0")
    back.append(f"M{-CROSS} 0C{-CROSS - 78} {LOBE * 1.12} {-TIP} {LOBE * 1.05} {-TIP} 0")
    loop = joined(a + [mirror for mirror in back]) + "Z"
    return draw(loop) + crossing("left", joined(a), draw, halo) + crossing("right", joined(b), draw, halo)


def joined(parts: list[str]) -> str:
    """Segments as one path: the first keeps its moveto, the others follow on."""
    return parts[0] + "".join(part[part.index("C") :] for part in parts[1:])


def crossing(side: str, path: str, draw, halo) -> str:
    """The upper bundle once more. Its halo is cut shorter than itself, or the cut would show as a hairline."""
    return f'<g clip-path="url(#{side}-halo)">{halo(path)}</g><g clip-path="url(#{side})" style="isolation:isolate">{draw(path)}</g>'


def clips() -> str:
    """Boxes around the two crossings: one for the bundle, a narrower one for its halo."""
    box = lambda name, x, half: f'<clipPath id="{name}"><rect x="{x - half}" y="-160" width="{2 * half}" height="320"/></clipPath>'
    return "".join(box(name, x, 100) + box(f"{name}-halo", x, 92) for name, x in (("left", -CROSS), ("right", CROSS)))


def stroke(path: str, width: float, colour: str, cap: str = "round") -> str:
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="{cap}" stroke-linejoin="round"/>'


def tile(inner: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1024 1024">'
        f'<defs>{clips()}</defs><rect x="64" y="64" width="896" height="896" rx="208" fill="{MADDER}"/>{inner}</svg>\n'
    )


def bundle(strand: float, gap: float, ink: str, ground: str):
    """Three parallel strands, drawn as nested strokes of one centre line."""
    widths = [(3 * strand + 2 * gap, ink), (strand + 2 * gap, MADDER), (strand, ink)]
    return lambda path: "".join(stroke(path, w, c) for w, c in widths)


def split(start, curve, t: float):
    """De Casteljau: the first part of a cubic (two control points and an end), and the rest."""
    mix = lambda a, b: (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t)
    p1, p2, p3 = curve
    a, b, c = mix(start, p1), mix(p1, p2), mix(p2, p3)
    d, e = mix(a, b), mix(b, c)
    return [a, d, mix(d, e)], [e, c, p3]


def mark() -> list[str]:
    """The loop as two open paths that stop short of what they pass under, so that no ground colour is needed.

    The first comes out from under the left bundle, goes around the right tip, over the right crossing and through the
    middle until the left crossing hides it; the second is the first turned by half a circle.
    """
    right, tip, left = (CROSS, 0), (TIP, 0), (-CROSS, 0)
    outward = [(CROSS + 78, -LOBE * 1.12), (TIP, -LOBE * 1.05), tip]
    homeward = [(TIP, LOBE * 1.05), (CROSS + 78, LOBE * 1.12), right]
    through = [(CROSS - 68, -BELLY * 0.98), (68 - CROSS, -BELLY * 0.98), left]
    hidden, shown = split(right, outward, 0.34)
    before, _ = split(right, through, 0.68)
    half = [hidden[2], *shown, *homeward, *before]
    other = [(-x, -y) for x, y in half]
    return [pen(half), pen(other)]


def pen(points) -> str:
    """A moveto and cubics through the points, in the 24-unit box that icons of the window use, turned like the tile."""
    c, s = math.cos(math.radians(-40)), math.sin(math.radians(-40))
    place = lambda p: f"{12 + (p[0] * c - p[1] * s) * 0.0285:.2f} {12 + (p[0] * s + p[1] * c) * 0.0285:.2f}"
    first, *rest = map(place, points)
    return f"M{first}C{' '.join(rest)}"


def bare(width: float, colour: str) -> str:
    """The mark alone, on nothing."""
    lines = "".join(stroke(path, width, colour) for path in mark())
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{lines}</svg>\n'


if __name__ == "__main__":
    full = over_under(bundle(30, 13, PAPER, MADDER), lambda p: stroke(p, 30 * 3 + 13 * 2 + 40, MADDER, "butt"))
    (HERE / "icon.svg").write_text(tile(f'<g transform="translate(512 512) rotate(-40) scale(1.06)">{full}</g>'))
    small = over_under(lambda p: stroke(p, 78, PAPER), lambda p: stroke(p, 150, MADDER, "butt"))
    (HERE / "icon-small.svg").write_text(tile(f'<g transform="translate(512 512) rotate(-40) scale(1.12)">{small}</g>'))
    (HERE / "mark.svg").write_text(bare(2.1, "currentColor"))
    (HERE / "tray.svg").write_text(bare(2.6, "#000"))  # a template: the system colours it
