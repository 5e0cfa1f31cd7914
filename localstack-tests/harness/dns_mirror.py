"""Copies TXT and CNAME records of hosted zones to the DNS server of Pebble, as Route 53's name servers get them."""

from __future__ import annotations

import threading
from types import TracebackType

from .pebble import Records
from .zones import Zone

_EVERY_SECONDS = 0.2


class DnsMirror:
    """Use as a context manager: it copies in a thread of its own, which ends with it."""

    def __init__(self, zones: list[Zone], records: Records) -> None:
        self._zones, self._records = zones, records
        self._shown: dict[tuple[str, str], tuple[str, ...]] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dns-mirror", daemon=True)
        # How many record sets were copied, and what went wrong.
        self.copied = 0
        self.error: Exception | None = None

    def __enter__(self) -> DnsMirror:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopped.wait(_EVERY_SECONDS):
            try:
                self._copy()
            except Exception as error:
                self.error = error
                return

    def _copy(self) -> None:
        """Bring the server from what it has to what the zones have."""
        wanted = {
            (record.name, record.kind): record.values
            for zone in self._zones
            for record in zone.records()
            if record.kind in ("TXT", "CNAME")
        }
        for name, kind in self._shown.keys() - wanted.keys():
            remove = self._records.clear_txt if kind == "TXT" else self._records.clear_cname
            remove(name)
        for (name, kind), values in wanted.items():
            if self._shown.get((name, kind)) == values:
                continue
            self.copied += 1
            if kind == "TXT":
                self._records.set_txt(name, [value.strip('"') for value in values])
            else:
                self._records.set_cname(name, values[0])
        self._shown = wanted
