"""Back doors for TEST SET-UP ONLY: states that AWS reaches by itself, but not within a test's minutes.

Nothing here corresponds to a call of AWS. The paths start with `/_test-setup/acm/`:

* `POST place`: put an imported certificate into the store as it is, an expired one too
  (body: AccountId, Region, Certificate, PrivateKey, CertificateChain, Tags; answer: CertificateArn).
* `POST in-use`: set what uses a certificate (CertificateArn, InUseBy), as load balancers do.
* `POST validation`: set how long after a request its names have no record yet (RecordSeconds; 1 at first).
* `POST age`: let a request, or a change to DNS validation, be older (CertificateArn, Hours): after 72 hours
  ACM gives up.
* `POST approve`: a person answers the e-mails about a certificate's names (CertificateArn).
* `POST renew`: ACM tries to renew an issued certificate now (CertificateArn), and goes on trying;
  with DaysLeft, the present certificate is first replaced by one that ends so soon.
* `POST refuse`: refuse the next calls of an operation (Operation, Code, Times), as throttling does.
* `GET calls`: how often each operation was called.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from localstack.aws.api import CommonServiceException
from localstack.http import Request, Response, route
from localstack.services.edge import ROUTER
from moto.acm.models import AWSCertificateManagerBackend, CertBundle

from . import acm_rules as rules
from .acm_certificate import ImportedCertificate
from .acm_requested import RequestedCertificate

_PREFIX = "/_test-setup/acm"


class TestSetup:
    """The routes, and the refusals that are due."""

    __test__ = False  # its name makes pytest think otherwise

    def __init__(self, backend_of: Callable[[str, str], AWSCertificateManagerBackend]) -> None:
        self._backend_of = backend_of
        self._lock = threading.Lock()
        self._refusals: dict[str, tuple[str, int]] = {}
        self._calls: Counter[str] = Counter()
        self.record_delay = timedelta(seconds=1)
        ROUTER.add(self)

    def refuse_if_told(self, operation: str) -> None:
        """Count the call; raise the error that a test asked for."""
        with self._lock:
            self._calls[operation] += 1
            code, left = self._refusals.get(operation, ("", 0))
            if left == 0:
                return
            self._refusals[operation] = (code, left - 1)
        raise CommonServiceException(code, f"{operation} refused by the test", status_code=400)

    @route(f"{_PREFIX}/place", methods=["POST"])
    def place(self, request: Request) -> Response:
        """Import without looking at the validity."""
        body = request.get_json(force=True)
        account, region = body["AccountId"], body["Region"]
        chain = body.get("CertificateChain")
        key = body["PrivateKey"].encode()
        chain_bytes = chain.encode() if chain else None
        try:
            leaf = rules.check_import(body["Certificate"].encode(), key, chain_bytes)
        except rules.Refused as error:
            return Response.for_json({"message": error.message}, status=400)
        stored = ImportedCertificate(account, region, leaf, key, chain_bytes)
        stored.tags.update({tag["Key"]: tag.get("Value") for tag in body.get("Tags", [])})
        self._backend_of(account, region)._certificates[stored.arn] = stored
        return Response.for_json({"CertificateArn": stored.arn})

    @route(f"{_PREFIX}/in-use", methods=["POST"])
    def in_use(self, request: Request) -> Response:
        """Set InUseBy."""
        body = request.get_json(force=True)
        found = self._find(body["CertificateArn"])
        if found is None:
            return _no_certificate()
        found.in_use_by = list(body["InUseBy"])
        return Response.for_json({})

    @route(f"{_PREFIX}/validation", methods=["POST"])
    def validation(self, request: Request) -> Response:
        """Set the delay for the requests to come."""
        seconds = request.get_json(force=True)["RecordSeconds"]
        self.record_delay = timedelta(seconds=seconds)
        return Response.for_json({})

    @route(f"{_PREFIX}/age", methods=["POST"])
    def age(self, request: Request) -> Response:
        """Let time pass for one request."""
        body = request.get_json(force=True)
        found = self._find(body["CertificateArn"])
        if not isinstance(found, RequestedCertificate):
            return _no_certificate()
        found.age(timedelta(hours=body["Hours"]))
        return Response.for_json({})

    @route(f"{_PREFIX}/approve", methods=["POST"])
    def approve(self, request: Request) -> Response:
        """What e-mail validation waits for."""
        found = self._find(request.get_json(force=True)["CertificateArn"])
        if not isinstance(found, RequestedCertificate):
            return _no_certificate()
        found.approve()
        return Response.for_json({})

    @route(f"{_PREFIX}/renew", methods=["POST"])
    def renew(self, request: Request) -> Response:
        """What ACM does about 60 days before the end."""
        body = request.get_json(force=True)
        found = self._find(body["CertificateArn"])
        if not isinstance(found, RequestedCertificate) or not found.cert:
            return _no_certificate()
        if "DaysLeft" in body:
            found.end_in(body["DaysLeft"])
        found.start_renewal()
        return Response.for_json({})

    @route(f"{_PREFIX}/refuse", methods=["POST"])
    def refuse(self, request: Request) -> Response:
        """Arrange refusals."""
        body = request.get_json(force=True)
        with self._lock:
            self._refusals[body["Operation"]] = (body["Code"], int(body["Times"]))
        return Response.for_json({})

    @route(f"{_PREFIX}/calls", methods=["GET"])
    def calls(self, request: Request) -> Response:
        """The number of calls of each operation since the start."""
        with self._lock:
            return Response.for_json(dict(self._calls))

    def _find(self, arn: str) -> CertBundle | None:
        _, _, _, region, account, _ = arn.split(":", 5)
        return self._backend_of(account, region)._certificates.get(arn)


def _no_certificate() -> Response:
    return Response.for_json({"message": "no such certificate"}, status=404)
