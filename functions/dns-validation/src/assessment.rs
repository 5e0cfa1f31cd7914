//! What was found out about one certificate, of all that was gathered and tried.

use aws_client::CallError;
use certificates::ResourceRecord;
use events::ProvisionedRecord;
use grants::Grants;
use notices::foreign;

use crate::diagnosis::Diagnosis;
use crate::policy::{
    Blocked, Cause, Certainty, CertificateState, HostedZone, PendingUpdate, PendingValidation, Record, RequiredRecord,
    RequiredRecords, grant,
};
use crate::provision::{ProvisionResult, ProvisionResults};

/// What was found out about one certificate.
pub(crate) struct Assessment<'a> {
    pub(crate) waiting: PendingValidation,
    pub(crate) created: Vec<(&'a Record, &'a HostedZone)>,
    pub(crate) in_place: Vec<(&'a RequiredRecord, &'a HostedZone)>,
    pub(crate) blocked: Vec<Blocked>,
    /// Those that ACM has validated in somebody else's DNS, or the DNS shows.
    pub(crate) elsewhere: usize,
    pub(crate) unanswered: bool,
    pub(crate) failed: Option<CallError>,
    /// Whether there was no time for some records.
    pub(crate) late: bool,
    pub(crate) not_named: &'a [String],
}

impl<'a> Assessment<'a> {
    pub(crate) fn none(waiting: PendingValidation) -> Self {
        Self {
            waiting,
            created: vec![],
            in_place: vec![],
            blocked: vec![],
            elsewhere: 0,
            unanswered: false,
            failed: None,
            late: false,
            not_named: &[],
        }
    }

    pub(crate) fn of(
        state: &CertificateState,
        wanted: &'a RequiredRecords,
        results: &'a ProvisionResults,
        grants: &Grants,
    ) -> Self {
        let mut assessment = Self { not_named: &wanted.not_named, ..Self::none(wanted.waiting) };
        assessment.blocked.extend(state.requested.blocked(&state.facts));
        assessment.failed = state.requested.failed().cloned();
        // Whatever was told of the records may be so still.
        assessment.unanswered = matches!(state.requested, PendingUpdate::Error(_));
        assessment.late = state.requested == PendingUpdate::OutOfTime;
        assessment.blocked.extend(wanted.unusable.iter().map(|(domain, record)| unusable(domain, record)));
        for wanted in &wanted.records {
            // What became of the same record is another certificate's affair, where this one is refused.
            if let Some(cause) = wanted.refused {
                assessment.refuse(cause, wanted, state, grants);
                continue;
            }
            match results.get(&wanted.record) {
                Some(ProvisionResult::InPlace(zone)) => assessment.in_place.push((wanted, zone)),
                Some(ProvisionResult::Created(zone)) => assessment.created.push((&wanted.record, zone)),
                Some(ProvisionResult::Blocked(blocked)) if wanted.validated && !blocked.known_missing => {
                    assessment.elsewhere += 1
                }
                Some(ProvisionResult::Blocked(blocked)) => {
                    assessment.blocked.push(Blocked { domain: wanted.domain.clone(), ..(**blocked).clone() });
                }
                Some(ProvisionResult::Failed(error)) => assessment.failed = Some(error.clone()),
                Some(ProvisionResult::Late) => assessment.late = true,
                None => {}
            }
        }
        assessment
    }

    fn refuse(&mut self, cause: Cause, wanted: &RequiredRecord, state: &CertificateState, grants: &Grants) {
        if wanted.validated {
            self.elsewhere += 1;
        } else {
            self.blocked.push(grant::refused(cause, wanted, &state.facts, grants));
        }
    }

    /// Something could not be found out.
    pub(crate) fn certainty(&self) -> Certainty {
        match () {
            () if self.failed.is_some() || self.late => Certainty::CallFailed,
            () if !self.not_named.is_empty() => Certainty::RecordsNotNamed,
            () if self.unanswered => Certainty::Unanswered,
            () => Certainty::Complete,
        }
    }

    /// ACM has had what this function can give, so that only the DNS itself can tell what is wrong.
    pub(crate) fn are_all_placed(&self) -> bool {
        self.created.is_empty() && self.failed.is_none() && !self.late && self.not_named.is_empty()
    }

    pub(crate) fn add(&mut self, diagnosis: Diagnosis) {
        self.unanswered |= diagnosis.unanswered;
        self.blocked.extend(diagnosis.blocked);
    }

    /// What keeps something from being done, as far as it matters now.
    pub(crate) fn hindered(&self) -> impl Iterator<Item = &Blocked> {
        self.blocked.iter().filter(|blocked| self.waiting != PendingValidation::None || blocked.known_missing)
    }

    pub(crate) fn reason(&self) -> &'static str {
        if !self.created.is_empty() {
            return "records-missing";
        }
        if let Some(cause) = self.hindered().map(|blocked| blocked.cause).min() {
            return cause.as_str();
        }
        let refusal = self.blocked.iter().map(|blocked| blocked.cause).filter(|cause| cause.is_refusal()).min();
        match () {
            () if !self.not_named.is_empty() => "records-not-named",
            () if refusal.is_some() => refusal.map_or("", Cause::as_str),
            () if !self.blocked.is_empty() || self.elsewhere > 0 => "validated-elsewhere",
            () if self.in_place.is_empty() => "no-records",
            () => "records-in-place",
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
