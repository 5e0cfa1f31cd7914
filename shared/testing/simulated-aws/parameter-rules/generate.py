#!/usr/bin/env python3
"""Writes rules.json: what the service models of botocore say about the parameters of the operations modelled here.

`target/venv/bin/python shared/testing/simulated-aws/parameter-rules/generate.py` writes it, `--check` fails when the file
is not what would be written. With the models that botocore of the tests' environment lacks (harness/newer_models).
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path

import botocore
from botocore.loaders import Loader

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[3]
RULES = HERE / "rules.json"
NEWER_MODELS = PROJECT / "localstack-tests" / "harness" / "newer_models"
# The service's name in src/services.rs (or that of its SDK), that of botocore, and the operations. What is not listed is not modelled.
SERVICES = {
    "account": ("account", "GetAlternateContact ListRegions"),
    "acm": (
        "acm",
        "AddTagsToCertificate DeleteCertificate DescribeCertificate GetAccountConfiguration GetCertificate"
        " ImportCertificate ListAcmeAccounts ListAcmeEndpoints ListAcmeExternalAccountBindings"
        " ListCertificateDomainValidations ListCertificates ListTagsForCertificate"
        " PutAccountConfiguration RemoveTagsFromCertificate RenewCertificate RequestCertificate"
        " SearchCertificates UpdateCertificateOptions",
    ),
    "acm-pca": (
        "acm-pca",
        "CreateCertificateAuthority CreatePermission DeleteCertificateAuthority DeletePermission"
        " DescribeCertificateAuthority GetCertificate GetCertificateAuthorityCertificate"
        " GetCertificateAuthorityCsr GetPolicy ImportCertificateAuthorityCertificate IssueCertificate"
        " ListCertificateAuthorities ListPermissions ListTags PutPolicy RestoreCertificateAuthority"
        " RevokeCertificate TagCertificateAuthority UpdateCertificateAuthority",
    ),
    "apigateway": ("apigateway", "GetClientCertificates GetDomainNames"),
    "cloudcontrol": ("cloudcontrol", "GetResource ListResources"),
    "cloudfront": ("cloudfront", "ListDistributions"),
    "cloudtrail": ("cloudtrail", "DescribeTrails GetEventSelectors GetTrailStatus LookupEvents"),
    "config": (
        "config",
        "DescribeConfigRules GetComplianceDetailsByConfigRule GetResourceConfigHistory PutConfigRule PutEvaluations",
    ),
    "elasticloadbalancing": ("elb", "DescribeLoadBalancers"),
    "elasticloadbalancingv2": (
        "elbv2",
        "DescribeListenerCertificates DescribeListeners DescribeLoadBalancers",
    ),
    "events": ("events", "PutEvents"),
    "iam": (
        "iam",
        "GetServerCertificate ListAccountAliases ListServerCertificateTags ListServerCertificates",
    ),
    "kms": ("kms", "DescribeKey ListAliases ListGrants"),
    "organizations": (
        "organizations",
        "DescribeAccount DescribeOrganization ListAccounts ListAccountsForParent ListOrganizationalUnitsForParent"
        " ListParents ListRoots ListTagsForResource",
    ),
    "route53": (
        "route53",
        "ChangeResourceRecordSets CreateHostedZone DeleteHostedZone GetChange GetHostedZone ListHostedZones"
        " ListHostedZonesByName ListResourceRecordSets",
    ),
    "s3": ("s3", "DeleteObject GetObject HeadObject ListObjectsV2 PutObject"),
    "secretsmanager": (
        "secretsmanager",
        "BatchGetSecretValue CreateSecret DeleteSecret DescribeSecret GetSecretValue ListSecretVersionIds ListSecrets"
        " PutSecretValue RestoreSecret TagResource UntagResource UpdateSecret UpdateSecretVersionStage",
    ),
    "sns": ("sns", "CreateTopic ListTopics Publish"),
    "sqs": (
        "sqs",
        "ChangeMessageVisibility CreateQueue DeleteMessage GetQueueAttributes GetQueueUrl ListQueues"
        " ReceiveMessage SendMessage SendMessageBatch SetQueueAttributes",
    ),
    "ssm": ("ssm", "DeleteParameter GetParameter GetParameters GetParametersByPath PutParameter"),
    "sts": ("sts", "AssumeRole GetCallerIdentity"),
    "tag": ("resourcegroupstaggingapi", "GetResources TagResources UntagResources"),
}
# Look-ahead, which the regex crate has not, written without it.
WITHOUT_LOOKAHEAD = {
    "((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])": "([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)",
    "((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])": "([A-Za-z0-9][A-Za-z0-9-]{0,61}[A-Za-z0-9])",
}
# What AWS does not hold to: these rules of the members' shapes do not apply.
# Re-import with an empty list of tags gets "Tagging is not permitted on re-import." (aws-controllers-k8s/community#3018).
# ReceiveMessage takes the names of a message's attributes, though its model has those of a queue's (its documentation, and
# recorded from AWS: LocalStack's `tests/aws/services/sqs/test_sqs.snapshot.json`).
WITHOUT_RULES = {("ImportCertificateRequest", "Tags"): "min", ("ReceiveMessageRequest", "AttributeNames"): "member"}
# In Java, whose patterns these are, these are ASCII's.
ASCII = {r"\w": "0-9A-Za-z_", r"\d": "0-9", r"\s": r" \t\n\x0B\f\r"}


def main() -> None:
    """Write the file, or compare it."""
    text = rules()
    if "--check" not in sys.argv[1:]:
        RULES.write_text(text)
    elif RULES.read_text() != text:
        sys.exit(f"{RULES.relative_to(PROJECT)} is not what generate.py writes: run it")
    else:
        print(f"{RULES.name} is what botocore {botocore.__version__} says")


def rules() -> str:
    """The whole file: a line for each shape, so that a change of a model can be read."""
    loader = Loader(extra_search_paths=[str(NEWER_MODELS)])
    services = {name: service(loader, *of) for name, of in sorted(SERVICES.items())}
    head = {"botocore": botocore.__version__, "sha256": digest(services)}
    lines = [f'"source": {line(head)}', *(f"{line(name)}: {lines_of(it)}" for name, it in services.items())]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def lines_of(service: dict) -> str:
    """A service's operations in one line, and each shape in one."""
    shapes = ",\n".join(f"  {line(name)}: {line(shape)}" for name, shape in sorted(service["shapes"].items()))
    return f'{{\n "operations": {line(service["operations"])},\n "shapes": {{\n{shapes}\n }}\n}}'


def line(value: object) -> str:
    """JSON in one line."""
    return json.dumps(value, ensure_ascii=True)


def digest(services: dict) -> str:
    """Of what is below, so that an edit by hand is seen."""
    return hashlib.sha256(json.dumps(services, sort_keys=True).encode()).hexdigest()


def service(loader: Loader, name: str, operations: str) -> dict:
    """The operations with their input shapes, and all shapes that these reach."""
    model = loader.load_service_model(name, "service-2")
    inputs = {it: (model["operations"][it].get("input") or {}).get("shape") for it in operations.split()}
    shapes: dict[str, dict] = {}
    waiting = sorted({shape for shape in inputs.values() if shape})
    while waiting:
        reached = waiting.pop()
        if reached not in shapes:
            shapes[reached], more = shape(model["shapes"][reached])
            waiting += more
    for (structure, name), rule in WITHOUT_RULES.items():
        if structure in shapes:
            of = shapes[structure]["members"][name]
            rules = {**shapes[of["shape"]]}
            del rules[rule]
            of["shape"] = f"{of['shape']} of {structure}"
            shapes[of["shape"]] = rules | ({"member": "String"} if rule == "member" else {})
    return {"operations": inputs, "shapes": shapes}


def shape(given: dict) -> tuple[dict, list[str]]:
    """The constraints of one shape, and the shapes that it leads to."""
    made: dict = {"type": given["type"]}
    made |= {limit: given[limit] for limit in ("min", "max") if limit in given}
    if given["type"] == "structure":
        made["members"] = {name: member(name, it, given) for name, it in given["members"].items()}
        return made, [it["shape"] for it in given["members"].values()]
    if given["type"] in ("list", "map"):
        inner = {part: given[part]["shape"] for part in ("member", "key", "value") if part in given}
        return made | inner, list(inner.values())
    if "enum" in given:
        made["enum"] = given["enum"]
    if "pattern" in given:
        made["pattern"] = given["pattern"]
        made["regex"] = translated(given["pattern"])
    return made, []


def member(name: str, given: dict, structure: dict) -> dict:
    """A member's shape, its name in requests where that is another one, and whether it must be there."""
    made = {"shape": given["shape"]}
    if given.get("location") in ("uri", "querystring") and given["locationName"] != name:
        made["wire"] = given["locationName"]
    if name in structure.get("required", []):
        made["required"] = True
    return made


def translated(pattern: str) -> str:
    """In the syntax of the regex crate."""
    for java, rust in WITHOUT_LOOKAHEAD.items():
        pattern = pattern.replace(java, rust)
    if "(?!" in pattern or "(?=" in pattern:
        sys.exit(f"look-ahead that is not translated: {pattern}")
    return re.sub(r"\[(?:\\.|[^\]])*\]|\\[wds]", in_ascii, pattern)


def in_ascii(found: re.Match[str]) -> str:
    """A class, or one of the short forms outside of a class."""
    if found[0] in ASCII:
        return f"[{ASCII[found[0]]}]"
    return re.sub(r"\\(?:[wds]|.)", lambda it: ASCII.get(it[0], it[0]), found[0])


if __name__ == "__main__":
    main()
