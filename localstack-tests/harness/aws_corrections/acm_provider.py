"""ACM inside LocalStack, as strict as AWS: `PROVIDER_OVERRIDE_ACM=strict` loads it.

LocalStack finds it through the entry point group `localstack.aws.provider`, name `acm:strict`.
Requests to a private CA are left to LocalStack's own provider.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from localstack.aws.api import CommonServiceException, RequestContext, handler
from localstack.services.acm.provider import AcmProvider
from localstack.services.plugins import Service, aws_provider
from moto.acm.models import AWSCertificateManagerBackend, CertBundle, acm_backends

from . import acm_method_change
from . import acm_rules as rules
from .acm_certificate import ImportedCertificate, shown_algorithm
from .acm_requested import RequestedCertificate
from .acm_test_setup import TestSetup
from .cloudformation_certificate import wait_for_issuance

_ALL_KEY_TYPES = {
    "RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096",
    "EC_prime256v1", "EC_secp384r1", "EC_secp521r1",
}  # fmt: skip
_DEFAULT_KEY_TYPES = {"RSA_1024", "RSA_2048"}
_DEFAULT_ORIGINS = {"AWS_MANAGED", "CUSTOMER_PROVIDED"}
_TOKEN_LIFETIME = timedelta(hours=1)
_OURS = (ImportedCertificate, RequestedCertificate)


class StrictAcmProvider(AcmProvider):
    """LocalStack's provider with AWS's rules."""

    def __init__(self) -> None:
        super().__init__()
        self._setup = TestSetup(_backend_of)
        # Account, Region, token and request, with the time and the certificate.
        self._requests: list[tuple[tuple, datetime, str]] = []

    @handler("RequestCertificate", expand=False)
    def request_certificate(self, context: RequestContext, request: dict) -> dict:
        """A public certificate waits for its proof; the same token and request give the same one."""
        self._setup.refuse_if_told("RequestCertificate")
        if request.get("CertificateAuthorityArn"):
            return super().request_certificate(context, request)
        with _aws_errors():
            now, token = datetime.now(UTC), request.get("IdempotencyToken")
            identity = (context.account_id, context.region, token, dict(request))
            for known, at, arn in self._requests:
                if token and known == identity and now - at < _TOKEN_LIFETIME:
                    return {"CertificateArn": arn}
            if tags := request.get("Tags"):
                rules.check_tags(tags, {})
            made = RequestedCertificate(
                context.account_id, context.region, request, self._setup.record_delay
            )
            made.tags.update({tag["Key"]: tag.get("Value") for tag in tags or []})
            _backend_of(context.account_id, context.region)._certificates[made.arn] = made
            self._requests.append((identity, now, made.arn))
            return {"CertificateArn": made.arn}

    @handler("UpdateCertificateOptions", expand=False)
    def update_certificate_options(self, context: RequestContext, request: dict) -> None:
        """From e-mail to DNS validation; the logging preference is without effect."""
        with _aws_errors():
            found = _certificate_for(context, request)
            imported = isinstance(found, ImportedCertificate)
            exportable = (found.cert_options or {}).get("Export", "DISABLED")
            options = request.get("Options")
            if acm_method_change.check_options(found.arn, options, imported, exportable):
                if not isinstance(found, RequestedCertificate):
                    raise acm_method_change.not_by_email()
                found.change_to_dns(self._setup.record_delay)

    @handler("ListCertificateDomainValidations", expand=False)
    def list_certificate_domain_validations(self, context: RequestContext, request: dict) -> dict:
        """What proves each name, and what is to prove it once a change is complete.

        That certificates without validation have no summaries is unverified.
        """
        self._setup.refuse_if_told("ListCertificateDomainValidations")
        with _aws_errors():
            try:
                found = _certificate_for(context, request)
            except rules.Refused as error:
                # This operation has no InvalidArnException.
                if error.code == "InvalidArnException":
                    raise rules.Refused("InvalidArgsException", error.message) from error
                raise
            requested = isinstance(found, RequestedCertificate)
            summaries = found.domain_validations() if requested else []
            return acm_method_change.page(found.arn, summaries, request)

    @handler("ImportCertificate", expand=False)
    def import_certificate(self, context: RequestContext, request: dict) -> dict:
        """Import and re-import, with every documented check made before anything changes."""
        self._setup.refuse_if_told("ImportCertificate")
        with _aws_errors():
            backend = _backend_of(context.account_id, context.region)
            key, chain = request["PrivateKey"], request.get("CertificateChain")
            tags, arn = request.get("Tags"), request.get("CertificateArn")
            new = rules.check_import(request["Certificate"], key, chain)
            rules.check_valid_now(new, datetime.now(UTC))
            if arn is None:
                stored = ImportedCertificate(context.account_id, context.region, new, key, chain)
                if tags:
                    rules.check_tags(tags, {})
                    stored.tags.update({tag["Key"]: tag.get("Value") for tag in tags})
                backend._certificates[stored.arn] = stored
                return {"CertificateArn": stored.arn}
            old = _certificate(backend, arn)
            if not isinstance(old, ImportedCertificate):
                raise rules.not_imported()
            rules.check_reimport(old.parsed, new, tags)
            old.replace(new, key, chain)
            return {"CertificateArn": arn}

    @handler("DescribeCertificate", expand=False)
    def describe_certificate(self, context: RequestContext, request: dict) -> dict:
        """Imported certificates with what AWS answers."""
        self._setup.refuse_if_told("DescribeCertificate")
        with _aws_errors():
            found = _certificate_for(context, request)
            return {"Certificate": _detail(found)}

    @handler("GetCertificate", expand=False)
    def get_certificate(self, context: RequestContext, request: dict) -> dict:
        """The chain as it was imported; moto adds a root of its own."""
        self._setup.refuse_if_told("GetCertificate")
        with _aws_errors():
            found = _certificate_for(context, request)
            if found.status in ("PENDING_VALIDATION", "VALIDATION_TIMED_OUT"):
                raise rules.Refused("RequestInProgressException", f"{found.arn} is not issued yet.")
            answer = {"Certificate": found.cert.decode()}
            if found.chain:
                answer["CertificateChain"] = found.chain.decode()
            return answer

    @handler("DeleteCertificate", expand=False)
    def delete_certificate(self, context: RequestContext, request: dict) -> None:
        """A certificate in use cannot be deleted."""
        with _aws_errors():
            found = _certificate_for(context, request)
            if found.in_use_by:
                raise rules.Refused("ResourceInUseException", f"{found.arn} is in use.")
            del _backend_of(context.account_id, context.region)._certificates[found.arn]

    @handler("ListCertificates", expand=False)
    def list_certificates(self, context: RequestContext, request: dict) -> dict:
        """Filters with their defaults, pages, and whole summaries."""
        self._setup.refuse_if_told("ListCertificates")
        with _aws_errors():
            backend = _backend_of(context.account_id, context.region)
            if request.get("RootHierarchyTypes"):
                # It lists only Amazon N2 certificates, of which there are none here.
                return {"CertificateSummaryList": []}
            wanted = _Filter(request, request.get("CertificateKeyPairOrigins"))
            summaries = []
            for found in list(backend._certificates.values()):
                found.check()
                summary = _summary(found)
                if wanted.matches(summary):
                    summaries.append(summary)
            return _page(summaries, request)

    @handler("AddTagsToCertificate", expand=False)
    def add_tags_to_certificate(self, context: RequestContext, request: dict) -> None:
        """All tags of the call, or none."""
        self._setup.refuse_if_told("AddTagsToCertificate")
        with _aws_errors():
            found = _certificate_for(context, request)
            rules.check_tags(request["Tags"], found.tags)
            found.tags.update({tag["Key"]: tag.get("Value") for tag in request["Tags"]})

    @handler("RemoveTagsFromCertificate", expand=False)
    def remove_tags_from_certificate(self, context: RequestContext, request: dict) -> None:
        """With a value, only where it is the present one."""
        self._setup.refuse_if_told("RemoveTagsFromCertificate")
        with _aws_errors():
            found = _certificate_for(context, request)
            for tag in request["Tags"]:
                key, value = tag["Key"], tag.get("Value")
                if key in found.tags and value in (None, found.tags[key]):
                    del found.tags[key]

    @handler("ListTagsForCertificate", expand=False)
    def list_tags_for_certificate(self, context: RequestContext, request: dict) -> dict:
        """The tags; one without value has no Value member."""
        self._setup.refuse_if_told("ListTagsForCertificate")
        with _aws_errors():
            found = _certificate_for(context, request)
            tags = [
                {"Key": key} if value is None else {"Key": key, "Value": value}
                for key, value in found.tags.items()
            ]
            return {"Tags": tags}


class _Filter:
    """The filters of ListCertificates."""

    def __init__(self, request: dict, origins: list[str] | None) -> None:
        includes = request.get("Includes") or {}
        self._statuses = set(request.get("CertificateStatuses") or [])
        self._key_types_given = bool(includes.get("keyTypes"))
        self._key_types = set(includes.get("keyTypes") or _DEFAULT_KEY_TYPES)
        self._origins = set(origins or _DEFAULT_ORIGINS)
        self._usages = set(includes.get("keyUsage") or [])
        self._extended = set(includes.get("extendedKeyUsage") or [])
        if unknown := self._key_types - _ALL_KEY_TYPES:
            raise rules.Refused(
                "ValidationException",
                f"Value '{sorted(unknown)}' at 'includes.keyTypes' failed to satisfy constraint: "
                f"Member must satisfy enum value set: {sorted(_ALL_KEY_TYPES)}",
            )

    def matches(self, summary: dict) -> bool:
        """Whether a certificate is listed."""
        if self._statuses and summary["Status"] not in self._statuses:
            return False
        algorithm = summary.get("KeyAlgorithm", "RSA_2048")
        if algorithm.replace("RSA-", "RSA_") not in self._key_types:
            return False
        # Without keyTypes, certificates without any domain name are not listed either.
        if not self._key_types_given and not summary.get("DomainName"):
            return False
        origin = "CUSTOMER_PROVIDED" if summary["Type"] == "IMPORTED" else "AWS_MANAGED"
        return (
            origin in self._origins
            and self._usages <= set(summary.get("KeyUsages", []))
            and self._extended <= set(summary.get("ExtendedKeyUsages", []))
        )


def _page(summaries: list[dict], request: dict) -> dict:
    """One page: MaxItems is 1 to 1000, the token says where the next one begins."""
    if request.get("SortBy"):
        newest_first = request.get("SortOrder") == "DESCENDING"
        summaries.sort(key=lambda summary: summary["CreatedAt"], reverse=newest_first)
    size = request.get("MaxItems") or 1000
    token = request.get("NextToken") or "0"
    if not 1 <= size <= 1000 or not token.isdigit():
        raise rules.Refused("ValidationException", "MaxItems is 1 to 1000; NextToken is ours.")
    begin = int(token)
    answer = {"CertificateSummaryList": summaries[begin : begin + size]}
    if begin + size < len(summaries):
        answer["NextToken"] = str(begin + size)
    return answer


def _backend_of(account_id: str, region: str) -> AWSCertificateManagerBackend:
    return acm_backends[account_id][region]


def _certificate(backend: AWSCertificateManagerBackend, arn: str) -> CertBundle:
    rules.check_arn(arn)
    found = backend._certificates.get(arn)
    if found is None:
        raise rules.Refused(
            "ResourceNotFoundException",
            f"Could not find certificate {arn} in account {backend.account_id}.",
        )
    found.check()
    return found


def _certificate_for(context: RequestContext, request: dict) -> CertBundle:
    backend = _backend_of(context.account_id, context.region)
    return _certificate(backend, request.get("CertificateArn", ""))


def _detail(found: CertBundle) -> dict:
    return found.detail() if isinstance(found, _OURS) else _issued_detail(found)


def _issued_detail(found: CertBundle) -> dict:
    """LocalStack's answer for a certificate of a private CA, with dates for its serialiser."""
    detail = found.describe()["Certificate"]
    for member in ("NotBefore", "NotAfter", "CreatedAt", "IssuedAt"):
        if member in detail:
            detail[member] = datetime.fromtimestamp(detail[member], UTC)
    return detail


def _summary(found: CertBundle) -> dict:
    if isinstance(found, _OURS):
        return found.summary()
    detail = _issued_detail(found)
    members = ("CertificateArn", "DomainName", "Status", "Type", "RenewalEligibility", "NotBefore")
    members += ("NotAfter", "CreatedAt", "IssuedAt", "SubjectAlternativeNameSummaries")
    return {name: detail[name] for name in members if name in detail} | {
        "KeyAlgorithm": shown_algorithm(detail["KeyAlgorithm"]),
        "ExportOption": "DISABLED",
        "HasAdditionalSubjectAlternativeNames": False,
        "InUse": bool(found.in_use_by),
        "Exported": False,
        "KeyUsages": [usage["Name"] for usage in detail.get("KeyUsages", [])],
        "ExtendedKeyUsages": [usage["Name"] for usage in detail.get("ExtendedKeyUsages", [])],
    }


class _aws_errors:
    """Turns a refusal into the error answer of the API."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, rules.Refused):
            raise CommonServiceException(
                error.code, error.message, status_code=400, sender_fault=True
            ) from error


@aws_provider(api="acm", name="strict")
def acm() -> Service:
    """What the entry point names."""
    from localstack.services.moto import MotoFallbackDispatcher

    wait_for_issuance()
    return Service.for_provider(StrictAcmProvider(), dispatch_table_factory=MotoFallbackDispatcher)
