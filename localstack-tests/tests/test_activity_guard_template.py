"""infra/activity-guard.yaml: what it notices, once each, and that it changes nothing; spoke.yaml forwards the same."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from harness import organization, paths
from harness.cloudformation import Template
from harness.event_patterns import fits
from harness.organization import EVERYTHING, EXTERNAL_ID, HUB, ORGANIZATION, REGION, SPOKE
from harness.policies import Request, allowed
from tests.test_spoke_template import by_sid

Event = dict[str, Any]
SAMPLES = paths.PROJECT / "events" / "activity-guard"
TOPIC, CHAT = (f"arn:aws:sns:{REGION}:{HUB}:{name}" for name in ("notices", "chat"))
KEY = f"arn:aws:kms:{REGION}:{HUB}:key/k"
BUCKET = "inventory-1a2b3c"
OBJECTS = f"arn:aws:s3:::{BUCKET}"
HOME_BUS = f"arn:aws:events:{REGION}:{HUB}:event-bus/default"
GLOBAL_REGION = "us-east-1"
# Rule -> the samples that it matches, each of which no other rule does.
ACTS = {
    "Issued": ["certificate-available-acme"],
    "Calls": [
        "request-outside-domains", "request-exportable", "import-certificate", "delete-certificate", "delete-certificate-refused",
        "revoke-certificate", "update-certificate-options", "create-acme-endpoint", "create-acme-external-account-binding",
        "create-acme-domain-validation",
    ],
    "Tags": ["add-tags", "remove-tags"],
    "Reads": ["export-certificate", "get-acme-credentials"],
    "PrivateCas": [
        "update-certificate-authority", "delete-certificate-authority", "create-permission", "delete-permission", "put-policy",
        "delete-policy", "revoke-private-certificate", "issue-ca-certificate",
    ],
    "Grants": ["revoke-grant"],
    "Records": ["delete-validation-record"],
    "Roles": [
        "create-role", "delete-role", "update-assume-role-policy", "put-role-policy", "delete-role-policy", "attach-role-policy",
        "detach-role-policy", "put-role-permissions-boundary", "delete-role-permissions-boundary",
    ],
}
RULE_OF = {name: rule for rule, names in ACTS.items() for name in names}
# CloudTrail records these services' calls in us-east-1, wherever the function is.
GLOBAL = {"Records", "Roles"}
# Rule -> what it asks for, and the sample of it. The second sample of an audit is for people.
SCHEDULES = {"SweepRule": "sweep", "DigestRule": "digest", "AuditRule": "audit"}
ONLY_BY_HAND = {"audit-of-a-month"}
# The name of a rule in spoke.yaml. ACM's own events are forwarded in any case.
FORWARDED = {rule: f"Guard{rule}Rule" for rule in ACTS} | {"Issued": "AcmRule"}


def guard(**parameters: str) -> Template:
    """The stack in an account of its own."""
    return Template(paths.GUARD_TEMPLATE, {"InventoryBucketName": BUCKET, "NoticeTopicArn": TOPIC} | parameters, HUB, REGION)


def hub(**parameters: str) -> Template:
    """The stack of an organization."""
    settings = {"OrganizationSettings": json.dumps({"id": ORGANIZATION}), "OrganizationId": ORGANIZATION}
    return guard(**settings | parameters)


def spoke(region: str = GLOBAL_REGION, **parameters: str) -> Template:
    """A spoke that activity-guard watches."""
    return organization.spoke(region, AllowActivityGuard="true", **parameters)


def from_us_east_1() -> Template:
    """What forwards to another Region of the same account."""
    return Template(paths.GUARD_US_EAST_1_TEMPLATE, {"TargetEventBusArn": HOME_BUS}, HUB, GLOBAL_REGION)


def sample(name: str, account: str = HUB, region: str = REGION) -> Event:
    """A sample as an event of the account, in the Region where CloudTrail records the call."""
    text = (SAMPLES / f"{name}.json").read_text().replace("123456789012", account)
    return json.loads(text if RULE_OF.get(name) in GLOBAL else text.replace("us-east-1", region))


def patterns(of: Template, bus: str | None = None) -> dict[str, Event]:
    """The patterns of the rules on a bus, the default one if none is named."""
    rules = {name: one["Properties"] for name, one in of.resources("AWS::Events::Rule").items()}
    return {
        name: rule["EventPattern"] for name, rule in rules.items() if "EventPattern" in rule and rule.get("EventBusName") == bus
    }


def matching(of: Template, event: Event, bus: str | None = None) -> list[str]:
    """The rules that an event fits."""
    return [name for name, pattern in patterns(of, bus).items() if fits(pattern, event)]


# -- What its role may do


def may(action: str, resource: str, of: Template | None = None, **context: str) -> bool:
    """What its role allows, without a word of the resource's own."""
    template = of or guard(ChatTopicArn=CHAT)
    statements = template.statements("ActivityGuardRole", "ActivityGuardOrganizationPolicy")
    return allowed(Request(action, resource, context), statements)


def actions(statements: list[dict[str, Any]]) -> set[str]:
    """All actions that are allowed."""
    found = [one["Action"] for one in statements if one["Effect"] == "Allow"]
    return {action for one in found for action in ([one] if isinstance(one, str) else one)}


def test_its_actions_are_these() -> None:
    single = {
        "acm:DescribeCertificate", "s3:ListBucket", "s3:GetObject", "s3:PutObject", "sns:Publish", "sqs:SendMessage",
        "logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTraceSegments", "xray:PutTelemetryRecords",
    }
    assert actions(guard().statements("ActivityGuardRole")) == single
    encrypted = {"kms:GenerateDataKey", "kms:Decrypt"}
    assert actions(guard(KmsKeyArn=KEY).statements("ActivityGuardRole")) == single | encrypted
    assert actions(hub(OrganizationSettings="/organization").statements("ActivityGuardOrganizationPolicy")) == {
        "sts:AssumeRole", "organizations:ListRoots", "organizations:ListOrganizationalUnitsForParent",
        "organizations:ListAccountsForParent", "organizations:ListTagsForResource", "ssm:GetParameter",
    }


def test_it_writes_its_own_objects_and_neither_shards_nor_reports() -> None:
    assert may("s3:PutObject", f"{OBJECTS}/activity/2026/11/28/1.json")
    for key in ("shards/123456789012/eu-central-1.json", "reports/latest/report.html", "state.json", "activity"):
        assert not may("s3:PutObject", f"{OBJECTS}/{key}"), key
    assert not may("s3:PutObject", "arn:aws:s3:::another/activity/1.json")


def test_it_reads_shards_and_its_own_objects_and_no_report() -> None:
    for key in ("shards/123456789012/eu-central-1.json", "activity/2026/11/28/1.json"):
        assert may("s3:GetObject", f"{OBJECTS}/{key}"), key
    assert not may("s3:GetObject", f"{OBJECTS}/reports/latest/report.json")
    for prefix in ("shards/", "shards/123456789012/", "activity/2026"):
        assert may("s3:ListBucket", OBJECTS, **{"s3:prefix": prefix}), prefix
    for prefix in ("", "reports/", "shard"):
        assert not may("s3:ListBucket", OBJECTS, **{"s3:prefix": prefix}), prefix
    assert may("s3:ListBucket", OBJECTS), "how S3 asks before it says that an object is not there"


def test_it_describes_certificates_of_its_account_and_region() -> None:
    assert may("acm:DescribeCertificate", f"arn:aws:acm:{REGION}:{HUB}:certificate/1")
    for account, region in ((SPOKE, REGION), (HUB, "us-west-2")):
        assert not may("acm:DescribeCertificate", f"arn:aws:acm:{region}:{account}:certificate/1")


def test_it_publishes_to_its_topics_alone() -> None:
    assert may("sns:Publish", TOPIC) and may("sns:Publish", CHAT)
    assert not may("sns:Publish", CHAT, guard())
    assert not may("sns:Publish", f"{TOPIC}-2")


def test_its_key_is_used_through_s3_and_sns_alone() -> None:
    of = guard(KmsKeyArn=KEY)
    for service, expected in (("s3", True), ("sns", True), ("secretsmanager", False)):
        known = {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"}
        assert may("kms:Decrypt", KEY, of, **known) is expected, service
    assert not may("kms:Decrypt", KEY, of)


def test_a_spoke_lets_it_describe_certificates_and_nothing_else() -> None:
    here = by_sid(guard().statements("ActivityGuardRole"))["ReadCertificates"]
    assert by_sid(spoke().statements("GuardRole")) == {"ReadCertificates": here}


def test_a_spoke_lets_it_in_only_when_asked_and_in_its_home_region() -> None:
    assert "GuardRole" not in organization.spoke().resources()
    assert "GuardRole" not in spoke(REGION).resources()
    assert "GuardRole" in spoke().resources()


@pytest.mark.parametrize(("path", "account", "expected"), [
    ("/acm-autopilot/activity-guard/stack-Role-1", HUB, True),
    ("/acm-autopilot/activity-guard/stack-Role-1", "444455556666", False),
    ("/acm-autopilot/activity-guard/stack-Role-1", SPOKE, False),
    ("/acm-autopilot/certificate-inventory/stack-Role-1", HUB, False),
    ("/acm-autopilot/expiry-events/stack-Role-1", HUB, False),
    ("/x/acm-autopilot/activity-guard/stack-Role-1", HUB, False),
    ("/Administrator", HUB, False),
])
def test_who_may_act_in_a_spoke(path: str, account: str, expected: bool) -> None:
    template, policy = spoke(**EVERYTHING), hub().statements("ActivityGuardOrganizationPolicy")
    known = organization.caller(path, account) | {"sts:ExternalId": EXTERNAL_ID, "aws:ResourceOrgID": ORGANIZATION}

    def may_assume(role: str, context: dict[str, Any], of_caller: list[dict[str, Any]]) -> bool:
        request = Request("sts:AssumeRole", template.arn(role), context)
        return allowed(request, of_caller, organization.trust(role, template), owner=SPOKE, resource_must_allow=True)

    anything = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    assert may_assume("GuardRole", known, policy) is expected
    assert may_assume("GuardRole", known, anything) is expected
    assert not may_assume("GuardRole", known | {"sts:ExternalId": "another"}, anything)
    assert not may_assume("GuardRole", known | {"aws:PrincipalOrgID": "o-zzzzzzzzzz"}, anything)
    assert not may_assume("GuardRole", known | {"aws:ResourceOrgID": "o-zzzzzzzzzz"}, policy)
    assert not any(may_assume(role, known, policy) for role in organization.ROLES)


# -- What it notices


def test_every_sample_is_of_a_rule_or_a_schedule() -> None:
    names = {path.stem for path in SAMPLES.iterdir()}
    assert names == RULE_OF.keys() | set(SCHEDULES.values()) | ONLY_BY_HAND


@pytest.mark.parametrize("name", RULE_OF)
def test_each_act_fits_one_rule(name: str) -> None:
    event, rule = sample(name), RULE_OF[name]
    assert matching(guard(), event) == [f"Guard{rule}Rule"]
    assert matching(hub(), event) == [f"Guard{rule}Rule"]
    # From spokes it comes over the hub's bus, and is not on the default bus.
    assert matching(hub(), sample(name, SPOKE), "acm-autopilot") == [f"GuardSpoke{rule}Rule"]
    assert not matching(hub(), sample(name, SPOKE))


@pytest.mark.parametrize("name", RULE_OF)
@pytest.mark.parametrize("allowed", [{}, EVERYTHING], ids=["this alone", "everything"])
def test_a_spoke_forwards_each_act_once(name: str, allowed: dict[str, str]) -> None:
    region = GLOBAL_REGION if RULE_OF[name] in GLOBAL else REGION
    assert matching(spoke(region, **allowed), sample(name, SPOKE)) == [FORWARDED[RULE_OF[name]]]
    assert not matching(spoke(region, **allowed), sample(name, "444455556666"))


def test_without_activity_guard_a_spoke_forwards_none_of_it_more_than_before() -> None:
    for of in (organization.spoke(), organization.spoke(**EVERYTHING)):
        assert not {name for name in of.resources() if name.startswith("Guard")}


def test_the_calls_of_global_services_are_forwarded_where_they_are_recorded() -> None:
    there, elsewhere = (set(spoke(region).resources("AWS::Events::Rule")) for region in (GLOBAL_REGION, REGION))
    assert there - elsewhere == {f"Guard{rule}Rule" for rule in GLOBAL}
    assert not elsewhere - there


@pytest.mark.parametrize(("name", "rule", "gets"), [
    ("dns-validation/cloudtrail-request-certificate", "GuardCallsRule", "DnsValidationFunction"),
    ("dns-validation/cloudtrail-update-certificate-options", "GuardCallsRule", "DnsValidationFunction"),
    ("imported-renewal/cloudtrail-add-tags", "GuardTagsRule", "RenewalQueue"),
])
def test_the_hubs_other_functions_get_what_they_did_before(name: str, rule: str, gets: str) -> None:
    text = (paths.PROJECT / f"events/{name}.json").read_text().replace("123456789012", SPOKE).replace("us-east-1", REGION)
    event, of_hub = json.loads(text), organization.hub()
    assert matching(spoke(REGION, **EVERYTHING), event) == [rule]
    targets = [of_hub.properties(name)["Targets"] for name in matching(of_hub, event, "acm-autopilot")]
    assert targets and all(one["Arn"] == of_hub.arn(gets) for of_rule in targets for one in of_rule)


@pytest.mark.parametrize("role", ["ReadRole", "RenewRole", "DnsRole"])
@pytest.mark.parametrize("name", ACTS["Tags"])
def test_the_tags_that_the_functions_write_are_not_forwarded(name: str, role: str) -> None:
    """imported-renewal would take them for an operator's."""
    template, event = spoke(**EVERYTHING), sample(name, SPOKE)
    event["detail"]["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] = template.arn(role)
    assert not matching(template, event)
    del event["detail"]["userIdentity"]["sessionContext"]
    event["detail"]["userIdentity"]["type"] = "IAMUser"
    assert matching(template, event) == ["GuardTagsRule"]


def changed(name: str, change: Callable[[dict[str, Any]], Any]) -> Event:
    """A sample with something else in its detail."""
    event = copy.deepcopy(sample(name))
    change(event["detail"])
    return event


def in_record(change: Callable[[list[dict[str, Any]]], Any]) -> Event:
    """The sample of a deleted record, with other changes of records."""
    return changed("delete-validation-record", lambda detail: change(detail["requestParameters"]["changeBatch"]["changes"]))


def turned_round(changes: list[dict[str, Any]]) -> None:
    """Another record is deleted, and that of the validation is written."""
    for one in changes:
        one["action"] = {"UPSERT": "DELETE", "DELETE": "UPSERT"}[one["action"]]


NEAR_MISSES = {
    "a tag of somebody else's": changed(
        "add-tags", lambda detail: detail["requestParameters"].update(tags=[{"key": "Owner", "value": "team-a"}])
    ),
    "a tag that is called like ours": changed(
        "remove-tags", lambda detail: detail["requestParameters"].update(tags=[{"key": "my-acm-autopilot:status"}])
    ),
    "a validation record that is written": in_record(lambda changes: changes[1].update(action="UPSERT")),
    "another record that is deleted in the same batch": in_record(turned_round),
    "another record that is deleted": in_record(
        lambda changes: changes[1]["resourceRecordSet"].update(resourceRecords=[{"value": "acm-validations.aws.example.com."}])
    ),
    "an alias, which has no values": in_record(lambda changes: changes[1]["resourceRecordSet"].pop("resourceRecords")),
    "another role": changed("put-role-policy", lambda detail: detail["requestParameters"].update(roleName="Developer")),
    "a role that is called like ours": changed(
        "create-role", lambda detail: detail["requestParameters"].update(roleName="my-acm-autopilot")
    ),
    "a role that is read": changed("create-role", lambda detail: detail.update(eventName="GetRole")),
    "a certificate of an end entity": changed(
        "issue-ca-certificate",
        lambda detail: detail["requestParameters"].update(templateArn="arn:aws:acm-pca:::template/EndEntityCertificate/V1"),
    ),
    "a certificate of the default template": changed(
        "issue-ca-certificate", lambda detail: detail["requestParameters"].pop("templateArn")
    ),
    "a grant that ends as it should": changed("revoke-grant", lambda detail: detail.update(eventName="RetireGrant")),
    "a certificate that is read": changed("export-certificate", lambda detail: detail.update(eventName="GetCertificate")),
    "a service's call of the same name": changed("put-policy", lambda detail: detail.update(eventSource="organizations.amazonaws.com")),
    "a deletion that failed for another reason": changed(
        "delete-certificate-refused", lambda detail: detail.update(errorCode="ThrottlingException")
    ),
    "another event of ACM": sample("certificate-available-acme") | {"detail-type": "ACM Certificate Approaching Expiration"},
    "somebody's own event": sample("delete-certificate") | {"source": "my.application"},
}


def everywhere(event: Event) -> list[str]:
    """The rules that it fits: here, on the hub's bus, and in a spoke."""
    of_spoke = json.loads(json.dumps(event).replace(HUB, SPOKE))
    forwarded = {name for name in matching(spoke(), of_spoke) if name.startswith("Guard")}
    return [*matching(hub(), event), *matching(hub(), of_spoke, "acm-autopilot"), *matching(from_us_east_1(), event), *forwarded]


@pytest.mark.parametrize("what", NEAR_MISSES)
def test_what_is_not_noticed(what: str) -> None:
    assert everywhere(NEAR_MISSES[what]) == []


@pytest.mark.parametrize("name", [name for name in RULE_OF if name not in ("certificate-available-acme", "delete-certificate-refused")])
def test_failed_calls_are_not_noticed(name: str) -> None:
    assert everywhere(changed(name, lambda detail: detail.update(errorCode="AccessDenied"))) == []


def test_another_account_is_not_noticed_on_the_default_bus() -> None:
    for name in RULE_OF:
        assert not matching(guard(), sample(name, "444455556666")), name


# -- That the patterns are the same everywhere


@pytest.mark.parametrize("rule", ACTS)
def test_the_rules_of_the_hubs_bus_are_those_of_the_default_bus_for_every_account(rule: str) -> None:
    own, spokes = hub().properties(f"Guard{rule}Rule"), hub().properties(f"GuardSpoke{rule}Rule")
    text = json.dumps(own["EventPattern"]).replace(f"arn:aws:acm:{REGION}:{HUB}:certificate/", "arn:aws:acm:")
    pattern = json.loads(text)
    assert pattern.pop("account") == [HUB]
    assert spokes["EventPattern"] == pattern
    assert (spokes["Targets"], spokes.get("State")) == (own["Targets"], own.get("State"))


@pytest.mark.parametrize("rule", [rule for rule in ACTS if rule != "Issued"])
def test_the_rules_of_a_spoke_are_those_of_the_function(rule: str) -> None:
    there, here = spoke().properties(f"Guard{rule}Rule"), guard().properties(f"Guard{rule}Rule")
    pattern = json.loads(json.dumps(there["EventPattern"]).replace(SPOKE, HUB))
    if rule == "Tags":
        assert pattern["detail"].pop("userIdentity")
    assert pattern == here["EventPattern"]
    assert there.get("State") == here.get("State")


def test_acms_own_events_are_among_those_that_every_spoke_forwards() -> None:
    wide, narrow = (of.properties(name)["EventPattern"] for of, name in ((spoke(REGION), "AcmRule"), (guard(), "GuardIssuedRule")))
    assert wide["source"] == narrow["source"]
    assert narrow["detail-type"][0].startswith(wide["detail-type"][0]["prefix"])
    assert json.loads(json.dumps(wide["resources"]).replace(SPOKE, HUB)) == narrow["resources"]


def test_us_east_1_forwards_the_calls_of_global_services() -> None:
    there, here = patterns(from_us_east_1()), patterns(guard())
    assert there == {name: here[name] for name in (f"Guard{rule}Rule" for rule in ACTS) if name.removeprefix("Guard")[:-4] in GLOBAL}
    role = from_us_east_1().arn("GuardEventsRole")
    for name in there:
        [target] = from_us_east_1().properties(name)["Targets"]
        assert (target["Arn"], target["RoleArn"]) == (HOME_BUS, role)


def test_us_east_1_may_send_to_that_bus_alone() -> None:
    statements = from_us_east_1().statements("GuardEventsRole")
    assert allowed(Request("events:PutEvents", HOME_BUS), statements)
    for bus in (HOME_BUS.replace(HUB, SPOKE), HOME_BUS.replace("default", "acm-autopilot"), HOME_BUS.replace(REGION, "us-east-1")):
        assert not allowed(Request("events:PutEvents", bus), statements), bus
    assert actions(statements) == {"events:PutEvents"}


def test_no_bus_forwards_to_itself() -> None:
    allowed_arns = from_us_east_1().document["Parameters"]["TargetEventBusArn"]["AllowedPattern"]
    assert re.search(allowed_arns, HOME_BUS)
    assert not re.search(allowed_arns, HOME_BUS.replace(REGION, "us-east-1"))
    buses = guard().document["Parameters"]["SpokeEventBusName"]["AllowedPattern"]
    assert re.search(buses, "acm-autopilot") and not re.search(buses, "default")


def test_patterns_are_as_long_as_eventbridge_takes_them() -> None:
    for of, bus in ((guard(), None), (hub(), "acm-autopilot"), (from_us_east_1(), None), (spoke(), None)):
        for name, pattern in patterns(of, bus).items():
            assert len(json.dumps(pattern, separators=(",", ":"))) < 2_048, name


def test_what_cloudtrail_counts_as_reads_has_a_rule_that_sees_reads() -> None:
    for of in (hub(), spoke()):
        rules = {name: one["Properties"].get("State") for name, one in of.resources("AWS::Events::Rule").items()}
        seeing = {name for name, state in rules.items() if state == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"}
        assert seeing - {"RoleUseRule"} == {name for name in rules if name.endswith("ReadsRule")}
    reads = {name for name in RULE_OF if sample(name)["detail"].get("readOnly")}
    assert reads == set(ACTS["Reads"])


# -- How events reach the function


def test_every_rule_may_invoke_it_and_keep_what_failed() -> None:
    for of in (guard(), hub()):
        queue = of.arn("ActivityGuardDeadLetterQueue")
        policy = of.properties("ActivityGuardDeadLetterQueuePolicy")["PolicyDocument"]["Statement"]
        permissions = [one["Properties"] for one in of.resources("AWS::Lambda::Permission").values()]
        sources = [one["SourceArn"] for one in permissions]
        assert {one["Principal"] for one in permissions} == {"events.amazonaws.com"}

        def may_send(rule: str) -> bool:
            context = {"aws:SourceArn": rule, "aws:SecureTransport": "true"}
            return allowed(Request("sqs:SendMessage", queue, context, "events.amazonaws.com"), [], policy)

        for name, rule in of.resources("AWS::Events::Rule").items():
            arn = of.arn(name)
            assert any(arn == source or (source.endswith("/*") and arn.startswith(source[:-1])) for source in sources), name
            assert may_send(arn), name
            [target] = rule["Properties"]["Targets"]
            assert (target["Arn"], target["DeadLetterConfig"]["Arn"]) == (of.arn("ActivityGuardFunction"), queue)
        assert not may_send(f"arn:aws:events:{REGION}:{HUB}:rule/anything")
        assert not may_send(f"arn:aws:events:{REGION}:{SPOKE}:rule/acm-autopilot/anything")
    assert not any("/acm-autopilot/*" in one for one in json.dumps(guard().resources()).split('"'))


def test_acts_are_tried_for_a_day_and_schedules_until_the_next() -> None:
    rules = hub().resources("AWS::Events::Rule")
    ages = {name: one["Properties"]["Targets"][0]["RetryPolicy"]["MaximumEventAgeInSeconds"] for name, one in rules.items()}
    assert {name for name, age in ages.items() if age == 3_600} == {"SweepRule", "DigestRule"}
    assert {age for name, age in ages.items() if name not in ("SweepRule", "DigestRule")} == {86_400}


def test_the_schedules_ask_for_what_the_samples_ask_for() -> None:
    template = guard()
    scheduled = {name: one["Properties"] for name, one in template.resources("AWS::Events::Rule").items() if "ScheduleExpression" in one["Properties"]}
    assert scheduled.keys() == SCHEDULES.keys()
    for name, rule in scheduled.items():
        [target] = rule["Targets"]
        assert json.loads(target["Input"]) == json.loads((SAMPLES / f"{SCHEDULES[name]}.json").read_text())
    assert {rule["ScheduleExpression"] for rule in scheduled.values()} == {"cron(0 7 * * ? *)", "cron(5 * * * ? *)", "cron(0 8 1 * ? *)"}


# -- Parameters


def test_nothing_of_a_hub_is_in_a_single_account() -> None:
    names = set(hub().resources()) - set(guard().resources())
    assert names == {"ActivityGuardOrganizationPolicy", "GuardSpokePermission", "EventsRefusedAlarm", *(f"GuardSpoke{rule}Rule" for rule in ACTS)}
    assert not set(guard().resources()) - set(hub().resources())


def variables(of: Template) -> dict[str, str]:
    """The function's environment."""
    return of.properties("ActivityGuardFunction")["Environment"]["Variables"]


def test_what_certificates_may_have_reaches_the_function() -> None:
    given = variables(guard(Domains="example.com, example.net", ExportableDomains="vpn.example.com"))
    assert json.loads(given["GRANTS"]) == {"domains": ["example.com", "example.net"], "exportableDomains": ["vpn.example.com"]}
    assert given["INVENTORY_BUCKET"] == BUCKET
    assert json.loads(variables(guard())["GRANTS"]) == {"domains": [""], "exportableDomains": [""]}


def test_settings_are_a_text_or_the_name_of_a_parameter() -> None:
    text, name = hub(), hub(OrganizationSettings="/acm-autopilot/organization")
    assert json.loads(variables(text)["ORGANIZATION"]) == {"id": ORGANIZATION}
    assert "ORGANIZATION_PARAMETER" not in variables(text) and "ORGANIZATION" not in variables(name)
    assert variables(name)["ORGANIZATION_PARAMETER"] == "/acm-autopilot/organization"
    assert not {"ORGANIZATION", "ORGANIZATION_PARAMETER"} & variables(guard()).keys()
    parameter = f"arn:aws:ssm:{REGION}:{HUB}:parameter/acm-autopilot/organization"
    assert may("ssm:GetParameter", parameter, name) and not may("ssm:GetParameter", f"{parameter}-2", name)
    assert not may("ssm:GetParameter", parameter, text)


def test_a_hub_has_to_know_its_organization() -> None:
    rule = hub().document["Rules"]["HubsKnowTheirOrganization"]["Assertions"][0]["Assert"]
    assert hub().value(rule) and guard().value(rule)
    assert not hub(OrganizationId="").value(rule)


@pytest.mark.parametrize("of", [guard, from_us_east_1])
def test_every_parameter_is_in_one_group(of: Callable[[], Template]) -> None:
    document = of().document
    groups = document["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(document["Parameters"])


# -- Alarms


def test_a_sweep_that_is_missing_for_26_hours_is_an_alarm() -> None:
    alarm = guard().properties("NoSweepAlarm")
    assert (alarm["MetricName"], alarm["Dimensions"]) == ("SweepsDone", [{"Name": "Function", "Value": "activity-guard"}])
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 26 * 3_600
    assert alarm["TreatMissingData"] == "breaching"


def test_alarms_go_to_their_own_topic_if_there_is_one() -> None:
    for parameters, topic in (({}, TOPIC), ({"AlarmTopicArn": CHAT}, CHAT)):
        alarms = hub(**parameters).resources("AWS::CloudWatch::Alarm").values()
        assert len(alarms) == 4
        assert {action for one in alarms for action in one["Properties"]["AlarmActions"]} == {topic}
