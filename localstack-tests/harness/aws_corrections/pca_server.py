"""AWS Private CA on a loopback port: moto's server, with `StrictAuthority` in it.

Run as `python -m harness.aws_corrections.pca_server PORT`. LocalStack's free edition has no acm-pca.
"""

from __future__ import annotations

import base64
import json
import sys
import time

from moto.acmpca import models, responses
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from harness.lifeline import end_with_parent

from .pca_authority import StrictAuthority, refused


class _Responses(responses.ACMPCAResponse):
    """The operations that moto does not have, or whose parameters it does not pass on."""

    def _authority(self) -> StrictAuthority:
        arn = json.loads(self.body).get("CertificateAuthorityArn") or ""
        if ":certificate-authority/" not in arn:
            raise refused("InvalidArnException", f"'{arn}' is not the ARN of a private CA.")
        authority = self.acmpca_backend.describe_certificate_authority(arn)
        authority.refresh()
        return authority

    def create_certificate_authority(self) -> str:
        """With UsageMode."""
        answer = super().create_certificate_authority()
        arn = json.loads(answer)["CertificateAuthorityArn"]
        authority = self.acmpca_backend.describe_certificate_authority(arn)
        authority.usage_mode = json.loads(self.body).get("UsageMode") or "GENERAL_PURPOSE"
        return answer

    def describe_certificate_authority(self) -> str:
        """Through the check of the ARN."""
        return json.dumps({"CertificateAuthority": self._authority().to_json()})

    def update_certificate_authority(self) -> str:
        """ACTIVE and DISABLED can be set, and only from each other."""
        authority, status = self._authority(), json.loads(self.body).get("Status")
        if status is not None:
            if status not in ("ACTIVE", "DISABLED"):
                raise refused("InvalidArgsException", f"The status {status} cannot be set.")
            if authority.status not in ("ACTIVE", "DISABLED"):
                raise refused("InvalidStateException", f"The CA is {authority.status}.")
        return super().update_certificate_authority()

    def issue_certificate(self) -> str:
        """With every parameter."""
        request = json.loads(self.body)
        csr = base64.b64decode(request.get("Csr") or "")
        return json.dumps({"CertificateArn": self._authority().issue(request, csr)})

    def get_certificate_authority_certificate(self) -> str:
        """Of a CA that is disabled or has expired too."""
        authority = self._authority()
        if not authority.certificate_bytes:
            raise refused("InvalidStateException", f"The CA is {authority.status}.")
        answer = {"Certificate": authority.certificate_bytes.decode()}
        if authority.certificate_chain:
            answer["CertificateChain"] = authority.certificate_chain.decode()
        return json.dumps(answer)

    def create_permission(self) -> str:
        """What a service may do with a CA of its account."""
        authority, request = self._authority(), json.loads(self.body)
        principal = request["Principal"]
        if principal in authority.permissions:
            message = f"{principal} has a permission already."
            raise refused("PermissionAlreadyExistsException", message)
        given = {name: request[name] for name in ("Actions", "SourceAccount") if name in request}
        authority.permissions[principal] = given | {
            "CertificateAuthorityArn": authority.arn,
            "CreatedAt": time.time(),
            "Principal": principal,
        }
        return "{}"

    def delete_permission(self) -> str:
        """Whether there is one or not."""
        self._authority().permissions.pop(json.loads(self.body)["Principal"], None)
        return "{}"

    def list_permissions(self) -> str:
        """On one page."""
        return json.dumps({"Permissions": list(self._authority().permissions.values())})

    def import_certificate_authority_certificate(self) -> str:
        """The chain is a blob: moto stores it as it comes."""
        request = json.loads(self.body)
        chain = request.get("CertificateChain")
        self._authority().import_certificate_authority_certificate(
            base64.b64decode(request["Certificate"]), base64.b64decode(chain) if chain else None
        )
        return "{}"


class _Quiet(WSGIRequestHandler):
    """Keeps connections open, as AWS does, and logs errors only."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Nothing for an answered request."""


def main() -> None:
    """Serve until the process is ended."""
    end_with_parent()
    models.CertificateAuthority = StrictAuthority
    # Before moto's table of URLs is imported, which takes the class from there.
    responses.ACMPCAResponse = _Responses
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server(
        "127.0.0.1", int(sys.argv[1]), application, threaded=True, request_handler=_Quiet
    )
    server.serve_forever()


if __name__ == "__main__":
    main()
