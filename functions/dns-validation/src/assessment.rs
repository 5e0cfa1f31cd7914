//! What was found out about one certificate, of all that was gathered and tried.

use aws_client::CallError;
use certificates::ResourceRecord;
use events::ProvisionedRecord;
use grants::Grants;
use notices::foreign;

use crate::diagnosis::Diagnosis;
use crate::policy::method_update::unreadable_records;
use crate::policy::notice_decision::matters;
use crate::policy::{
    Blocked, Cause, Certainty, HostedZone, PendingValidation, Record, RequiredRecord, RequiredRecords, grant,
};
use crate::provision::{ProvisionResult, ProvisionResults};
use crate::state::{CertificateState, PendingUpdate};

/// What was found out about one certificate.
pub(crate) struct Assessment<'a> {
    pub(crate) pending: PendingValidation,
    pub(crate) created: Vec<(&'a Record, &'a HostedZone)>,
    pub(crate) in_place: Vec<(&'a RequiredRecord, &'a HostedZone)>,
    pub(crate) blocked: Vec<Blocked>,
    /// Those that ACM has validated in somebody else's DNS, or the DNS shows.
    pub(crate) elsewhere: usize,
    pub(crate) unanswered: bool,
    pub(crate) failed: Option<CallError>,
    /// There was no time for some records.
    pub(crate) is_out_of_time: bool,
    pub(crate) not_named: &'a [String],
}

impl<'a> Assessment<'a> {
    pub(crate) fn without_records(pending: PendingValidation) -> Self {
        Self {
            pending,
            created: vec![],
            in_place: vec![],
            blocked: vec![],
            elsewhere: 0,
            unanswered: false,
            failed: None,
            is_out_of_time: false,
            not_named: &[],
        }
    }

    pub(crate) fn new(
        state: &CertificateState,
        required: &'a RequiredRecords,
        results: &'a ProvisionResults,
        grants: &Grants,
    ) -> Self {
        let mut assessment = Self { not_named: &required.not_named, ..Self::without_records(required.pending) };
        assessment.blocked.extend(unreadable_records(&state.pending_update, &state.certificate));
        match &state.pending_update {
            PendingUpdate::None | PendingUpdate::Records(_) => {}
            PendingUpdate::Error(error) => {
                // What was notified about these records may be true still.
                assessment.unanswered = true;
                assessment.failed = error.is_retryable().then(|| error.clone());
            }
            PendingUpdate::OutOfTime => assessment.is_out_of_time = true,
        }
        assessment.blocked.extend(required.unusable.iter().map(|(domain, record)| unusable(domain, record)));
        for record in &required.records {
            // What became of the same record is another certificate's affair, where this one is refused.
            if let Some(cause) = record.refused {
                assessment.refuse(cause, record, state, grants);
                continue;
            }
            match results.get(&record.record) {
                Some(ProvisionResult::InPlace(zone)) => assessment.in_place.push((record, zone)),
                Some(ProvisionResult::Created(zone)) => assessment.created.push((&record.record, zone)),
                Some(ProvisionResult::Blocked(blocked)) if record.validated && !blocked.known_missing => {
                    assessment.elsewhere += 1;
                }
                Some(ProvisionResult::Blocked(blocked)) => {
                    assessment.blocked.push(Blocked { domain: record.domain.clone(), ..(**blocked).clone() });
                }
                Some(ProvisionResult::Failed(error)) => assessment.failed = Some(error.clone()),
                Some(ProvisionResult::OutOfTime) => assessment.is_out_of_time = true,
                None => {}
            }
        }
        assessment
    }

    fn refuse(&mut self, cause: Cause, required: &RequiredRecord, state: &CertificateState, grants: &Grants) {
        if required.validated {
            self.elsewhere += 1;
        } else {
            self.blocked.push(grant::refusal_finding(
                cause,
                &required.domain,
                &required.record,
                &state.certificate,
                grants,
            ));
        }
    }

    /// How much could be found out.
    pub(crate) fn certainty(&self) -> Certainty {
        if self.failed.is_some() || self.is_out_of_time {
            Certainty::CallFailed
        } else if !self.not_named.is_empty() {
            Certainty::RecordsNotNamed
        } else if self.unanswered {
            Certainty::Unanswered
        } else {
            Certainty::Complete
        }
    }

    /// ACM has had what this function can give, so that only the DNS itself can show what is wrong.
    pub(crate) fn are_all_placed(&self) -> bool {
        self.created.is_empty() && self.failed.is_none() && !self.is_out_of_time && self.not_named.is_empty()
    }

    pub(crate) fn add(&mut self, diagnosis: Diagnosis) {
        self.unanswered |= diagnosis.unanswered;
        self.blocked.extend(diagnosis.blocked);
    }

    /// What keeps something from being done, as far as it matters now.
    pub(crate) fn relevant(&self) -> impl Iterator<Item = &Blocked> {
        self.blocked.iter().filter(|blocked| matters(blocked, self.pending))
    }

    pub(crate) fn reason(&self) -> &'static str {
        if !self.created.is_empty() {
            return "records-missing";
        }
        if let Some(cause) = self.relevant().map(|blocked| blocked.cause).min() {
            return cause.as_str();
        }
        let refusal = self.blocked.iter().map(|blocked| blocked.cause).filter(|cause| cause.is_refusal()).min();
        if !self.not_named.is_empty() {
            "records-not-named"
        } else if let Some(cause) = refusal {
            cause.as_str()
        } else if !self.blocked.is_empty() || self.elsewhere > 0 {
            "validated-elsewhere"
        } else if self.in_place.is_empty() {
            "no-records"
        } else {
            "records-in-place"
        }
    }

    pub(crate) fn provisioned(&self) -> Vec<ProvisionedRecord> {
        let provisioned = |(record, zone): &(&Record, &HostedZone)| ProvisionedRecord {
            zone_id: zone.id.clone(),
            zone_name: zone.name.to_string(),
            name: record.name.to_string(),
            kind: "CNAME".into(),
            value: record.value.to_string(),
        };
        self.created.iter().map(provisioned).collect()
    }
}

/// A record of another shape than ACM's: nothing that this function may write.
fn unusable(domain: &str, record: &ResourceRecord) -> Blocked {
    let ResourceRecord { name, kind, value } = record;
    let detail = format!(
        "For {} ACM asks for the record {} {} {}, which has not the shape of ACM's validation records, so acm-autopilot \
         does not create it.",
        foreign(domain),
        foreign(name),
        foreign(kind),
        foreign(value)
    );
    Blocked { cause: Cause::UnusableRecord, domain: domain.to_owned(), record: None, detail, known_missing: false }
}
