"""The same exchanges with simulated-aws and with an emulator, and where they differ.

    python exchanges.py http://127.0.0.1:4577 http://127.0.0.1:4566 [acm-pca=http://127.0.0.1:4567 ...]

The first endpoint is simulated-aws, the second the emulator; further arguments name the emulator's
endpoint for single services. Needs boto3 and cryptography. Prints a table of the differences, and fails
when one is not in `KNOWN` or a known one is gone.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM
ALL_KEYS = ["RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"]

# Exchange -> why LocalStack 4.13.1 with moto differs, as it comes.
# ruff: noqa: E501
KNOWN: dict[str, str] = {
    "import: a key of another certificate": 'moto compares no keys; AWS: "The private key must match the public key in the certificate"',
    "import: two certificates in one field": "moto reads the first one; AWS's own text is in terraform-provider-aws#19400",
    "import: a chain of another issuer": 'moto does not verify the chain; user guide, "Certificate and key format for importing"',
    "re-import: tags that stay": 'moto replaces the whole certificate; user guide, "Reimporting a certificate"',
    "re-import: tags in the request": 'moto takes them; AWS: "Tagging is not permitted on re-import."',
    "re-import: another key type": 'moto does not compare; user guide: "The key type and size cannot be changed"',
    "re-import: over a requested certificate": 'moto does not check the type; API reference: "The ARN of an imported certificate to replace"',
    "list: an EC certificate by default": 'moto lists all; API reference: "Default filtering returns only RSA_1024 and RSA_2048"',
    "list: MaxItems 1001": "moto does not check; API reference: 1 to 1000",
    "request: a record at once": "moto shows it at once; on AWS it is missing for seconds (aws-sdk-js#2133)",
    "get: a certificate that is not issued": "moto has a certificate from the start; API reference: RequestInProgressException",
    "tags: a comma in a value": "moto does not check characters; API reference, Tag",
    "tags: aws: as prefix": "another code; API reference: InvalidTagException (unverified which of the two AWS sends)",
    "tags: a key of 128 characters": 'moto allows 128; user guide, "Tag restrictions": 127',
    "tags: 51": "more than 50 in one request fail the list's own limit first; TooManyTagsException is for those that add up (unverified)",
    "route53: a set twice in a batch": "moto takes the last; serverless-certificate-creator#46 has AWS's answer",
    "route53: a CNAME at the apex": "moto does not check; RFC 1034, 3.6.2",
    "route53: a CNAME beside an A": "moto does not check; RFC 1034, 3.6.2",
    "route53: records after a refused batch": "moto has made the first changes; API reference: a batch is a transaction",
    "route53: a zone of another account": "moto searches the caller's account only; AWS's answer is in hashicorp/terraform#17611",
    "sns: a subject of 100 characters": 'LocalStack allows 100; API reference: "less than 100 characters long"',
    "sns: a line break in the subject": "LocalStack does not check; API reference, Publish",
    "events: source aws.acm": "LocalStack takes it, which tests of event flows use; AWS: sources that start with aws. are AWS's own",
    "config: 101 evaluations": "moto does not count; API reference: at most 100",
    "config: INSUFFICIENT_DATA": "moto does not check; API reference, Evaluation",
    "pca: RSA signature by an EC CA": "moto ignores SigningAlgorithm; API reference: the family must match the CA's key",
    "pca: longer than the CA": "moto ignores Validity; user guide: the certificate expires before its CA",
    "pca: one token twice": "moto ignores IdempotencyToken; API reference: the same for five minutes",
    "pca: a disabled CA": "moto does not check the status; API reference: InvalidStateException",
}


class World:
    """Clients for one endpoint, and names that no earlier run used."""

    def __init__(self, endpoint: str, others: dict[str, str]) -> None:
        self.endpoint, self.others = endpoint, others
        self.id = uuid.uuid4().hex[:8]
        self.rsa = rsa.generate_private_key(65537, 2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())

    def client(self, service: str, key: str = "test", secret: str = "test", token: str | None = None):
        return boto3.client(
            service,
            endpoint_url=self.others.get(service, self.endpoint),
            region_name="us-east-1",
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
        )

    def client_of(self, account: str, service: str):
        role = f"arn:aws:iam::{account}:role/zones"
        given = self.client("sts").assume_role(RoleArn=role, RoleSessionName="zones")["Credentials"]
        return self.client(service, given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])

    def certificate(self, key, days: int = 90, name: str = "www.example.com") -> bytes:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC).replace(microsecond=0)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
        builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
        start = now - timedelta(days=200)
        builder = builder.not_valid_before(start).not_valid_after(now + timedelta(days=days))
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        return builder.add_extension(names, False).sign(key, hashes.SHA256()).public_bytes(PEM)

    def key(self, key) -> bytes:
        return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

    def imported(self, key=None, **more) -> str:
        key = key or self.rsa
        return self.client("acm").import_certificate(
            Certificate=self.certificate(key), PrivateKey=self.key(key), **more
        )["CertificateArn"]

    def ca(self) -> str:
        pca = self.client("acm-pca")
        arn = pca.create_certificate_authority(
            CertificateAuthorityConfiguration={
                "KeyAlgorithm": "EC_prime256v1",
                "SigningAlgorithm": "SHA256WITHECDSA",
                "Subject": {"CommonName": f"CA {self.id}"},
            },
            CertificateAuthorityType="ROOT",
        )["CertificateAuthorityArn"]
        csr = pca.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"]
        issued = self.issue(arn, csr.encode(), template="RootCACertificate/V1", days=3650)
        got = pca.get_certificate(CertificateAuthorityArn=arn, CertificateArn=issued)
        pca.import_certificate_authority_certificate(
            CertificateAuthorityArn=arn, Certificate=got["Certificate"].encode()
        )
        return arn

    def csr(self) -> bytes:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "www.example.com")])
        builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
        return builder.sign(self.ec, hashes.SHA256()).public_bytes(PEM)

    def issue(self, ca: str, csr: bytes | None = None, template="EndEntityCertificate/V1", days=30, **more) -> str:
        return self.client("acm-pca").issue_certificate(
            **{
                "CertificateAuthorityArn": ca,
                "Csr": csr or self.csr(),
                "SigningAlgorithm": "SHA256WITHECDSA",
                "TemplateArn": f"arn:aws:acm-pca:::template/{template}",
                "Validity": {"Type": "DAYS", "Value": days},
            }
            | more
        )["CertificateArn"]

    def zone(self) -> tuple[str, str]:
        name = f"z{self.id}{uuid.uuid4().hex[:4]}.example"
        made = self.client("route53").create_hosted_zone(Name=name, CallerReference=uuid.uuid4().hex)
        return made["HostedZone"]["Id"], name

    def upsert(self, zone: str, *records: tuple[str, str, str]):
        changes = [
            {
                "Action": "UPSERT",
                "ResourceRecordSet": {"Name": name, "Type": kind, "TTL": 300, "ResourceRecords": [{"Value": value}]},
            }
            for name, kind, value in records
        ]
        return self.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})


def lists(world: World, **more) -> bool:
    arn = world.imported(world.ec)
    pages = world.client("acm").get_paginator("list_certificates").paginate(**more)
    return any(one["CertificateArn"] == arn for page in pages for one in page["CertificateSummaryList"])


def reimport(world: World, key=None, certificate: bytes | None = None, **more):
    key = key or world.rsa
    arn = world.imported(Tags=[{"Key": "Owner", "Value": "a"}])
    world.client("acm").import_certificate(
        CertificateArn=arn, Certificate=certificate or world.certificate(key), PrivateKey=world.key(key), **more
    )
    return [tag["Key"] for tag in world.client("acm").list_tags_for_certificate(CertificateArn=arn)["Tags"]]


def requested(world: World) -> str:
    return world.client("acm").request_certificate(
        DomainName=f"{world.id}.example.com", ValidationMethod="DNS"
    )["CertificateArn"]


def over_requested(world: World):
    world.client("acm").import_certificate(
        CertificateArn=requested(world), Certificate=world.certificate(world.rsa), PrivateKey=world.key(world.rsa)
    )


def record_at_once(world: World) -> bool:
    described = world.client("acm").describe_certificate(CertificateArn=requested(world))
    return "ResourceRecord" in described["Certificate"]["DomainValidationOptions"][0]


def tag(world: World, *tags: tuple[str, str]):
    world.client("acm").add_tags_to_certificate(
        CertificateArn=world.imported(), Tags=[{"Key": key, "Value": value} for key, value in tags]
    )


def imports(world: World, certificate: bytes, key=None, **more):
    world.client("acm").import_certificate(Certificate=certificate, PrivateKey=world.key(key or world.rsa), **more)


def after_failed_batch(world: World) -> int:
    zone, name = world.zone()
    try:
        world.upsert(zone, (f"a.{name}", "CNAME", "x.example"), ("a.elsewhere.example", "CNAME", "x.example"))
    except ClientError:
        pass
    return len(world.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"])


def in_zone(world: World, records: Callable[[str], list[tuple[str, str, str]]]):
    zone, name = world.zone()
    world.upsert(zone, *records(name))


def created_in(world: World, account: str) -> str:
    route53 = world.client_of(account, "route53")
    made = route53.create_hosted_zone(Name=f"z{world.id}.example", CallerReference=uuid.uuid4().hex)
    return made["HostedZone"]["Id"]


def listed_at_home(world: World) -> bool:
    zone = created_in(world, OTHER)
    pages = world.client("route53").get_paginator("list_hosted_zones").paginate()
    return any(one["Id"] == zone for page in pages for one in page["HostedZones"])


def identity(world: World) -> str:
    return world.client_of(OTHER, "sts").get_caller_identity()["Account"]


def publish(world: World, **more):
    sns = world.client("sns")
    topic = sns.create_topic(Name=f"t{world.id}")["TopicArn"]
    sns.publish(**({"TopicArn": topic, "Message": "text"} | more))


def put_events(world: World, source: str, count: int = 1) -> int:
    entry = {"Source": source, "DetailType": "x", "Detail": "{}"}
    return world.client("events").put_events(Entries=[entry] * count)["FailedEntryCount"]


def redriven(world: World) -> list[int]:
    sqs = world.client("sqs")
    dead = sqs.create_queue(QueueName=f"d{world.id}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
    attributes = {"RedrivePolicy": policy, "VisibilityTimeout": "0"}
    queue = sqs.create_queue(QueueName=f"q{world.id}", Attributes=attributes)["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    return [len(sqs.receive_message(QueueUrl=url).get("Messages", [])) for url in (queue, queue, dead)]


def evaluations(world: World, count: int = 1, compliance: str = "COMPLIANT"):
    one = {
        "ComplianceResourceType": "AWS::ACM::Certificate",
        "ComplianceResourceId": "a",
        "ComplianceType": compliance,
        "OrderingTimestamp": datetime.now(UTC),
    }
    world.client("config").put_evaluations(Evaluations=[one] * count, ResultToken="TESTMODE", TestMode=True)


def disabled_issues(world: World):
    ca = world.ca()
    world.client("acm-pca").update_certificate_authority(CertificateAuthorityArn=ca, Status="DISABLED")
    world.issue(ca)


def same_token(world: World) -> bool:
    ca = world.ca()
    return len({world.issue(ca, IdempotencyToken="t") for _ in range(2)}) == 1


OTHER = "210987654321"
UNKNOWN = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-ffffffffffff"

EXCHANGES: dict[str, Callable[[World], object]] = {
    "import: a self-signed certificate": lambda w: bool(w.imported()),
    "import: a key of another certificate": lambda w: imports(w, w.certificate(w.rsa), w.ec),
    "import: an expired certificate": lambda w: imports(w, w.certificate(w.rsa, -1)),
    "import: two certificates in one field": lambda w: imports(w, w.certificate(w.rsa) * 2),
    "import: a chain of another issuer": lambda w: imports(
        w, w.certificate(w.rsa, name="a.example"), CertificateChain=w.certificate(w.ec, name="b.example")
    ),
    "re-import: tags that stay": reimport,
    "re-import: tags in the request": lambda w: reimport(w, Tags=[{"Key": "a", "Value": "b"}]),
    "re-import: another key type": lambda w: reimport(w, w.ec),
    "re-import: other names only": lambda w: (
        reimport(w, None, w.certificate(w.rsa, name="other.example")) is not None
    ),
    "re-import: over a requested certificate": over_requested,
    "list: an EC certificate by default": lists,
    "list: an EC certificate with all key types": lambda w: lists(w, Includes={"keyTypes": ALL_KEYS}),
    "list: MaxItems 1001": lambda w: w.client("acm").list_certificates(MaxItems=1001) and None,
    "request: a record at once": record_at_once,
    "describe: an unknown certificate": lambda w: w.client("acm").describe_certificate(CertificateArn=UNKNOWN),
    "get: a certificate that is not issued": lambda w: w.client("acm").get_certificate(CertificateArn=requested(w)),
    "tags: a comma in a value": lambda w: tag(w, ("a", "b,c")),
    "tags: aws: as prefix": lambda w: tag(w, ("aws:a", "b")),
    "tags: a key of 128 characters": lambda w: tag(w, ("k" * 128, "")),
    "tags: 51": lambda w: tag(w, *((f"k{n}", "") for n in range(51))),
    "route53: a set twice in a batch": lambda w: in_zone(w, lambda n: [(f"a.{n}", "CNAME", "x.example")] * 2),
    "route53: a CNAME at the apex": lambda w: in_zone(w, lambda n: [(n, "CNAME", "x.example")]),
    "route53: a CNAME beside an A": lambda w: in_zone(
        w, lambda n: [(f"a.{n}", "A", "192.0.2.1"), (f"a.{n}", "CNAME", "x.example")]
    ),
    "route53: a name outside the zone": lambda w: in_zone(w, lambda n: [("a.elsewhere.example", "CNAME", "x.example")]),
    "route53: records after a refused batch": after_failed_batch,
    "route53: 501 upserts": lambda w: in_zone(w, lambda n: [(f"r{i}.{n}", "CNAME", "x.example") for i in range(501)]),
    "route53: a zone of another account": lambda w: w.client("route53").get_hosted_zone(Id=created_in(w, OTHER)),
    "route53: a zone of another account in the list": listed_at_home,
    "sts: the account of a role's credentials": identity,
    "ssm: a parameter that is missing": lambda w: w.client("ssm").get_parameter(Name=f"/{w.id}"),
    "sns: a subject of 100 characters": lambda w: publish(w, Subject="x" * 100),
    "sns: a line break in the subject": lambda w: publish(w, Subject="a\nb"),
    "sns: structured without default": lambda w: publish(w, Message='{"email":"x"}', MessageStructure="json"),
    "events: source aws.acm": lambda w: put_events(w, "aws.acm"),
    "events: 11 entries": lambda w: put_events(w, "a", 11),
    "sqs: redrive after one receive": redriven,
    "config: 101 evaluations": lambda w: evaluations(w, 101),
    "config: INSUFFICIENT_DATA": lambda w: evaluations(w, 1, "INSUFFICIENT_DATA"),
    "pca: a root CA comes to life": lambda w: bool(w.ca()),
    "pca: RSA signature by an EC CA": lambda w: bool(w.issue(w.ca(), SigningAlgorithm="SHA256WITHRSA")),
    "pca: longer than the CA": lambda w: bool(w.issue(w.ca(), days=4000)),
    "pca: one token twice": same_token,
    "pca: a disabled CA": disabled_issues,
}


def outcome(exchange: Callable[[World], object], world: World) -> str:
    """An error code, or what came back."""
    try:
        answer = exchange(world)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "accepted" if answer is None or isinstance(answer, dict) else f"{answer}"


def main() -> int:
    simulated, emulator, *others = sys.argv[1:]
    endpoints = dict(other.split("=", 1) for other in others)
    differences = {}
    for name, exchange in EXCHANGES.items():
        ours, theirs = outcome(exchange, World(simulated, {})), outcome(exchange, World(emulator, endpoints))
        if ours != theirs:
            differences[name] = (ours, theirs)
    print("| exchange | simulated-aws | emulator | reason |\n|---|---|---|---|")
    for name, (ours, theirs) in differences.items():
        print(f"| {name} | {ours} | {theirs} | {KNOWN.get(name, 'NOT KNOWN')} |")
    print(f"\n{len(EXCHANGES)} exchanges, {len(differences)} differences")
    surprises = set(differences) ^ set(KNOWN)
    for name in sorted(surprises):
        print(f"not as known: {name}", file=sys.stderr)
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main())
