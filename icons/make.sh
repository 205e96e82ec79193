#!/bin/sh
# Renders every size the desktop bundles ask for from the drawings that draw.py writes. Needs rsvg-convert, ImageMagick, python3.
# Below 48 px the simpler drawing is used; three strands would blur there.
set -eu
cd "$(dirname "$0")"
python3 draw.py

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

render() { # size, file
  source=icon.svg
  [ "$1" -lt 48 ] && source=icon-small.svg
  rsvg-convert --width "$1" --height "$1" "$source" --output "$2"
}

render 32 32x32.png
render 64 64x64.png
render 128 128x128.png
render 256 128x128@2x.png
render 512 icon.png
for size in 30 44 71 89 107 142 150 284 310; do render "$size" "Square${size}x${size}Logo.png"; done
render 50 StoreLogo.png

# Windows: 16 to 128 as bitmaps for old readers, 256 as PNG.
for size in 16 20 24 32 40 48 64 128 256; do render "$size" "$work/$size.png"; done
convert "$work/16.png" "$work/20.png" "$work/24.png" "$work/32.png" "$work/40.png" "$work/48.png" "$work/64.png" "$work/128.png" "$work/256.png" icon.ico

# macOS: a container of PNGs; the type says the size (Apple's IconFamily).
for size in 512 1024; do render "$size" "$work/$size.png"; done
python3 - "$work" <<'PY'
import struct, sys
from pathlib import Path
work = Path(sys.argv[1])
kinds = {"icp4": 16, "icp5": 32, "icp6": 64, "ic07": 128, "ic08": 256, "ic09": 512, "ic10": 1024, "ic11": 32, "ic12": 64, "ic13": 256, "ic14": 512}
body = b""
for kind, size in kinds.items():
    png = (work / f"{size}.png").read_bytes()
    body += kind.encode() + struct.pack(">I", len(png) + 8) + png
Path("icon.icns").write_bytes(b"icns" + struct.pack(">I", len(body) + 8) + body)
PY

# Trays draw it as a template, in the colour of their own text.
rsvg-convert --width 64 --height 64 tray.svg --output tray.png
