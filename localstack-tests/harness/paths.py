"""Where things are in the project, and where the harness writes (under `target/` only)."""

from __future__ import annotations

import os
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
PROJECT = TESTS.parent
TARGET = PROJECT / "target"
TEMPLATE = PROJECT / "infra" / "template.yaml"
COMPLIANCE_TEMPLATE = PROJECT / "infra" / "compliance-rules.yaml"
INVENTORY_TEMPLATE = PROJECT / "infra" / "certificate-inventory.yaml"
GUARD_TEMPLATE = PROJECT / "infra" / "activity-guard.yaml"
GUARD_US_EAST_1_TEMPLATE = PROJECT / "infra" / "activity-guard-us-east-1.yaml"
ZONE_ROLE_TEMPLATE = PROJECT / "infra" / "zone-role.yaml"
ACME_ROLE_TEMPLATE = PROJECT / "infra" / "acme-role.yaml"
SPOKE_TEMPLATE = PROJECT / "infra" / "spoke.yaml"
# Each function's bootstrap: on Linux the very artifact that is deployed, elsewhere a native one. The demo has its own.
ARTIFACTS = PROJECT / os.environ.get("ARTIFACTS", "target/lambda")
RUNS = TARGET / "localstack"
# What services know and the botocore here does not, in the form of botocore's own extras.
NEWER_MODELS = TESTS / "harness" / "newer_models"
