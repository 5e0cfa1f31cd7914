//! The answer of a dry run.

use certificates::{CertificateDetail, Failure, FailureReason};
use jiff::Timestamp;
use serde::Serialize;

use super::{CertificateReport, Outcome};
use crate::policy::{Decision, Plan, Source};

/// What a dry run would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Action {
    RecordComplete,
    CorrectRecord,
    RecordFailure {
        reason: FailureReason,
        detail: String,
        attempt: u32,
    },
    Renew {
        #[serde(flatten)]
        source: PlannedSource,
        attempt: u32,
        /// `None`: the lifetime of the current certificate, at most `MAX_VALIDITY_DAYS`.
        validity_days: Option<u16>,
        issuer_may_change: bool,
        serial_before: Option<String>,
        not_after_before: Option<Timestamp>,
    },
}

/// Where the new certificate would come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "from", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum PlannedSource {
    PrivateCa { private_ca: String },
    Secret { secret: String },
    Acme { directory: String, profile: Option<String> },
}

impl From<&Source> for PlannedSource {
    fn from(source: &Source) -> Self {
        match source {
            Source::PrivateCa(arn) => Self::PrivateCa { private_ca: arn.as_str().to_owned() },
            Source::Secret(id) => Self::Secret { secret: id.as_str().to_owned() },
            Source::Acme(directory, profile) => Self::Acme {
                directory: directory.name.clone(),
                profile: profile.clone().or_else(|| directory.profile.clone()),
            },
        }
    }
}

impl CertificateReport {
    pub(crate) fn planned(certificate: &CertificateDetail, decision: Decision, max_validity_days: u16) -> Self {
        let action = match decision {
            Decision::Skip(reason) => {
                let possible_after = reason.possible_after();
                return Self {
                    possible_after,
                    dry_run: true,
                    ..Self::ignored(Some(&certificate.arn), reason.as_str())
                };
            }
            Decision::RecordComplete => Action::RecordComplete,
            Decision::CorrectRecord => Action::CorrectRecord,
            Decision::RecordFailure { failure: Failure { reason, detail }, attempt } => {
                Action::RecordFailure { reason, detail, attempt }
            }
            Decision::Renew(plan) => Action::renew(certificate, &plan, max_validity_days),
        };
        Self { actions: vec![action], dry_run: true, ..Self::new(Outcome::Planned, Some(&certificate.arn)) }
    }
}

impl Action {
    fn renew(certificate: &CertificateDetail, plan: &Plan, max_validity_days: u16) -> Self {
        Self::Renew {
            source: PlannedSource::from(&plan.source),
            attempt: plan.attempt,
            validity_days: plan.validity_days.map(|days| days.min(max_validity_days)),
            issuer_may_change: plan.issuer_may_change,
            serial_before: certificate.serial.clone(),
            not_after_before: certificate.not_after,
        }
    }
}
