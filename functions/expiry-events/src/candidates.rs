//! The certificates that a sweep checks.

use std::collections::HashSet;

use aws_client::Clock;
use certificates::tags::{RENEW_FROM, RenewFrom};
use certificates::{CertificateSummary, has_expired};
use jiff::Timestamp;
use lambda::Metrics;

use crate::policy::Settings;
use crate::policy::sweep_candidates::{Candidate, acme_candidates, sweep_candidates};
use crate::tag_filter::{Filtered, TagFilter};
use crate::{Coverage, Error};

#[derive(Debug)]
pub(crate) struct CandidateSearch<'a> {
    pub(crate) acm: &'a aws_sdk_acm::Client,
    pub(crate) tagging: &'a aws_sdk_resourcegroupstagging::Client,
    pub(crate) clock: &'a Clock,
    pub(crate) settings: &'a Settings,
}

/// What to check.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) candidates: Vec<Candidate>,
    /// Certificates of the account and Region.
    pub(crate) certificates: usize,
    /// Those that may need something, and do not need it by the tags that GetResources shows.
    pub(crate) skipped: usize,
    /// Why GetResources was of no help.
    pub(crate) tags_not_listed: Option<&'static str>,
    /// Entries of the listing that could not be read.
    pub(crate) unreadable: usize,
}

impl CandidateSearch<'_> {
    /// # Errors
    /// The certificates could not be listed.
    pub(crate) async fn find(&self, coverage: Coverage, metrics: &mut Metrics) -> Result<Found, Error> {
        let listing = acm::list(self.acm).await.map_err(Error::List)?;
        warn_of_unreadable(&listing.unreadable);
        let (certificates, unreadable) = (listing.certificates.len(), listing.unreadable.len());
        let now = self.clock.now();
        let Filtered { candidates, skipped, not_listed } = match coverage {
            Coverage::All => {
                count_listed(&listing.certificates, now, metrics);
                let candidates = sweep_candidates(listing.certificates, self.settings, now);
                self.tag_filter().apply(candidates, certificates).await
            }
            Coverage::RenewedFromAcme => {
                Filtered::all(acme_candidates(listing.certificates, &self.tagged().await?, now))
            }
        };
        if not_listed.is_some() {
            metrics.count("TagsNotListed", 1);
        }
        Ok(Found { candidates, certificates, skipped, tags_not_listed: not_listed, unreadable })
    }

    fn tag_filter(&self) -> TagFilter<'_> {
        TagFilter { tagging: self.tagging, clock: self.clock, settings: self.settings }
    }

    /// The ARNs of the certificates whose tags say that they are renewed from an ACME server.
    async fn tagged(&self) -> Result<HashSet<String>, Error> {
        let found = tagged_certificates::list(self.tagging, RENEW_FROM, &[RenewFrom::Acme.as_str()]).await;
        Ok(found.map_err(Error::List)?.iter().map(ToString::to_string).collect())
    }
}

fn warn_of_unreadable(entries: &[String]) {
    for entry in entries {
        tracing::warn!(
            certificate_arn = entry,
            reason = "unreadable-arn",
            "ACM returned an entry that is not a certificate ARN"
        );
    }
}

fn count_listed(listed: &[CertificateSummary], now: Timestamp, metrics: &mut Metrics) {
    let expired = || listed.iter().filter(|one| one.not_after.is_some_and(|end| has_expired(end, now)));
    metrics.count("CertificatesListed", listed.len() as u64);
    metrics.count("CertificatesExpired", expired().count() as u64);
    metrics.count("CertificatesExpiredInUse", expired().filter(|one| one.in_use == Some(true)).count() as u64);
}
