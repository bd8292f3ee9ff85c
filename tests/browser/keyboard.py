"""Somebody who has a keyboard and no mouse."""

import re

# More stops than any page has.
MOST_STOPS = 120
AROUND_PX = 10


class Keyboard:
    """Goes through ``page`` by keys alone, and looks at every stop whether one could tell where."""

    def __init__(self, page) -> None:
        self.page = page
        self.stops = []
        self._session = page.context.new_cdp_session(page)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, as in ``Shift+Tab``."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type into what has the focus; in a field one comes to by Tab, in place of what it had."""
        self.page.keyboard.type(text)

    def reach(self, role: str, name: str, *, back: bool = False) -> None:
        """Tab on to a control, which shows that it has the focus; every stop has a name."""
        passed = []
        for _ in range(MOST_STOPS):
            self.press("Shift+Tab" if back else "Tab")
            found, called = self.focused()
            if found in ("RootWebArea", "none"):
                continue  # past the last control, on the way to the first
            assert called, f"a {found} without a name, after {passed[-3:]}"
            passed.append(f"{found} {called}")
            if found == role and re.search(name, called):
                assert self._shows_focus(), f"nothing tells that {called} has the focus"
                self.stops.append(called)
                return
        raise AssertionError(f"no key leads to the {role} {name}: {passed}")

    def focused(self) -> tuple[str, str]:
        """Role and name of what has the focus, as the browser tells a screen reader."""
        found = self._session.send("Runtime.evaluate", {"expression": "document.activeElement"})
        which = {"objectId": found["result"]["objectId"], "fetchRelatives": False}
        node = self._session.send("Accessibility.getPartialAXTree", which)["nodes"][0]
        return tuple(node.get(what, {}).get("value", "").strip() for what in ("role", "name"))

    def _shows_focus(self) -> bool:
        """Whether the page looks different there when the focus is taken away."""
        box = self.page.evaluate(
            """around => {
                const at = document.activeElement.getBoundingClientRect();
                const [x, y] = [Math.max(at.x - around, 0), Math.max(at.y - around, 0)];
                return { x, y, width: at.right + around - x, height: at.bottom + around - y };
            }""",
            AROUND_PX,
        )
        with_focus = self.page.screenshot(clip=box, animations="disabled")
        self.page.evaluate("window.had = document.activeElement; had.blur()")
        without = self.page.screenshot(clip=box, animations="disabled")
        self.page.evaluate("had.focus({ preventScroll: true, focusVisible: true })")
        return with_focus != without
