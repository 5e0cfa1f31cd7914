"""infra/spoke.yaml: it forwards what the functions react to, and its roles allow what the functions may do in the hub."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from harness import organization, paths
from harness.cloudformation import Template
from harness.organization import BUS, EVERYTHING, HUB, ORGANIZATION, REGION, SECRETS, SPOKE

# Rule of a spoke -> the hub's rules on its default bus whose events it forwards, the first of which has the same pattern.
RULES = {
    "AcmRule": ["ExpiryEventsAcmRule", "DnsValidationAcmRule"],
    "HealthRule": ["ExpiryEventsHealthRule", "DnsValidationHealthRule"],
    "RequestRule": ["DnsValidationRequestRule"],
    "TagsRule": ["RenewalTagsRule"],
    "ComplianceRule": ["RenewalComplianceRule"],
    "SecretsRule": ["RenewalSecretsRule"],
    "SecretCallsRule": ["RenewalSecretCallsRule"],
}
# Which are made with nothing allowed.
ALWAYS = {"AcmRule", "HealthRule", "RoleUseRule"}
# What the functions do with the hub's own credentials, whichever account a certificate is in: Sids of their roles.
OF_THE_HUB = {
    "SendNotices", "EncryptNotices", "SendEvents", "KeepWhatFailed", "WriteLogs", "WriteTraces", "ReadItsQueue",
    "ReadPrivateCas", "IssueEndEntityCertificates",
    "ReadAcmeSettings", "ReadAcmeAccounts", "DecryptAcmeAccounts", "NeverRenewFromAcmeAccounts",
    "ActInAccountsThatOwnZones", "ReadZoneRoles", "RememberTargetsWithoutTrail",
}
# What imported-renewal does in zones, which is a role of its own in a spoke.
IN_ZONES = {"ListZones", "ReadZones", "WriteChallengeRecords"}
ALL_REGIONS = (f":{REGION}:", f".{REGION}.")


def everything(**parameters: str) -> Template:
    """A spoke that allows everything."""
    return organization.spoke(**EVERYTHING | parameters)


def full_hub() -> Template:
    """A hub with what makes its roles largest, and with the spoke's secrets and domains."""
    acme = json.dumps({"directories": []})
    return organization.hub(
        AcmeSettings=acme, SecretArns=SECRETS, ValidationDomains="example.com", PrivateCaArns="*", ZoneRoles="/zones"
    )


def normalized(statement: dict[str, Any]) -> dict[str, Any]:
    """A statement of either side, as that of a spoke in all Regions."""
    text = json.dumps(statement)
    for account in (HUB, SPOKE):
        text = text.replace(account, "ACCOUNT")
    for region in ALL_REGIONS:
        text = text.replace(region, region.replace(REGION, "*"))
    found = json.loads(text)
    conditions = found.setdefault("Condition", {})
    # A pattern of Regions needs the other operator.
    for key in [key for key, value in conditions.get("StringEquals", {}).items() if "*" in value]:
        conditions.setdefault("StringLike", {})[key] = conditions["StringEquals"].pop(key)
    return plain({**found, "Condition": {operator: keys for operator, keys in conditions.items() if keys}})


def plain(value: Any) -> Any:
    """Lists in one order, and a list of one as its entry: IAM does not distinguish them."""
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return value[0] if len(value) == 1 else sorted(value)
    return value


def by_sid(statements: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The statements by their names."""
    found = {one["Sid"]: normalized(one) for one in statements}
    assert len(found) == len(statements)
    return found


@pytest.mark.parametrize("role", ["ReadRole", "RenewRole", "DnsRole"])
def test_a_role_allows_what_its_function_may_do_in_the_hub_and_nothing_else(role: str) -> None:
    of_hub = by_sid(full_hub().statements(organization.ROLES[role][0]))
    apart = OF_THE_HUB | (IN_ZONES if role == "RenewRole" else set())
    wanted = {sid: one for sid, one in of_hub.items() if sid not in apart}
    allowed = by_sid(everything().statements(role))
    # ACME accounts are the hub's: what a hub without them denies, a spoke always does.
    denial = allowed.pop("NeverReadAcmeAccounts", None)
    assert (denial is not None) == (role == "RenewRole")
    assert allowed == wanted


def test_what_denies_acme_accounts_is_the_hubs_denial() -> None:
    of_hub = by_sid(organization.hub().statements("ImportedRenewalRole"))["NeverReadAcmeAccounts"]
    assert by_sid(everything().statements("RenewRole"))["NeverReadAcmeAccounts"] == of_hub


def test_the_role_for_challenges_allows_what_the_function_may_do_in_the_hubs_zones_for_the_domains_alone() -> None:
    of_hub = by_sid(full_hub().statements("ImportedRenewalRole"))
    allowed = by_sid(everything().statements("AcmeRole"))
    assert allowed.keys() == IN_ZONES
    names = allowed["WriteChallengeRecords"]["Condition"].pop("ForAllValues:StringLike")
    del of_hub["WriteChallengeRecords"]["Condition"]["ForAllValues:StringLike"]
    assert allowed == {sid: of_hub[sid] for sid in IN_ZONES}
    assert list(names.values()) == [["_acme-challenge.*.example.com", "_acme-challenge.example.com"]]


def test_it_writes_what_acme_role_and_zone_role_write() -> None:
    given = {"OrganizationId": ORGANIZATION, "ExternalId": "certificates", "DomainNames": "example.com"}
    for path, theirs, ours, sid in (
        (paths.ACME_ROLE_TEMPLATE, "AcmeRole", "AcmeRole", "WriteChallengeRecords"),
        (paths.ZONE_ROLE_TEMPLATE, "ZoneRole", "DnsRole", "WriteValidationRecords"),
    ):
        wanted = by_sid(Template(path, given, SPOKE).statements(theirs))[sid]
        (names,) = wanted["Condition"]["ForAllValues:StringLike"].values()
        # Without a delegation zone.
        if "*." in names:
            names.remove("*.")
        assert by_sid(everything().statements(ours))[sid] == wanted


def test_nothing_is_written_by_default() -> None:
    made = organization.spoke()
    roles = made.resources("AWS::IAM::Role").keys()
    assert roles == {"ReadRole", "EventsRole"}
    allowed = {action for one in made.statements("ReadRole") for action in listed(one["Action"])}
    assert {action.split(":")[1][:3] for action in allowed} <= {"Des", "Lis", "Get"}, allowed
    assert made.resources("AWS::Events::Rule").keys() == ALWAYS


def listed(value: Any) -> list[str]:
    """Action, which is a text or a list."""
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize(
    ("parameters", "role", "sids"),
    [
        ({"AllowNotices": "true"}, "ReadRole", {"WriteItsTags", "RemoveTheReasonOfAFailure"}),
        ({"AllowRenewals": "true", "SecretArns": SECRETS}, "RenewRole", {
            "ReadConsentOfSecrets", "ReadSecretsThatConsent", "FindCertificatesByTag", "DecryptSecrets"
        }),
    ],
    ids=["tags", "secrets"],
)
def test_a_switch_is_about_its_statements(parameters: dict[str, str], role: str, sids: set[str]) -> None:
    off = {name: "" if name == "SecretArns" else value for name, value in parameters.items()}
    off |= {"AllowNotices": "false"} if "AllowNotices" in parameters else {}
    on, without = (by_sid(organization.spoke(**given).statements(role)) for given in (parameters, off))
    assert on.keys() - without.keys() == sids
    assert without.items() <= on.items()


def test_secrets_are_read_only_where_renewals_are_allowed() -> None:
    assert organization.spoke(SecretArns=SECRETS).resources("AWS::IAM::Role").keys() == {"ReadRole", "EventsRole"}


def test_roles_are_made_in_one_region_and_rules_in_each() -> None:
    home, other = everything(), everything(region="eu-west-1")
    assert home.resources("AWS::IAM::Role").keys() == {*organization.ROLES, "EventsRole"}
    assert not other.resources("AWS::IAM::Role")
    assert home.resources("AWS::Events::Rule").keys() == other.resources("AWS::Events::Rule").keys() == {*RULES, "RoleUseRule"}
    targets = {json.dumps(rule["Properties"]["Targets"]) for of in (home, other) for rule in of.resources("AWS::Events::Rule").values()}
    role = f"arn:aws:iam::{SPOKE}:role/acm-autopilot/acm-autopilot-events"
    assert targets == {json.dumps([{"Id": "hub", "Arn": BUS, "RoleArn": role}])}


def test_in_the_hubs_own_account_and_region_nothing_is_forwarded_twice() -> None:
    assert not everything(account=HUB, region=REGION).resources("AWS::Events::Rule")
    assert everything(account=HUB, region="us-east-1").resources("AWS::Events::Rule")


@pytest.mark.parametrize("rule", RULES)
def test_the_patterns_are_those_of_the_functions_rules(rule: str) -> None:
    spoke, hub = everything(region=REGION), organization.hub()
    pattern = json.loads(json.dumps(spoke.properties(rule)["EventPattern"]).replace(SPOKE, HUB))
    wanted = json.loads(json.dumps(hub.properties(RULES[rule][0])["EventPattern"]))
    if rule == "TagsRule":
        ours = [f"arn:aws:iam::{HUB}:role/acm-autopilot/acm-autopilot-{name}" for name in ("renew", "read")]
        functions = [hub.arn("ImportedRenewalRole"), hub.arn("ExpiryEventsRole")]
        assert json.dumps(functions) in json.dumps(wanted)
        wanted = json.loads(json.dumps(wanted).replace(json.dumps(functions), json.dumps(ours)))
    assert pattern == wanted


@pytest.mark.parametrize(("wide", "narrow"), [(one, other) for one, *others in RULES.values() for other in others])
def test_a_rule_that_is_forwarded_by_anothers_pattern_is_narrower(wide: str, narrow: str) -> None:
    """An event that two rules of a spoke forward would come twice."""
    hub = organization.hub()
    wide, narrow = (hub.properties(name)["EventPattern"] for name in (wide, narrow))
    assert wide["source"] == narrow["source"] and wide.get("resources") == narrow.get("resources")
    (kind,), (ours,) = wide["detail-type"], narrow["detail-type"]
    assert ours.startswith(kind["prefix"]) if isinstance(kind, dict) else ours == kind
    assert wide.get("detail", {}).items() <= narrow.get("detail", {}).items()


def test_every_rule_of_the_functions_has_one_in_the_spoke() -> None:
    rules = organization.single().resources("AWS::Events::Rule")
    listening = {
        name for name, rule in rules.items()
        if "EventPattern" in rule["Properties"] and rule["Properties"]["EventPattern"]["source"] != ["acm-autopilot"]
    }
    assert listening == {name for names in RULES.values() for name in names}


def test_no_custom_event_is_forwarded() -> None:
    rules = everything(AllowActivityGuard="true").resources("AWS::Events::Rule").values()
    sources = {source for rule in rules for source in rule["Properties"]["EventPattern"]["source"]}
    assert all(source.startswith("aws.") for source in sources), sources


def test_the_events_of_acm_begin_when_the_parameter_says() -> None:
    settings = organization.spoke(DaysBeforeExpiry="30").properties("AccountConfiguration")
    assert settings == {"ExpiryEventsConfiguration": {"DaysBeforeExpiry": "30"}}
    assert "AccountConfiguration" not in organization.spoke(DaysBeforeExpiry="0").resources()


def test_it_is_a_template_that_a_stack_set_takes() -> None:
    text = paths.SPOKE_TEMPLATE.read_text()
    assert "Transform" not in text and "Fn::Transform" not in text
    assert len(text.splitlines()) < 600
    assert len(text.encode()) < 51_200


def documented(readme: str) -> list[set[str]]:
    """The parameters that the examples of infra/README.md give to the stack set: parameters.json, and Terraform."""
    section = readme.split("\n## A whole organization\n")[1].split("\n## ")[0]
    (commands,) = re.findall(r"cat > parameters.json.*?^   PARAMETERS$", section, re.M | re.S)
    (terraform,) = re.findall(r"^  parameters = \{\n(.*?)^  \}", section, re.M | re.S)
    return [set(re.findall(r'"ParameterKey": "(\w+)"', commands)), set(re.findall(r"^    (\w+) +=", terraform, re.M))]


def test_the_examples_give_it_what_it_needs() -> None:
    parameters = everything().document["Parameters"]
    required = {name for name, about in parameters.items() if "Default" not in about}
    for given in documented((paths.TEMPLATE.parent / "README.md").read_text()):
        assert required <= given <= parameters.keys()


def test_every_parameter_is_in_one_group() -> None:
    document = everything().document
    groups = document["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(document["Parameters"])
