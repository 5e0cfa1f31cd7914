"""A running Pebble, with the DNS server from which it validates."""

from __future__ import annotations

import json
import os
import ssl
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from .certificates import LocalCa
from .processes import ManagedProcess, free_port

_START_SECONDS = 30
# Seconds that it asks clients to wait: as few as possible, since they are the same for all.
_RETRY_AFTER = {"authz": 1, "order": 1}
_PROFILE = {"description": "as Let's Encrypt's classic", "validityPeriod": 90 * 24 * 3600}


class Pebble:
    """Use as a context manager: everything listens on 127.0.0.1, and nothing is left running afterwards.

    url: its directory. roots: a file with the root of its own TLS certificate, which nothing else trusts.
    dns: where records are put, see `Records`.
    """

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self._stack = ExitStack()
        self._management = f"https://127.0.0.1:{free_port()}"
        self.url: str
        self.roots = folder / "roots.pem"
        self.dns: Records
        self._server: ManagedProcess

    def __enter__(self) -> Pebble:
        with ExitStack() as starting:
            self._stack = starting
            self._folder.mkdir(parents=True, exist_ok=True)
            address = self._start_dns()
            self._start(address)
            self._stack = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def root(self) -> bytes:
        """The root of the certificates that it issues, which it makes when it starts."""
        return self._get("/roots/0")

    def requests(self) -> int:
        """How many it got so far."""
        return self._server.log.read_text().count("-> calling handler()")

    def _start_dns(self) -> str:
        address, management = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
        # Of the servers that it can be, only this one, and no address for names without records.
        off = ["-http01", "", "-https01", "", "-tlsalpn01", "", "-doh", ""]
        off += ["-defaultIPv4", "", "-defaultIPv6", ""]
        command = [str(self._programs / "pebble-challtestsrv"), *off]
        command += ["-dnsserver", address, "-management", management]
        self.dns = Records(f"http://{management}")
        self._process("pebble-challtestsrv", command).wait_until(self.dns.answers, _START_SECONDS)
        return address

    def _start(self, dns: str) -> None:
        ca = LocalCa("Pebble's TLS CA")
        issued = ca.issue(["127.0.0.1", "localhost"], "EC_prime256v1")
        self.roots.write_bytes(ca.pem)
        listen = f"127.0.0.1:{free_port()}"
        for name, text in (("tls.pem", issued.certificate), ("tls.key", issued.private_key)):
            (self._folder / name).write_bytes(text)
        settings = {
            "listenAddress": listen,
            "managementListenAddress": self._management.removeprefix("https://"),
            "certificate": str(self._folder / "tls.pem"),
            "privateKey": str(self._folder / "tls.key"),
            "httpPort": 1,
            "tlsPort": 1,
            "ocspResponderURL": "",
            "domainBlocklist": [],
            "retryAfter": _RETRY_AFTER,
            "keyAlgorithm": "ecdsa",
            "profiles": {"classic": _PROFILE},
        }
        config = self._folder / "pebble.json"
        config.write_text(json.dumps({"pebble": settings}))
        command = [str(self._programs / "pebble"), "-strict", "-config", str(config), "-dnsserver", dns]
        self._server = self._process("pebble", command)
        self._server.wait_until(self._answers, _START_SECONDS)
        self.url = f"https://{listen}/dir"

    def _process(self, name: str, command: list[str]) -> ManagedProcess:
        # Validation is not put off at random.
        environment = {"PEBBLE_VA_NOSLEEP": "1", "PATH": os.environ.get("PATH", "")}
        process = ManagedProcess(name, command, environment, self._folder / f"{name}.log")
        self._stack.callback(process.stop)
        return process

    def _answers(self) -> bool:
        try:
            return bool(self.root)
        except OSError:
            return False

    def _get(self, path: str) -> bytes:
        context = ssl.create_default_context(cafile=str(self.roots))
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        with opener.open(self._management + path, timeout=10) as answer:
            return answer.read()


class Records:
    """What pebble-challtestsrv answers."""

    def __init__(self, management: str) -> None:
        self.management = management
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def answers(self) -> bool:
        """Whether it can be used yet."""
        try:
            self.clear_txt("ready.example.")
        except OSError:
            return False
        return True

    def set_txt(self, name: str, values: list[str]) -> None:
        """Replaces the TXT records at a name."""
        self.clear_txt(name)
        for value in values:
            self._post("set-txt", {"host": name, "value": value})

    def clear_txt(self, name: str) -> None:
        """Removes the TXT records at a name."""
        self._post("clear-txt", {"host": name})

    def set_cname(self, name: str, target: str) -> None:
        """Sets the CNAME record at a name."""
        self._post("set-cname", {"host": name, "target": target})

    def clear_cname(self, name: str) -> None:
        """Removes the CNAME record at a name."""
        self._post("clear-cname", {"host": name})

    def _post(self, action: str, body: dict[str, str]) -> None:
        request = urllib.request.Request(f"{self.management}/{action}", json.dumps(body).encode())
        with self._opener.open(request, timeout=10):
            pass
