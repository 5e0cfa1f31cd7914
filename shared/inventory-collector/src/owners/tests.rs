use certificates::Target;
use inventory::{Account, Kind, Unreadable};

use super::*;
use crate::certificates::bare;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn known<T>(value: T) -> Reading<T> {
    Reading::Known { value, as_of: NOW }
}

fn unreadable<T>(action: &str) -> Reading<T> {
    Reading::Unreadable(Unreadable { code: "Denied".into(), action: action.into(), explanation: String::new() })
}

fn facts(account_owner: Reading<Option<Owner>>) -> TargetFacts {
    TargetFacts {
        target: Target { partition: "aws".into(), region: "us-east-1".into(), account: "123456789012".into() },
        account: Account { id: "123456789012".into(), name: String::new(), units: Vec::new() },
        account_owner,
        account_purpose: Some("shop".into()),
        has_global_services: true,
    }
}

fn account() -> Reading<Option<Owner>> {
    known(Some(Owner { name: "ops".into(), source: OwnerSource::AccountContact }))
}

fn tagged(tags: &[(&str, &str)]) -> Reading<Tags> {
    known(tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
}

fn owned(tags: Reading<Tags>, account: Reading<Option<Owner>>, requesters: Reading<Requesters>) -> Entry {
    let mut entry = Entry { tags, created_at: Some(NOW), ..bare("arn:a", Kind::Imported, "a") };
    let (facts, tag_keys) = (facts(account), TagKeys::default());
    Owners { facts: &facts, tag_keys: &tag_keys, requesters, now: NOW }.set(&mut entry);
    entry
}

#[test]
fn the_surest_owner_counts() {
    let stack = (STACK, "shop-stack");
    let nobody = || known(Requesters::default());
    for (tags, account, requesters, expected) in [
        (tagged(&[("Owner", " web "), stack]), account(), nobody(), Some("web")),
        (tagged(&[("Owner", ""), stack]), account(), nobody(), Some("shop-stack")),
        (tagged(&[]), account(), nobody(), Some("ops")),
        (tagged(&[]), known(None), nobody(), None),
        (tagged(&[]), known(None), Reading::NotAsked, None),
        (Reading::NotAsked, account(), nobody(), Some("ops")),
    ] {
        let entry = owned(tags, account, requesters);
        let owner = entry.owner.known().unwrap().as_ref().map(|owner| owner.name.as_str());
        assert_eq!(owner, expected, "{entry:?}");
    }
}

#[test]
fn what_could_not_be_read_is_not_nobody() {
    for (tags, account, requesters, action) in [
        (unreadable("tag:GetResources"), account(), known(Requesters::default()), "tag:GetResources"),
        (
            tagged(&[]),
            unreadable("account:GetAlternateContact"),
            known(Requesters::default()),
            "account:GetAlternateContact",
        ),
        (tagged(&[]), known(None), unreadable("cloudtrail:LookupEvents"), "cloudtrail:LookupEvents"),
    ] {
        let entry = owned(tags, account, requesters);
        assert_eq!(entry.owner.unreadable().map(|unreadable| unreadable.action.as_str()), Some(action), "{entry:?}");
    }
    assert_eq!(owned(tagged(&[]), Reading::NotAsked, Reading::NotAsked).owner, Reading::NotAsked);
    assert_eq!(owned(Reading::NotAsked, known(None), known(Requesters::default())).owner, Reading::NotAsked);
}

#[test]
fn a_purpose_is_the_tag_or_the_accounts_and_not_known_without_tags() {
    let purpose = |tags| owned(tags, account(), Reading::NotAsked).purpose;
    assert_eq!(purpose(tagged(&[("Purpose", "login")])).as_deref(), Some("login"));
    assert_eq!(purpose(tagged(&[])).as_deref(), Some("shop"));
    assert_eq!(purpose(unreadable("tag:GetResources")), None);
}
