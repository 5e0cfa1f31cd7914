"""STS inside LocalStack: `PROVIDER_OVERRIDE_STS=strict` loads it.

A role of another account can be assumed only when it is there and its trust policy lets the caller.
LocalStack hands out credentials for any role, there or not. Within an account nothing is checked: IAM as a
whole is not emulated.
"""

from __future__ import annotations

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.services.plugins import Service, aws_provider
from localstack.services.sts.provider import StsProvider
from localstack.utils.aws.arns import extract_account_id_from_arn
from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from .trust_policy import Caller, allows


class StrictStsProvider(StsProvider):
    """LocalStack's provider, with trust policies between accounts."""

    def assume_role(
        self, context: RequestContext, role_arn: str, role_session_name: str, **rest: object
    ) -> dict:
        """AccessDenied, as AWS answers for a role that is not there too."""
        account = extract_account_id_from_arn(role_arn) or context.account_id
        # LocalStack assumes roles for its own calls too, as services whose principal a role trusts.
        if account != context.account_id and not context.is_internal_call:
            caller = Caller(context.account_id, _principal(context), rest.get("external_id"))
            policy = _trust_policy(account, context.partition, role_arn)
            if policy is None or not allows(policy, caller):
                raise CommonServiceException(
                    "AccessDenied",
                    f"User: {caller.principal} is not authorized to perform: sts:AssumeRole on "
                    f"resource: {role_arn}",
                    status_code=403,
                    sender_fault=True,
                )
        return super().assume_role(context, role_arn, role_session_name, **rest)


def _trust_policy(account: str, partition: str, role_arn: str) -> object | None:
    roles = iam_backends[account][partition].roles.values()
    return next((it.assume_role_policy_document for it in roles if it.arn == role_arn), None)


def _principal(context: RequestContext) -> str:
    """The role whose credentials signed the call, or the account's root."""
    key = extract_access_key_id_from_auth_header(context.request.headers)
    backend = sts_backends[context.account_id][context.partition]
    role = backend.get_assumed_role_from_access_key(key) if key else None
    return role.role_arn if role else f"arn:{context.partition}:iam::{context.account_id}:root"


@aws_provider(api="sts", name="strict")
def sts() -> Service:
    """What the entry point names."""
    from localstack.services.moto import MotoFallbackDispatcher

    return Service.for_provider(StrictStsProvider(), dispatch_table_factory=MotoFallbackDispatcher)
