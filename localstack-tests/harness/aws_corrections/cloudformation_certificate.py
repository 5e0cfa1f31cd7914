"""CloudFormation's `AWS::CertificateManager::Certificate`, which is complete when the certificate is issued.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-certificatemanager-certificate.html:
"the stack will remain in the CREATE_IN_PROGRESS state [...] until you act". LocalStack's is complete at once.
Not here: CloudFormation's own records for options that name a HostedZoneId.
"""

from __future__ import annotations

from localstack.services.certificatemanager.resource_providers.aws_certificatemanager_certificate import (
    CertificateManagerCertificateProvider,
)
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceRequest,
)


def wait_for_issuance() -> None:
    """Replace LocalStack's way to create one."""
    request_at_once = CertificateManagerCertificateProvider.create

    def create(
        self: CertificateManagerCertificateProvider, request: ResourceRequest
    ) -> ProgressEvent:
        model = request.desired_state
        if not model.get("Id"):
            model = request_at_once(self, request).resource_model
        detail = request.aws_client_factory.acm.describe_certificate(CertificateArn=model["Id"])
        status = detail["Certificate"]["Status"]
        progress = {
            "ISSUED": OperationStatus.SUCCESS,
            "PENDING_VALIDATION": OperationStatus.IN_PROGRESS,
        }.get(status, OperationStatus.FAILED)
        message = f"The certificate is {status}" if progress is OperationStatus.FAILED else ""
        return ProgressEvent(status=progress, resource_model=model, message=message)

    CertificateManagerCertificateProvider.create = create
