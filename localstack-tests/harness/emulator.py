"""The AWS that tests and demo talk to: an endpoint that is given, or LocalStack and simulated-aws on this machine."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from . import paths, simulated
from .backend import Backend
from .processes import ManagedProcess, NotReady, free_port
from .reimport import check_tags_are_kept

REGION = "eu-central-1"
ACCOUNT = "000000000000"
_READY_SECONDS = 90.0
_PORT_ATTEMPTS = 3

# How LocalStack finds what this package adds to it.
_ENTRY_POINTS = """\
[localstack.lambda.runtime_executor]
process = harness.lambda_executor.plugin:ProcessExecutorPlugin

[localstack.aws.provider]
acm:simulated = harness.forwarding:acm
acm-pca:simulated = harness.forwarding:acm_pca
acm-pca:moto = harness.forwarding:acm_pca_of_moto
route53:simulated = harness.forwarding:route53
config:simulated = harness.forwarding:config
resourcegroupstaggingapi:simulated = harness.forwarding:tagging
organizations:simulated = harness.forwarding:organizations
sts:strict = harness.aws_corrections.sts_provider:sts
"""
_FORWARDED = {
    f"PROVIDER_OVERRIDE_{service}": "simulated"
    for service in (
        "ACM", "ACM_PCA", "ROUTE53", "CONFIG", "RESOURCEGROUPSTAGGINGAPI", "ORGANIZATIONS"
    )
}  # fmt: skip
_STRICT = _FORWARDED | {"PROVIDER_OVERRIDE_STS": "strict"}
# LocalStack has no AWS Private CA of its own.
_PLAIN = {"PROVIDER_OVERRIDE_ACM_PCA": "moto"}
# ACM's records, AWS Private CA's certificates and Route 53's INSYNC come so late that a function has to wait, and before
# Lambda's retries are over.
_DELAY_SECONDS = "1"


class Emulator:
    """Use as a context manager: inside it `backend` answers; afterwards nothing is left running.

    keep: leave the processes running at the end, on ports that are easy to remember when they are free.
    forwarded: what `harness/forwarding.py` lists is simulated-aws's, and STS is strict; otherwise it is
    LocalStack as it comes, with moto's AWS Private CA.
    """

    def __init__(self, keep: bool = False, forwarded: bool = True) -> None:
        self._keep, self._forwarded = keep, forwarded
        self._processes: list[ManagedProcess] = []
        self._run: Path | None = None
        self.backend: Backend

    def __enter__(self) -> Emulator:
        given = os.environ.get("AWS_ENDPOINT_URL")
        if given:
            region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or REGION
            self.backend = Backend(given, region, own=False)
            check_tags_are_kept(self.backend)
            return self
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if not self._keep:
            self.stop()

    def stop(self) -> None:
        """End what was started, and remove its files unless they are wanted."""
        for process in reversed(self._processes):
            process.stop()
        self._processes.clear()
        if self._run is not None:
            shutil.rmtree(self._run / "volume", ignore_errors=True)
            shutil.rmtree(self._run / "tmp", ignore_errors=True)

    @property
    def log(self) -> Path | None:
        """LocalStack's log, when it is ours."""
        return self._run / "localstack.log" if self._run else None

    @property
    def pids(self) -> list[int]:
        """The leaders of the process groups that are running."""
        return [process.pid for process in self._processes]

    def _start(self) -> None:
        paths.RUNS.mkdir(parents=True, exist_ok=True)
        self._run = Path(tempfile.mkdtemp(prefix="run-", dir=paths.RUNS))
        _forget_old_runs(self._run)
        for attempt in range(_PORT_ATTEMPTS):
            try:
                self._start_on(_port(4566, self._keep and attempt == 0))
                return
            except NotReady as error:
                # Between the choice of a port and its use somebody else may have taken it.
                taken = "in use" in str(error)
                if not taken or attempt == _PORT_ATTEMPTS - 1:
                    raise
                self.stop()

    def _start_on(self, edge: int) -> None:
        assert self._run is not None
        edge_url, endpoint = f"http://127.0.0.1:{edge}", self._start_simulated()
        localstack = ManagedProcess(
            "LocalStack",
            [sys.executable, "-m", "harness.localstack_main"],
            _environment(self._run) | _localstack_settings(self._run, edge, endpoint),
            self._run / "localstack.log",
            stays=self._keep,
        )
        self._processes.append(localstack)
        localstack.wait_until(lambda: _answers(f"{edge_url}/_localstack/health"), _READY_SECONDS)
        self.backend = Backend(edge_url, REGION, own=True, simulated=endpoint)
        # LocalStack loads a service at its first call, and what waits for a stack's certificates with ACM.
        self.backend.client("acm").list_certificates()

    def _start_simulated(self) -> str | None:
        """The endpoint of simulated-aws."""
        if not self._forwarded:
            return None
        assert self._run is not None
        log = self._run / "simulated-aws.log"
        options = ["--region", REGION, "--account", ACCOUNT]
        options += ["--record-delay", _DELAY_SECONDS, "--issuance-delay", _DELAY_SECONDS]
        options += ["--insync-delay", _DELAY_SECONDS]
        process, endpoint = simulated.start(log, *options, stays=self._keep)
        self._processes.append(process)
        process.wait_until(lambda: simulated.is_ready(log), _READY_SECONDS)
        return endpoint


def _environment(run: Path) -> dict[str, str]:
    """Few variables, so that what is set in a user's shell does not change the emulators."""
    passed = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT")
    environment = {name: os.environ[name] for name in passed if name in os.environ}
    temporary = run / "tmp"
    temporary.mkdir(exist_ok=True)
    return environment | {
        "PYTHONPATH": os.pathsep.join([str(_plugin_folder()), str(paths.TESTS)]),
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(temporary),
        # LocalStack's plugin index lands there, not in the user's home.
        "XDG_CACHE_HOME": str(paths.RUNS / "cache"),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        # Nothing of this may look for credentials or a Region anywhere else.
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def _localstack_settings(run: Path, port: int, endpoint: str | None) -> dict[str, str]:
    volume = run / "volume"
    volume.mkdir(exist_ok=True)
    return {
        "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        "LOCALSTACK_HOST": f"127.0.0.1:{port}",
        "LOCALSTACK_VOLUME_DIR": str(volume),
        "FILESYSTEM_ROOT": str(volume),
        # Queue URLs that resolve without a name server.
        "SQS_ENDPOINT_STRATEGY": "path",
        "LAMBDA_RUNTIME_EXECUTOR": "process",
        **(_PLAIN if endpoint is None else _STRICT | {"SIMULATED_AWS_ENDPOINT": endpoint}),
        # Without simulated-aws, LocalStack knows the operations that it knows.
        **({} if endpoint is None else {"AWS_DATA_PATH": str(paths.NEWER_MODELS)}),
        # A resource type that it does not know, AWS::CertificateManager::Account, is skipped.
        "CFN_IGNORE_UNSUPPORTED_RESOURCE_TYPES": "1",
        # No outside connections.
        "DISABLE_EVENTS": "1",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DNS_ADDRESS": "0",
        "DISABLE_CUSTOM_BOTO_CA_BUNDLE": "1",
        # Waiting that tests only a tester's patience: Lambda's minute between retries, idle pollers.
        "LAMBDA_RETRY_BASE_DELAY": "1",
        "LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC": "0.2",
        "LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC": "0.5",
        "LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_ERROR_SEC": "1",
    }


def _plugin_folder() -> Path:
    """A folder with an installed distribution's metadata, which is all that entry points need.

    Its name holds its content's hash, since LocalStack's plugin index goes by the folder's date.
    """
    digest = hashlib.sha256(_ENTRY_POINTS.encode()).hexdigest()[:12]
    folder = paths.RUNS / f"plugins-{digest}"
    metadata = folder / "acm_autopilot_localstack-1.0.dist-info"
    if not (metadata / "entry_points.txt").exists():
        metadata.mkdir(parents=True, exist_ok=True)
        (metadata / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: acm-autopilot-localstack\nVersion: 1.0\n"
        )
        (metadata / "entry_points.txt").write_text(_ENTRY_POINTS)
    return folder


def _port(favourite: int, wanted: bool) -> int:
    """A free port; the well-known one when it is wanted and free."""
    if wanted and not _answers(f"http://127.0.0.1:{favourite}/"):
        return favourite
    return free_port()


def _answers(url: str) -> bool:
    """Whether an HTTP server answers there at all."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _forget_old_runs(current: Path) -> None:
    """Keep the logs of the last few runs only: more of them than one run of the tests starts, whose first is in use."""
    runs = sorted(paths.RUNS.glob("run-*"), key=lambda path: path.stat().st_mtime)
    for run in runs[:-20]:
        if run != current:
            shutil.rmtree(run, ignore_errors=True)
