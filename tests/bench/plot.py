"""A small plot as SVG: how something grows at 1×, 4× and 16×, each curve relative to its first point."""

from collections.abc import Mapping, Sequence
from math import log2

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 560, 260, 56, 190, 16, 36
_COLOURS = ("#1b6ac9", "#c0392b", "#7d5fb2", "#2e8b57", "#b8860b")
_LEAST = 2.0  # the axis goes up to twice the first point, or further where a curve does


def plot(steps: Sequence[str], curves: Mapping[str, Sequence[float]], caption: str) -> str:
    """The drawing. Every curve has a value above 0 for each step; a value twice as high stands one line higher or lower (logarithmic)."""
    relative = {name: [value / values[0] for value in values] for name, values in curves.items()}
    reach = max([_LEAST, *(max(value, 1 / value) for values in relative.values() for value in values)])
    lines = 1
    while 2**lines < reach:
        lines += 1
    across, down = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def x(step: int) -> float:
        return _LEFT + across * step / max(1, len(steps) - 1)

    def y(value: float) -> float:
        return _TOP + down * (0.5 - log2(value) / (2 * lines))

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="11" role="img">']
    parts.append(f"<title>{caption}</title>")
    parts.append(f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>')
    for power in range(-lines, lines + 1):
        at, label = y(2.0**power), f"{2**power} ×" if power >= 0 else f"1/{2**-power} ×"
        parts.append(f'<line x1="{_LEFT}" x2="{_LEFT + across}" y1="{at:.1f}" y2="{at:.1f}" stroke="{"#888" if power == 0 else "#ddd"}"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{at + 4:.1f}" text-anchor="end" fill="#444">{label}</text>')
    for step, name in enumerate(steps):
        parts.append(f'<text x="{x(step):.1f}" y="{_HEIGHT - 14}" text-anchor="middle" fill="#444">{name}</text>')
    for number, (name, values) in enumerate(relative.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        points = " ".join(f"{x(step):.1f},{y(value):.1f}" for step, value in enumerate(values))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        at = _TOP + 14 + 16 * number
        parts.append(f'<line x1="{_LEFT + across + 14}" x2="{_LEFT + across + 30}" y1="{at - 4}" y2="{at - 4}" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{_LEFT + across + 36}" y="{at}" fill="#222">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])
