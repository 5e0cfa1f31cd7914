//! Whether work may be done in a target.

use std::sync::Arc;

use aws_client::CallError;
use aws_config::SdkConfig;
use certificates::{CertificateArn, Target};
use notices::{AccountFacts, Contact};
use serde_json::Value;

use crate::account::Account;
use crate::contact_lookup::ContactLookup;
use crate::directory::Directory;
use crate::settings::{AccountGrants, OrganizationSettings};

/// CloudFront takes certificates of this Region only
/// ([requirements](https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html)).
const CLOUDFRONT: &str = "us-east-1";

/// A target in which work may be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The account and Region.
    pub target: Target,
    /// Whose it is. `None`: it is the function's own account and Region.
    pub spoke: Option<Spoke>,
}

/// What differs in a spoke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoke {
    /// The account.
    pub account: Account,
    /// What its certificates may obtain, in place of what the function is configured with.
    pub grants: AccountGrants,
    /// The function only shows what it would do.
    pub is_read_only: bool,
    /// Certificates are renewed so much earlier than configured.
    pub renew_days_earlier: u16,
    /// Who owns certificates without an owner tag.
    pub owner: Option<String>,
    /// What certificates without a purpose tag are for.
    pub purpose: Option<String>,
    /// Who is named as the owner where there is none. AWS is asked, so `None` where the accounts are listed in the settings.
    pub contact: Option<Contact>,
}

impl Spoke {
    /// What notices say of the account.
    pub fn facts(&self) -> AccountFacts {
        AccountFacts {
            name: Some(self.account.name.clone()),
            units: self.account.units.clone(),
            owner: self.owner.clone(),
            purpose: self.purpose.clone(),
            contact: self.contact.clone(),
        }
    }
}

/// Why nothing is done in a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// AWS Organizations does not have it, or the list of accounts does not; or it is suspended or closed.
    #[error("{0} is not an active account of the organization")]
    UnknownAccount(Target),
    /// By its id, a unit, or its tag.
    #[error("{0} is excluded by the organization settings")]
    Excluded(Target),
    /// Its Region is not one in which the account is watched.
    #[error("{0} is not among the Regions of the organization settings")]
    Region(Target),
    /// Organizations end where partitions do.
    #[error("{0} is in another partition")]
    Partition(Target),
}

impl Refusal {
    /// The name in logs and answers.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::UnknownAccount(_) => "unknown-account",
            Self::Excluded(_) => "excluded-account",
            Self::Region(_) => "unknown-region",
            Self::Partition(_) => "other-partition",
        }
    }
}

/// Why a target cannot be worked in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrganizationError {
    /// It is not one of ours.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// AWS Organizations could not be asked.
    #[error("the accounts of the organization could not be read: {0}")]
    Call(#[from] CallError),
}

impl OrganizationError {
    /// Whether the same question may be answered later without anybody's help.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Call(cause) if cause.is_retryable())
    }
}

/// The accounts and Regions of this installation.
#[derive(Debug)]
pub struct Organization {
    hub: Option<Hub>,
}

#[derive(Debug)]
struct Hub {
    settings: OrganizationSettings,
    directory: Arc<Directory>,
}

impl Organization {
    /// Without settings it is the function's own account and Region, and AWS Organizations is never asked.
    pub fn new(settings: Option<OrganizationSettings>, sdk: &SdkConfig) -> Self {
        let hub = |settings: OrganizationSettings| Hub {
            directory: Arc::new(Directory::new(sdk, settings.tag_keys())),
            settings,
        };
        Self { hub: settings.map(hub) }
    }

    /// Whether there are spokes.
    pub fn has_spokes(&self) -> bool {
        self.hub.is_some()
    }

    /// Where an event takes place. EventBridge writes the account and the Region of an event, and its sender cannot
    /// change them
    /// ([PutEvents](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html)); only our own events are
    /// about certificates of other accounts. What an event names elsewhere is refused by whoever reads it.
    pub fn target_of(&self, event: &Value, home: &Target) -> Target {
        let text = |field: &str| event[field].as_str();
        let (Some(_), Some(account), Some(region)) = (&self.hub, text("account"), text("region")) else {
            return home.clone();
        };
        let named = || event["detail"]["certificateArn"].as_str()?.parse::<CertificateArn>().ok();
        match named() {
            Some(certificate) if account == home.account && text("source") == Some(events::SOURCE) => {
                certificate.target()
            }
            _ => Target { partition: home.partition.clone(), account: account.to_owned(), region: region.to_owned() },
        }
    }

    /// Whether work may be done in a target. For the function's own nobody is asked.
    ///
    /// # Errors
    /// It may not, or AWS Organizations could not be asked.
    pub async fn member(&self, target: &Target, home: &Target) -> Result<Member, OrganizationError> {
        if target == home {
            return Ok(Member { target: home.clone(), spoke: None });
        }
        let Some(hub) = &self.hub else { return Err(Refusal::UnknownAccount(target.clone()).into()) };
        hub.check_place(target, home)?;
        match hub.account(&target.account).await? {
            Some(account) => Ok(hub.spoke(target, account)?),
            None => Err(Refusal::UnknownAccount(target.clone()).into()),
        }
    }

    /// The same for a target of which the account is known already, as in a message of ours.
    ///
    /// # Errors
    /// As for [`member`](Self::member).
    pub fn known_member(&self, target: &Target, account: Account, home: &Target) -> Result<Member, Refusal> {
        match &self.hub {
            _ if target == home => Ok(Member { target: home.clone(), spoke: None }),
            None => Err(Refusal::UnknownAccount(target.clone())),
            Some(hub) => {
                hub.check_place(target, home)?;
                hub.spoke(target, account)
            }
        }
    }

    /// Whether services without Regions are read with this target.
    pub fn has_global_services(&self, target: &Target, home: &Target) -> bool {
        *target == self.global_target(target, home)
    }

    /// With which target services without Regions belong that an account uses: once in an account, in the Region where
    /// certificates of CloudFront are, if the account is watched there.
    pub fn global_target(&self, target: &Target, home: &Target) -> Target {
        let Some(hub) = &self.hub else { return home.clone() };
        let mut regions = hub.settings.regions_of(&target.account).clone();
        if target.account == home.account {
            regions.insert(home.region.clone());
        }
        let region = regions.get(CLOUDFRONT).or(regions.first()).unwrap_or(&target.region);
        Target { region: region.clone(), ..target.clone() }
    }

    /// All targets, the function's own first.
    ///
    /// # Errors
    /// AWS Organizations could not be asked. A part of them is never an answer.
    pub async fn members(&self, home: &Target) -> Result<Vec<Member>, CallError> {
        let own = Member { target: home.clone(), spoke: None };
        let Some(hub) = &self.hub else { return Ok(vec![own]) };
        let accounts = match &hub.settings.accounts {
            Some(accounts) => accounts.clone(),
            None => hub.directory.all().await?,
        };
        let members =
            accounts.iter().flat_map(|account| hub.members_of(account, home)).filter(|one| one.target != *home);
        Ok(std::iter::once(own).chain(members).collect())
    }
}

impl Hub {
    fn check_place(&self, target: &Target, home: &Target) -> Result<(), Refusal> {
        if target.partition != home.partition {
            return Err(Refusal::Partition(target.clone()));
        }
        match self.settings.regions_of(&target.account).contains(&target.region) {
            true => Ok(()),
            false => Err(Refusal::Region(target.clone())),
        }
    }

    async fn account(&self, id: &str) -> Result<Option<Account>, CallError> {
        match &self.settings.accounts {
            Some(accounts) => Ok(accounts.iter().find(|account| account.id == id).cloned()),
            None => self.directory.account(id).await,
        }
    }

    fn members_of(&self, account: &Account, home: &Target) -> Vec<Member> {
        let regions = self.settings.regions_of(&account.id).iter();
        let target = |region: &String| Target {
            partition: home.partition.clone(),
            account: account.id.clone(),
            region: region.clone(),
        };
        regions.filter_map(|region| self.spoke(&target(region), account.clone()).ok()).collect()
    }

    fn spoke(&self, target: &Target, account: Account) -> Result<Member, Refusal> {
        if self.settings.is_excluded(&account) {
            return Err(Refusal::Excluded(target.clone()));
        }
        let spoke = Spoke {
            grants: self.settings.grants(&account, &target.partition, &target.region),
            is_read_only: self.settings.is_read_only(&account),
            renew_days_earlier: self.settings.renew_days_earlier(&account),
            owner: self.settings.owner(&account).map(str::to_owned),
            purpose: self.settings.purpose(&account).map(str::to_owned),
            contact: self.contact(&account),
            account,
        };
        Ok(Member { target: target.clone(), spoke: Some(spoke) })
    }
}

impl Hub {
    /// A list of accounts is for those that may not ask about others.
    fn contact(&self, account: &Account) -> Option<Contact> {
        let is_listed = self.settings.accounts.is_some();
        (!is_listed).then(|| Contact::new(ContactLookup::new(&self.directory, &account.id)))
    }
}

#[cfg(test)]
mod tests;
