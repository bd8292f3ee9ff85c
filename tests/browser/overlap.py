"""Whether what one can press lies over something else that one can press."""

_OVERLAPPING = """css => {
    const shown = [...document.querySelectorAll(css)].filter((one) => one.checkVisibility());
    const boxes = shown.map((one) => [
        one.ariaLabel || one.textContent.trim(), one.getBoundingClientRect(),
    ]);
    return boxes.flatMap(([name, a], n) => boxes.slice(n + 1).filter(([, b]) =>
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
        Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1
    ).map(([other]) => `${name} and ${other}`));
}"""


def overlapping(page, css: str) -> list[str]:
    """The pairs of what ``css`` finds of which one lies over the other, by name."""
    return page.evaluate(_OVERLAPPING, css)
