"""The cover: a moon over water, drawn from what a track is.

The colour follows the beat, from the indigo of deep sleep to the red of gamma. Each wave is the
sum of two near ones, as the sound is, so the water swells and rests: slowly for a slow beat. All
else (where the moon stands, how the waves lie, the stars) follows from the rest of the spec.
"""

import hashlib
from dataclasses import dataclass

import numpy as np

from audio.curves import values_at
from audio.png import indexed, ramp
from audio.spec import TrackSpec

SIZE = 1024

# Rows drawn at a time: what is between stays in the processor's cache.
BAND = 64

# Beats in Hz and their colours; between them the colour goes evenly with the octaves.
COLOURS = (
    (2.0, "#3f4fc0"),
    (4.0, "#6c46b4"),
    (6.0, "#0d8290"),
    (10.0, "#2b8350"),
    (20.0, "#a06c0a"),
    (40.0, "#b0392c"),
)
WITHOUT_BEAT = "#545c72"

# Lengths are fractions of the picture's side, from its upper left corner.
MOON_Y, MOON_RADIUS, GLOW_RADIUS = 0.37, 0.15, 0.30
WAVES, STARS = 7, 40
HORIZON, FRONT = 0.50, 0.90
DEEPENING, DEPTH = 0.12, 0.16


@dataclass(frozen=True)
class _Wave:
    """One line of water: everything below ``line`` is filled.

    ``shade`` is its darkness away from the moon's light, ``light`` what the light adds within
    ``reach`` to both sides.
    """

    top: float
    shade: float
    light: float
    reach: float
    line: np.ndarray


@dataclass(frozen=True)
class _Scene:
    """The picture as numbers; shades run from 0, night, to 1, the moon."""

    palette: np.ndarray
    moon_x: float
    stars: np.ndarray
    waves: tuple[_Wave, ...]


def png(spec: TrackSpec) -> bytes:
    """The cover of ``spec`` as a PNG file of 1024 × 1024 pixels; the same for the same spec."""
    scene = _scene(spec)
    bands = [_drawn(scene, first) for first in range(0, SIZE, BAND)]
    return indexed(np.concatenate(bands), scene.palette)


def _drawn(scene: _Scene, first: int) -> np.ndarray:
    """Shades of ``BAND`` rows of pixels from ``first`` on, float32."""
    x = _across()
    y = x[first : first + BAND, np.newaxis]
    glow = _bell(x - scene.moon_x, GLOW_RADIUS) * _bell(y - MOON_Y, GLOW_RADIUS)
    shades = _sky(y) + 0.34 * glow
    for star_x, star_y, brightness in scene.stars:
        row, column = int(star_y * SIZE) - first, int(star_x * SIZE)
        shades[max(0, row) : max(0, row + 2), column : column + 2] += brightness
    distance = np.hypot(x - scene.moon_x, y - MOON_Y)
    _fill(shades, MOON_RADIUS - distance, _moon(y))
    for wave in scene.waves:
        # Nothing of a wave stands higher than this; the rows above need no work.
        top = max(0, int(wave.line.min() * SIZE) - first)
        below = y[top:] - wave.line
        lit = wave.shade + wave.light * _bell(x - scene.moon_x, wave.reach)
        deep = np.clip((y[top:] - wave.top) / DEEPENING, 0, 1)
        _fill(shades[top:], below, lit * (1 - DEPTH * deep))
    return shades.astype(np.float32)


def svg(spec: TrackSpec) -> str:
    """The same picture as SVG text: shapes and gradients only, no scripts, links or fonts."""
    scene = _scene(spec)

    def colour(shade: float) -> str:
        return f"#{bytes(scene.palette[round(min(max(shade, 0), 1) * 255)]).hex()}"

    moon_x = f"{scene.moon_x * SIZE:.0f}"
    moon_y, moon_radius = f"{MOON_Y * SIZE:.0f}", f"{MOON_RADIUS * SIZE:.0f}"
    sky = [(at, colour(_sky(at)), 1) for at in (0, 0.25, 0.5, 1)]
    glow = [(at / 8, colour(0.5), 0.8 * _bell(at / 8 * 2, 1)) for at in range(8)]
    moon = [(at, colour(_moon(MOON_Y + (2 * at - 1) * MOON_RADIUS)), 1) for at in (0, 0.5, 1)]
    defined = [
        _gradient("sky", sky, 'x2="0" y2="1"'),
        _gradient("glow", [*glow, (1, colour(0.5), 0)], kind="radial"),
        _gradient("moon", moon, 'x2="0" y2="1"'),
    ]
    drawn = [
        f'<rect width="{SIZE}" height="{SIZE}" fill="url(#sky)"/>',
        f'<circle cx="{moon_x}" cy="{moon_y}" r="{2 * GLOW_RADIUS * SIZE:.0f}" fill="url(#glow)"/>',
        *(
            f'<circle cx="{x * SIZE:.0f}" cy="{y * SIZE:.0f}" r="1.2" '
            f'fill="{colour(1)}" opacity="{brightness:.2f}"/>'
            for x, y, brightness in scene.stars
        ),
        f'<circle cx="{moon_x}" cy="{moon_y}" r="{moon_radius}" fill="url(#moon)"/>',
    ]
    for number, wave in enumerate(scene.waves):
        places = np.linspace(0, 1, 17)
        lit = wave.shade + wave.light * _bell(places - scene.moon_x, wave.reach)
        stops = [(at, colour(shade), 1) for at, shade in zip(places, lit, strict=True)]
        down = (
            f'gradientUnits="userSpaceOnUse" x2="0" y1="{wave.top * SIZE:.0f}" '
            f'y2="{(wave.top + DEEPENING) * SIZE:.0f}"'
        )
        defined += [
            _gradient(f"wave{number}", stops),
            _gradient(f"deep{number}", [(0, colour(0), 0), (1, colour(0), DEPTH)], down),
        ]
        path = f'd="{_outline(wave.line)}"'
        drawn += [f'<path fill="url(#{name}{number})" {path}/>' for name in ("wave", "deep")]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}">'
        f"<defs>{''.join(defined)}</defs>{''.join(drawn)}</svg>"
    )


def _scene(spec: TrackSpec) -> _Scene:
    beat_hz = _beat_hz(spec)
    digest = hashlib.sha256(spec.to_json().encode()).digest()
    random = np.random.PCG64(int.from_bytes(digest)).random_raw(1 + 3 * STARS + 2 * WAVES) / 2.0**64
    moon_x = 0.34 + 0.32 * random[0]
    stars = random[1 : 1 + 3 * STARS].reshape(-1, 3) * [1, HORIZON - 0.02, 0.45] + [0, 0, 0.1]
    away = np.hypot(stars[:, 0] - moon_x, stars[:, 1] - MOON_Y) > 1.7 * MOON_RADIUS
    starts = random[1 + 3 * STARS :].reshape(WAVES, 2)
    octaves = np.log2((beat_hz or 2.0) / 0.5)
    return _Scene(
        palette=_palette(beat_hz),
        moon_x=moon_x,
        stars=stars[away],
        waves=tuple(_wave(n / (WAVES - 1), octaves, start) for n, start in enumerate(starts)),
    )


def _wave(nearness: float, octaves: float, start: np.ndarray) -> _Wave:
    """The wave that lies ``nearness`` of the way from the horizon, 0, to the viewer, 1.

    ``octaves`` is the beat above 0.5 Hz: faster beats make shorter waves and more swells.
    """
    x = _across()
    top = HORIZON + (FRONT - HORIZON) * nearness**1.25
    stretched = 1.15 - 0.65 * nearness
    swell = np.cos(np.pi * (0.6 + 0.5 * octaves) * stretched * (x - start[0]))
    ripple = np.sin(2 * np.pi * ((2.5 + 1.25 * octaves) * stretched * x + start[1]))
    return _Wave(
        top=top,
        shade=0.40 - 0.30 * nearness,
        light=0.34 * (1 - nearness) ** 1.2 + 0.05,
        reach=0.13 + 0.10 * nearness,
        line=top + (0.012 + 0.020 * nearness) * swell * ripple,
    )


def _beat_hz(spec: TrackSpec) -> float | None:
    """The first beat's rate in the middle of the track, where a session is what it is for."""
    if not spec.beats:
        return None
    return float(values_at(spec.beats[0].beat_hz, np.array([spec.duration_s / 2]))[0])


def _palette(beat_hz: float | None) -> np.ndarray:
    colour = WITHOUT_BEAT
    if beat_hz:
        octaves = np.log2([hz for hz, _ in COLOURS])
        places = (octaves - octaves[0]) / (octaves[-1] - octaves[0])
        shades = ramp([(at, name) for at, (_, name) in zip(places, COLOURS, strict=True)])
        at = np.interp(np.log2(beat_hz), octaves, places)
        colour = f"#{bytes(shades[round(at * 255)]).hex()}"
    return ramp([(0, "#060914"), (0.1, "#0b1022"), (0.5, colour), (0.8, "#f3dcae"), (1, "#fffaf0")])


def _across() -> np.ndarray:
    """Where the middles of the pixels lie."""
    return (np.arange(SIZE) + 0.5) / SIZE


def _bell(distance, width: float):
    return np.exp(-((distance / width) ** 2))


def _sky(y):
    return 0.05 + 0.26 * y


def _moon(y):
    return 0.98 - 0.16 * (y - MOON_Y + MOON_RADIUS) / (2 * MOON_RADIUS)


def _fill(shades: np.ndarray, inside: np.ndarray, shade: np.ndarray) -> None:
    """Paint ``shade`` where ``inside`` is above 0, with edges one pixel soft."""
    cover = np.clip(inside * SIZE + 0.5, 0, 1)
    shades += cover * (shade - shades)


def _outline(line: np.ndarray) -> str:
    """Path of a line of water and all below it, a point every eight pixels."""
    points = zip([*range(0, SIZE, 8), SIZE], [*line[::8], line[-1]], strict=True)
    return f"M0 {SIZE}" + "".join(f"L{x} {y * SIZE:.1f}" for x, y in points) + f"V{SIZE}Z"


def _gradient(name: str, stops, where: str = "", *, kind: str = "linear") -> str:
    """``stops`` are (place, colour, opacity)."""
    inner = "".join(
        f'<stop offset="{at:.4g}" stop-color="{colour}"'
        + (f' stop-opacity="{opacity:.3g}"/>' if opacity < 1 else "/>")
        for at, colour, opacity in stops
    )
    return f'<{kind}Gradient id="{name}" {where}>{inner}</{kind}Gradient>'
