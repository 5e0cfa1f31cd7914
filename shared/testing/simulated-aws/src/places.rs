//! Accounts and Regions: what each of them has, and in which one a call takes place.
//!
//! Services keep what they have for each account and Region apart. Hosted zones and distributions belong to an account and to no
//! Region, and have their owner with them; the public DNS, credentials, the clock and the record are everybody's.

use std::mem::replace;
use std::ops::{Deref, DerefMut};
use std::sync::MutexGuard;

use crate::aws::State;
use crate::{acm, apigateway, cloudcontrol, config, eventbridge, kms, load_balancers, pca, secrets, sns, sqs, ssm};

/// An account in a Region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) account: String,
    pub(crate) region: String,
}

impl Place {
    pub(crate) fn new(account: &str, region: &str) -> Self {
        Self { account: account.to_owned(), region: region.to_owned() }
    }

    /// Where a resource is, by its ARN.
    #[cfg(feature = "server")]
    pub(crate) fn of_arn(arn: &str) -> Option<Self> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        match parts[..] {
            ["arn", _, _, region, account, _] => Some(Self::new(account, region)),
            _ => None,
        }
    }
}

/// What the services keep in one place.
#[derive(Debug, Default)]
pub(crate) struct Regional {
    acm: acm::Store,
    kms: kms::Store,
    apigateway: apigateway::Store,
    cloudcontrol: cloudcontrol::Store,
    load_balancers: load_balancers::Store,
    pca: pca::Store,
    sns: sns::Store,
    events: eventbridge::Store,
    sqs: sqs::Store,
    secrets: secrets::Store,
    config: config::Store,
    ssm: ssm::Store,
}

impl State {
    /// What follows takes place there: its stores are in the state's fields from now on.
    pub(crate) fn enter(&mut self, account: &str, region: &str) {
        if self.account == account && self.region == region {
            return;
        }
        let entered = self.elsewhere.remove(&Place::new(account, region)).unwrap_or_default();
        let left = self.exchange(entered);
        let place = Place {
            account: replace(&mut self.account, account.to_owned()),
            region: replace(&mut self.region, region.to_owned()),
        };
        self.elsewhere.insert(place, left);
    }

    fn go_home(&mut self) {
        if self.account != self.home.account || self.region != self.home.region {
            let Place { account, region } = self.home.clone();
            self.enter(&account, &region);
        }
    }

    fn exchange(&mut self, new: Regional) -> Regional {
        Regional {
            acm: replace(&mut self.acm, new.acm),
            kms: replace(&mut self.kms, new.kms),
            apigateway: replace(&mut self.apigateway, new.apigateway),
            cloudcontrol: replace(&mut self.cloudcontrol, new.cloudcontrol),
            load_balancers: replace(&mut self.load_balancers, new.load_balancers),
            pca: replace(&mut self.pca, new.pca),
            sns: replace(&mut self.sns, new.sns),
            events: replace(&mut self.events, new.events),
            sqs: replace(&mut self.sqs, new.sqs),
            secrets: replace(&mut self.secrets, new.secrets),
            config: replace(&mut self.config, new.config),
            ssm: replace(&mut self.ssm, new.ssm),
        }
    }
}

/// The state while somebody uses it; afterwards it is back where the model is at home.
pub(crate) struct Present<'a>(pub(crate) MutexGuard<'a, State>);

impl Deref for Present<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

impl DerefMut for Present<'_> {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.0
    }
}

impl Drop for Present<'_> {
    fn drop(&mut self) {
        self.0.go_home();
    }
}
