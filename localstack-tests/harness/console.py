"""Progress and tables: colours and moving lines on a terminal only, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
import textwrap
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

_COLOURS = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "grey": 90}
_BAR_CELLS = 24


class Console:
    """Writes to standard output."""

    def __init__(self) -> None:
        self.terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        self._coloured = self.terminal and "NO_COLOR" not in os.environ

    def paint(self, text: str, colour: str | None, bold: bool = False) -> str:
        """The text in a colour, where there are colours."""
        if not self._coloured or not (colour or bold):
            return text
        codes = ([1] if bold else []) + ([_COLOURS[colour]] if colour else [])
        return f"\033[{';'.join(map(str, codes))}m{text}\033[0m"

    def line(self, text: str = "", colour: str | None = None, bold: bool = False) -> None:
        """One line."""
        print(self.paint(text, colour, bold), flush=True)

    @contextmanager
    def step(self, text: str) -> Iterator[Step]:
        """A step with its time; set `count` and `total` in it for a bar."""
        step = Step(self, text)
        step.begin()
        try:
            yield step
        except BaseException:
            step.end("failed", "red")
            raise
        step.end("done", "green")

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Columns as wide as their cells. Cells may hold several lines: then rules part the rows."""
        cells = [[str(cell).split("\n") for cell in row] for row in rows]
        widths = [
            max([len(title)] + [len(line) for row in cells for line in row[index]])
            for index, title in enumerate(head)
        ]
        rule = "  ".join("-" * width for width in widths)
        several = any(len(cell) > 1 for row in cells for cell in row)
        titles = "  ".join(title.ljust(width) for title, width in zip(head, widths))
        self.line(titles.rstrip(), bold=True)
        self.line(rule, "grey")
        for row in cells:
            for index in range(max(len(cell) for cell in row)):
                parts = [cell[index] if index < len(cell) else "" for cell in row]
                text = "  ".join(part.ljust(width) for part, width in zip(parts, widths))
                self.line(text.rstrip())
            if several:
                self.line(rule, "grey")


class Step:
    """A step that is under way."""

    def __init__(self, console: Console, text: str) -> None:
        self.count, self.total, self.note = 0, 0, ""
        self._console, self._text = console, text
        self._begin = time.monotonic()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._draw, daemon=True)

    def begin(self) -> None:
        """Start to draw."""
        if self._console.terminal:
            self._thread.start()

    def end(self, word: str, colour: str) -> None:
        """Write the closing line."""
        self._done.set()
        if self._console.terminal:
            self._thread.join()
            print("\r\033[K", end="")
        mark = self._console.paint("✔" if colour == "green" else "✘", colour)
        mark = mark if self._console.terminal else word.ljust(6)
        seconds = time.monotonic() - self._begin
        note = f" ({self.note})" if self.note else ""
        self._console.line(f"{mark} {self._text}{note}  {seconds:.1f} s")

    def _draw(self) -> None:
        frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
        tick = 0
        while not self._done.wait(0.1):
            bar = ""
            if self.total:
                full = round(_BAR_CELLS * self.count / self.total)
                cells = "█" * full + "░" * (_BAR_CELLS - full)
                bar = f"  {self._console.paint(cells, 'blue')} {self.count}/{self.total}"
            seconds = time.monotonic() - self._begin
            frame = frames[tick % len(frames)]
            print(f"\r\033[K{frame} {self._text}{bar}  {seconds:.0f} s", end="", flush=True)
            tick += 1


def wrapped(texts: Sequence[str], width: int = 52) -> list[str]:
    """Lines that fit a column; a text continues with two spaces."""
    fit = {"width": width, "subsequent_indent": "  "}
    fit |= {"break_long_words": False, "break_on_hyphens": False}
    return [line for text in texts for line in textwrap.wrap(text, **fit)]
