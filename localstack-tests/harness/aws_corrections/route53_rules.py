"""The documented rules of ChangeResourceRecordSets that moto does not keep. Pure.

Sources: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html,
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html, RFC 1034, section 3.6.2.
"""

from __future__ import annotations

from .public_dns import canonical, is_within

MAX_RECORDS = 1_000
MAX_CHARACTERS = 32_000

# Name, type and set identifier.
Key = tuple[str, str, str]


class Refused(Exception):
    """Nothing of the batch is made; the messages say why."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__(f"[{', '.join(messages)}]")


def key(record_set: dict) -> Key:
    """What tells one set from another."""
    return (
        canonical(record_set["Name"]),
        record_set["Type"],
        record_set.get("SetIdentifier") or "",
    )


def check_batch(zone: str, present: set[Key], changes: list[dict]) -> None:
    """The whole batch, against what the zone has now."""
    _check_size(changes)
    _check_once(changes)
    problems, after = [], set(present)
    for change in changes:
        record_set, action = change["ResourceRecordSet"], change["Action"]
        shown = f"[name='{record_set['Name']}', type='{record_set['Type']}']"
        problems += _set_problems(zone, record_set)
        if action == "CREATE" and key(record_set) in after:
            problems.append(f"Tried to create resource record set {shown} but it already exists")
        if action == "DELETE" and key(record_set) not in after:
            problems.append(f"Tried to delete resource record set {shown} but it was not found")
        (after.discard if action == "DELETE" else after.add)(key(record_set))
    problems += _conflicts(zone, after)
    if problems:
        raise Refused(problems)


def _check_size(changes: list[dict]) -> None:
    """ "When the value of the Action element is UPSERT, each ResourceRecord element is counted twice"."""
    records = characters = 0
    for change in changes:
        times = 2 if change["Action"] == "UPSERT" else 1
        values = [item["Value"] for item in change["ResourceRecordSet"].get("ResourceRecords", [])]
        records += times * max(1, len(values))
        characters += times * sum(map(len, values))
    if records > MAX_RECORDS:
        raise Refused([f"Number of records limit of {MAX_RECORDS} exceeded."])
    if characters > MAX_CHARACTERS:
        raise Refused(["RDATA character limit exceeded."])


def _check_once(changes: list[dict]) -> None:
    """A set may be deleted and made again in one batch, and no more."""
    seen = set()
    for change in changes:
        record_set = change["ResourceRecordSet"]
        once = (key(record_set), change["Action"] == "DELETE")
        if once in seen:
            raise Refused(
                [
                    "The request contains an invalid set of changes for a resource record set "
                    f"'{record_set['Type']} {canonical(record_set['Name'])}.'"
                ]
            )
        seen.add(once)


def _set_problems(zone: str, record_set: dict) -> list[str]:
    name, kind = record_set["Name"], record_set["Type"]
    problems = []
    if not is_within(name, zone):
        problems.append(f"RRSet with DNS name {name} is not permitted in zone {zone}")
    if kind == "CNAME" and canonical(name) == canonical(zone):
        problems.append(
            f"RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {zone}"
        )
    if kind == "CNAME" and len(record_set.get("ResourceRecords", [])) > 1:
        problems.append(f"RRSet of type CNAME with DNS name {name} has more than one value")
    return problems


def _conflicts(zone: str, sets: set[Key]) -> list[str]:
    """Where there is a CNAME, there is nothing else."""
    cnames = {name for name, kind, _ in sets if kind == "CNAME"}
    return [
        f"RRSet of type CNAME with DNS name {name}. is not permitted as it conflicts with other "
        f"records with the same DNS name in zone {zone}"
        for name in sorted(cnames & {name for name, kind, _ in sets if kind != "CNAME"})
    ]
