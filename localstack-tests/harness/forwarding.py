"""Forwards what LocalStack is asked of services that simulated-aws has to simulated-aws: ACM, AWS Private CA, Route 53,
AWS Config, the Resource Groups Tagging API, which has to know the certificates, and AWS Organizations, which LocalStack lacks.

LocalStack finds these providers through the entry point group `localstack.aws.provider`; `PROVIDER_OVERRIDE_ACM=simulated`
and the like choose them. STS stays LocalStack's: Lambda, EventBridge and SQS read an account from its access keys.

The provider `moto` of acm-pca, which LocalStack lacks, is for comparing simulated-aws with what moto answers.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from localstack.aws.api import RequestContext
from localstack.aws.forwarder import AwsRequestProxy
from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.http import Response
from localstack.services.moto import call_moto
from localstack.services.plugins import Service, aws_provider

from .aws_corrections.cloudformation_certificate import wait_for_issuance

SERVICES = ("acm", "acm-pca", "route53", "config", "resourcegroupstaggingapi", "organizations")
# Where simulated-aws listens.
ENDPOINT = "SIMULATED_AWS_ENDPOINT"
_ACCESS_KEY = re.compile(r"(?<=Credential=)[^/]+")


class _Forwarder(AwsRequestProxy):
    """Passes requests and answers on as they are, but for the access key: it becomes the caller's account.

    simulated-aws takes the account from such a key, and does not know the keys that LocalStack's STS gives.
    """

    def __init__(self) -> None:
        super().__init__(os.environ[ENDPOINT], parse_response=False)

    def forward(self, context: RequestContext, service_request: object = None) -> Response:
        """What simulated-aws answers; errors too."""
        request = context.request
        signed = request.headers.get("Authorization", "")
        request.headers["Authorization"] = _ACCESS_KEY.sub(context.account_id, signed)
        answer = self.proxy.forward(request, request.path)
        return Response(answer.get_data(), answer.status_code, answer.headers)


def _service(api: str, answer: Callable) -> Service:
    model = load_service(api)
    return Service(api, skeleton=Skeleton(model, dict.fromkeys(model.operation_names, answer)))


@aws_provider(api="acm", name="simulated")
def acm() -> Service:
    """ACM; CloudFormation's certificates wait for it as on AWS."""
    wait_for_issuance()
    return _service("acm", _Forwarder())


@aws_provider(api="acm-pca", name="simulated")
def acm_pca() -> Service:
    """AWS Private CA."""
    return _service("acm-pca", _Forwarder())


@aws_provider(api="route53", name="simulated")
def route53() -> Service:
    """Route 53."""
    return _service("route53", _Forwarder())


@aws_provider(api="config", name="simulated")
def config() -> Service:
    """AWS Config."""
    return _service("config", _Forwarder())


@aws_provider(api="resourcegroupstaggingapi", name="simulated")
def tagging() -> Service:
    """The Resource Groups Tagging API."""
    return _service("resourcegroupstaggingapi", _Forwarder())


@aws_provider(api="organizations", name="simulated")
def organizations() -> Service:
    """AWS Organizations."""
    return _service("organizations", _Forwarder())


@aws_provider(api="acm-pca", name="moto")
def acm_pca_of_moto() -> Service:
    """AWS Private CA as moto has it."""
    return _service("acm-pca", lambda context, _: call_moto(context))
