//! The source `acme`: a CA that speaks ACME (RFC 8555), whose validation records are written in Route 53.
//!
//! Whatever a renewal that crashed left behind is found by ordering again: CAs give the pending order, and its values, a
//! second time. Nothing is remembered, and no key is stored.

mod chain;
mod failure;
mod known_cas;
mod record_sets;
mod revocation;
mod services;
mod terms;
mod validation;
mod zones;

use acme::settings::AcmeDirectory;
use acme::{Account, Advice, CertificateId, Error, NewOrder, Order, OrderStatus, ProblemKind, Server, StoredAccount};
use aws_client::{CallError, CallErrorKind};
use certificates::{Failure, FailureReason};
use jiff::{SignedDuration, Timestamp};
use route53::ZoneDirectory;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;
use x509::Certificate;
use zeroize::Zeroizing;

use crate::request::{Approver, IssueRequest, IssuedChain, Offer};
use crate::source::{Answer, Issuer, Pending};
use failure::{call_failure, failure};
pub use services::{AcmeServices, RecordPlaces};
use terms::Terms;
use validation::{NotValidated, Validation};
use zones::Zones;

/// What is kept of the time for finalizing, after the names were validated.
const TO_FINALIZE: SignedDuration = SignedDuration::from_secs(20);

/// An ACME directory to order from.
#[derive(Debug, Clone)]
pub struct Acme {
    directory: AcmeDirectory,
    profile: Option<String>,
    services: AcmeServices,
}

impl Acme {
    /// This directory, with the profile that a tag names, or else the directory's.
    pub fn new(services: AcmeServices, directory: AcmeDirectory, profile: Option<String>) -> Self {
        let profile = profile.or_else(|| directory.profile.clone());
        Self { directory, profile, services }
    }

    async fn obtain(
        &self,
        request: &IssueRequest<'_>,
        csr: &str,
        approver: &dyn Approver,
    ) -> Result<IssuedChain, Failure> {
        let terms = Terms::new(&self.directory, self.profile.as_deref());
        let names = terms.names(request.current)?;
        // What cannot be validated is not ordered.
        let zones = ZoneDirectory::new(&self.services.zone_accounts, &self.services.limits);
        let places = Zones { services: &self.services, zones: &zones }.locate(&names).await?;
        let account = self.account().await?;
        self.demand_profile(account.server())?;
        approver.approve(&self.offer(&terms, request.current, account.server()).await)?;
        let mut order = match self.order(&account, names, request.current).await {
            Ok(order) => order,
            Err(error) => {
                approver.withdraw();
                return Err(self.failed(&error));
            }
        };
        tracing::info!(certificate_arn = %request.certificate_arn, order = order.url, "ordered");
        let validation = Validation { services: &self.services, zones: &zones, account: &account, places };
        let until = request.deadline.checked_sub(TO_FINALIZE).unwrap_or(request.deadline);
        validation.run(&mut order, until).await.map_err(|error| self.invalid(error))?;
        let pem =
            self.finish(&account, &mut order, csr, request.deadline).await.map_err(|error| self.failed(&error))?;
        chain::split(&pem)
    }

    /// The stored account, opened at the server. A renewal never registers one.
    async fn account(&self) -> Result<Account, Failure> {
        let stored = self.stored_account().await?;
        let clock = self.services.clock.clone();
        let server = self.services.connection.open(&self.directory, clock).await;
        server.and_then(|server| server.account(&stored)).map_err(|error| self.failed(&error))
    }

    async fn stored_account(&self) -> Result<StoredAccount, Failure> {
        let name = self.directory.account_secret();
        let missing = |what: &str| {
            let detail = format!("the secret {name}, which should hold the account at {}, {what}", self.directory.name);
            Failure::new(FailureReason::AcmeAccountMissing, detail)
        };
        let call = self.services.secrets.get_secret_value().secret_id(&name);
        // At the level TRACE the SDK logs whole answers, and this one holds the account's key.
        let answer = call.send().with_subscriber(NoSubscriber::default()).await;
        let answer = answer.map_err(|error| {
            let error = CallError::new("secretsmanager:GetSecretValue", &error);
            match error.kind {
                CallErrorKind::Refused => missing(&format!("cannot be read: {error}")),
                _ => call_failure(&error),
            }
        })?;
        let text = answer.secret_string.map(Zeroizing::new).ok_or_else(|| missing("has no text"))?;
        StoredAccount::parse(&text).map_err(|_| missing("does not hold an account"))
    }

    /// Some servers name no profiles, and have them all the same.
    fn demand_profile(&self, server: &Server) -> Result<(), Failure> {
        let Some(profile) = &self.profile else { return Ok(()) };
        let offered: Vec<&str> = server.profiles().collect();
        if offered.is_empty() || offered.contains(&profile.as_str()) {
            return Ok(());
        }
        let offered = offered.join(", ");
        let detail = format!("{} does not offer the profile {profile}; it offers {offered}", self.directory.name);
        Err(Failure::new(FailureReason::AcmeProfileNotOffered, detail))
    }

    /// The CA is asked about the current certificate only where something depends on it.
    async fn offer(&self, terms: &Terms<'_>, current: &Certificate, server: &Server) -> Offer {
        let now = self.services.clock.now();
        let not_after = terms.not_after(now);
        let expires_earlier = not_after.is_some_and(|end| end <= current.not_after);
        Offer {
            issuer_chain: None,
            issuers: Some(self.issuers()),
            usages: terms.usages(current),
            not_after,
            revocation_is_ahead: expires_earlier && revocation::is_announced(server, current, now).await,
        }
    }

    /// An order that says which certificate it replaces is exempt from most limits. A CA that does not like that is asked
    /// without it.
    async fn order(&self, account: &Account, names: Vec<String>, current: &Certificate) -> Result<Order, Error> {
        let replaces = CertificateId::from_certificate(current.der());
        let new = NewOrder { names, profile: self.profile.clone(), replaces };
        match account.order(&new).await {
            Err(error) if error.advice() == Advice::OrderWithoutReplaces => {
                account.order(&NewOrder { replaces: None, ..new }).await
            }
            answer => answer,
        }
    }

    async fn finish(
        &self,
        account: &Account,
        order: &mut Order,
        csr: &str,
        deadline: Timestamp,
    ) -> Result<String, Error> {
        if order.status == OrderStatus::Ready {
            match account.finalize(order, &chain::csr_der(csr)).await {
                // Another attempt was faster: the certificate will be for its key.
                Err(error) if error.kind() == Some(ProblemKind::OrderNotReady) => account.refresh(order).await?,
                answer => answer?,
            }
        }
        account.settle(order, deadline).await?;
        account.certificate(order).await
    }

    fn invalid(&self, error: NotValidated) -> Failure {
        match error {
            NotValidated::Server(error) => self.failed(&error),
            NotValidated::Records(failure) => failure,
        }
    }

    fn failed(&self, error: &Error) -> Failure {
        failure(error, &self.directory.name)
    }
}

impl Issuer for Acme {
    fn issue<'a>(
        &'a self,
        request: &'a IssueRequest<'a>,
        csr: &'a str,
        approver: &'a dyn Approver,
    ) -> Pending<'a, IssuedChain> {
        Box::pin(self.obtain(request, csr, approver))
    }

    fn issuers(&self) -> Vec<Certificate> {
        known_cas::issuers(&self.directory)
    }

    fn takes_a_lifetime(&self) -> bool {
        false
    }

    fn announces_revocation<'a>(&'a self, current: &'a Certificate) -> Answer<'a, bool> {
        Box::pin(async {
            let clock = &self.services.clock;
            let server = self.services.connection.open(&self.directory, clock.clone()).await;
            let Ok(server) = server else { return false };
            revocation::is_announced(&server, current, clock.now()).await
        })
    }
}
