//! What a function keeps to work in a target.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use accounts::{RoleArn, is_role_refusal};
use aws_client::{CallError, CallErrorKind};
use aws_config::{Region, SdkConfig};
use certificates::Target;

use crate::members::Member;
use crate::settings::OrganizationSettings;

/// The roles' path in every spoke.
const PATH: &str = "acm-autopilot/";
/// A run works in a few targets; a process that lives for hours in many.
const MOST_KEPT: usize = 100;

/// The role of spokes that a function assumes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpokeRole {
    /// expiry-events.
    Read,
    /// imported-renewal.
    Renew,
    /// dns-validation.
    Dns,
    /// certificate-inventory.
    Inventory,
    /// activity-guard.
    Guard,
}

impl SpokeRole {
    fn name(self) -> &'static str {
        match self {
            Self::Read => "acm-autopilot-read",
            Self::Renew => "acm-autopilot-renew",
            Self::Dns => "acm-autopilot-dns",
            Self::Inventory => "acm-autopilot-inventory",
            Self::Guard => "acm-autopilot-guard",
        }
    }

    /// The name of the session in the spoke's CloudTrail.
    fn session(self) -> &'static str {
        match self {
            Self::Read => "acm-autopilot-expiry-events",
            Self::Renew => "acm-autopilot-imported-renewal",
            Self::Dns => "acm-autopilot-dns-validation",
            Self::Inventory => "acm-autopilot-certificate-inventory",
            Self::Guard => "acm-autopilot-activity-guard",
        }
    }

    /// Its ARN in the account of a target.
    pub fn arn(self, target: &Target) -> String {
        format!("arn:{}:iam::{}:role/{PATH}{}", target.partition, target.account, self.name())
    }
}

/// Whether the account of a target lets nobody work with its certificates: the role may not be assumed, a policy denies the
/// call, or the Region is off (ACM does not recognize the credentials there). Time does not fix it. Any other refusal of ACM
/// is about the one certificate.
pub fn is_account_refusal(error: &CallError) -> bool {
    let is_denied = error.kind == CallErrorKind::Denied || error.has_code("UnrecognizedClientException");
    is_role_refusal(error) || (error.operation.starts_with("acm:") && is_denied)
}

/// Clients, and what else belongs to one target: made with the first work there, and kept for the next. The one that was
/// not used for the longest time makes room.
///
/// What is made for a target is made of that account's credentials alone.
#[derive(Debug)]
pub struct Targets<T> {
    sdk: SdkConfig,
    role: SpokeRole,
    external_id: String,
    kept: Mutex<Kept<T>>,
}

#[derive(Debug)]
struct Kept<T> {
    /// Those used last are at the end.
    targets: VecDeque<(Member, Arc<T>)>,
    /// With the credentials of an account, whose session is valid in all its Regions.
    sdks: VecDeque<(String, SdkConfig)>,
}

impl<T> Targets<T> {
    /// For a function with this role. `sdk` has the hub's own credentials.
    pub fn new(sdk: &SdkConfig, role: SpokeRole, settings: Option<&OrganizationSettings>) -> Self {
        let external_id = settings.map(|settings| settings.external_id.clone()).unwrap_or_default();
        let kept = Mutex::new(Kept { targets: VecDeque::new(), sdks: VecDeque::new() });
        Self { sdk: sdk.clone(), role, external_id, kept }
    }

    /// What is kept for the target, or is made now.
    pub async fn get(&self, member: &Member, make: impl FnOnce(&SdkConfig) -> T) -> Arc<T> {
        if let Some(kept) = self.lock().take(member) {
            return kept;
        }
        let made = Arc::new(make(&self.sdk_for(member).await));
        self.lock().keep(member.clone(), made.clone());
        made
    }

    async fn sdk_for(&self, member: &Member) -> SdkConfig {
        let Some(role) = member.spoke.as_ref().and_then(|_| RoleArn::parse(&self.role.arn(&member.target))) else {
            return self.sdk.clone();
        };
        let kept = self.lock().sdk_of(&member.target.account);
        let sdk = match kept {
            Some(sdk) => sdk,
            None => accounts::with_role(&self.sdk, &role, Some(&self.external_id), self.role.session()).await,
        };
        self.lock().keep_sdk(&member.target.account, &sdk);
        sdk.to_builder().region(Region::new(member.target.region.clone())).build()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept<T>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Kept<T> {
    fn take(&mut self, member: &Member) -> Option<Arc<T>> {
        let at = self.targets.iter().position(|(kept, _)| kept.target == member.target)?;
        let (kept, found) = self.targets.remove(at)?;
        // An account that was moved to another unit may have other grants now.
        if kept != *member {
            return None;
        }
        self.targets.push_back((kept, found.clone()));
        Some(found)
    }

    fn keep(&mut self, member: Member, made: Arc<T>) {
        self.targets.push_back((member, made));
        if self.targets.len() > MOST_KEPT {
            self.targets.pop_front();
        }
    }

    fn sdk_of(&self, account: &str) -> Option<SdkConfig> {
        self.sdks.iter().find(|(kept, _)| kept == account).map(|(_, sdk)| sdk.clone())
    }

    fn keep_sdk(&mut self, account: &str, sdk: &SdkConfig) {
        if self.sdk_of(account).is_some() {
            return;
        }
        self.sdks.push_back((account.to_owned(), sdk.clone()));
        if self.sdks.len() > MOST_KEPT {
            self.sdks.pop_front();
        }
    }
}

#[cfg(test)]
mod tests;
