//! What is known of an account from AWS Organizations and AWS Account Management.

use aws_client::CallError;
use inventory::{Account, Owner, OwnerSource, Reading, Unreadable};
use inventory_collector::TargetFacts;
use jiff::Timestamp;
use organization::{Member, Spoke};

/// What the collector needs of a target. `has_global_services`: IAM and CloudFront are read with this Region.
pub(crate) async fn target_facts(member: &Member, has_global_services: bool, now: Timestamp) -> TargetFacts {
    let spoke = member.spoke.as_ref();
    TargetFacts {
        target: member.target.clone(),
        account: account(member),
        account_owner: match spoke {
            Some(spoke) => account_owner(spoke, now).await,
            None => Reading::Known { value: None, as_of: now },
        },
        account_purpose: spoke.and_then(|spoke| spoke.purpose.clone()),
        has_global_services,
    }
}

/// The account as a shard shows it.
pub(crate) fn account(member: &Member) -> Account {
    let spoke = member.spoke.as_ref().map(|spoke| &spoke.account);
    let (name, units) = spoke.map(|account| (account.name.clone(), account.units.clone())).unwrap_or_default();
    Account { id: member.target.account.clone(), name, units }
}

/// By the account's tag, else its contact.
async fn account_owner(spoke: &Spoke, now: Timestamp) -> Reading<Option<Owner>> {
    if let Some(name) = &spoke.owner {
        let owner = Owner { name: name.clone(), source: OwnerSource::AccountTag };
        return Reading::Known { value: Some(owner), as_of: now };
    }
    let Some(contact) = &spoke.contact else { return Reading::Known { value: None, as_of: now } };
    match contact.find().await {
        Ok(found) => {
            let owner = found.map(|found| Owner { name: found.owner(), source: OwnerSource::AccountContact });
            Reading::Known { value: owner, as_of: now }
        }
        Err(error) => Reading::Unreadable(not_read(&error)),
    }
}

fn not_read(error: &CallError) -> Unreadable {
    let action = error.operation;
    Unreadable {
        code: error.code.clone().unwrap_or_else(|| "NoAnswer".into()),
        action: action.into(),
        explanation: format!(
            "The contact of the account could not be read, so it is not known who answers for it. Let the hub's account \
             call {action}, or give the account an owner tag."
        ),
    }
}
