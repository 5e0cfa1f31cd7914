//! What the public DNS is asked about a certificate that ACM does not validate.

use jiff::Timestamp;

use super::required_records::PendingValidation;
use crate::Occasion;

/// What is known before the DNS is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiagnosisInput {
    pub occasion: Occasion,
    pub pending: PendingValidation,
    /// ACM has had all that this function can give, so that only the DNS can show what is wrong.
    pub are_all_placed: bool,
    pub has_records_in_place: bool,
    /// ACM says that a CAA record is in its way.
    pub caa_error: bool,
    pub has_time: bool,
    /// The public DNS may be asked.
    pub dns_is_on: bool,
    pub now: Timestamp,
}

/// Who says that CAA is in the way. When nothing is found, that one's word is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaaReporter {
    /// ACM's description of the certificate.
    Acm,
    /// An event of AWS Health's.
    AwsHealth,
}

impl CaaReporter {
    pub fn says(self) -> &'static str {
        match self {
            Self::Acm => "ACM says (CAA_ERROR)",
            Self::AwsHealth => "AWS Health says (CAA_CHECK_FAILURE)",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Whether somebody else's DNS has the records that are missing here.
    IsServedElsewhere,
    /// Whether the public DNS uses the zones that hold the records.
    IsDelegated,
    /// Whether CAA allows Amazon to issue.
    IsAllowedByCaa(Option<CaaReporter>),
}

/// What is asked, and whether something should be asked that is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagnosisPlan {
    pub questions: Vec<Question>,
    pub is_incomplete: bool,
}

pub fn diagnosis_plan(input: DiagnosisInput) -> DiagnosisPlan {
    let DiagnosisInput { occasion, pending, are_all_placed, has_time, .. } = input;
    let is_waiting = pending != PendingValidation::None;
    let is_overdue = are_all_placed && pending.is_long(input.now);
    // A record of a renewal may have been created a moment ago, for another event. Of a request the age is known.
    let may_be_new = pending == PendingValidation::Renewal && occasion != Occasion::Sweep && input.has_records_in_place;
    let mut questions = Vec::new();
    if is_waiting && has_time {
        questions.push(Question::IsServedElsewhere);
    }
    if is_overdue && has_time && !may_be_new {
        questions.push(Question::IsDelegated);
    }
    // That ACM checks CAA for a change, which issues nothing, is not documented.
    let issues = !matches!(pending, PendingValidation::ValidationMethodUpdate(_));
    let caa_event = occasion == Occasion::CaaCheckFailed && are_all_placed;
    if input.caa_error {
        questions.push(Question::IsAllowedByCaa(Some(CaaReporter::Acm)));
    } else if caa_event || (is_overdue && has_time && issues) {
        // An event may be late. Where nothing waits, AWS Health's word counts only when the DNS may not be asked.
        let is_credible = caa_event && (is_waiting || !input.dns_is_on);
        questions.push(Question::IsAllowedByCaa(is_credible.then_some(CaaReporter::AwsHealth)));
    }
    DiagnosisPlan { questions, is_incomplete: is_overdue && (!has_time || may_be_new) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_questions() {
        use CaaReporter::{Acm, AwsHealth};
        use Question::{IsAllowedByCaa, IsDelegated, IsServedElsewhere};
        let now: Timestamp = "2026-11-21T06:51:08Z".parse().unwrap();
        let long_ago = Some("2026-11-21T06:00:00Z".parse().unwrap());
        let input = DiagnosisInput {
            occasion: Occasion::Sweep,
            pending: PendingValidation::Issuance(long_ago),
            are_all_placed: true,
            has_records_in_place: true,
            caa_error: false,
            has_time: true,
            dns_is_on: true,
            now,
        };
        let renewal = DiagnosisInput { pending: PendingValidation::Renewal, ..input };
        let issued = DiagnosisInput { pending: PendingValidation::None, ..input };
        let update = DiagnosisInput { pending: PendingValidation::ValidationMethodUpdate(long_ago), ..input };
        let caa_event = |input| DiagnosisInput { occasion: Occasion::CaaCheckFailed, ..input };
        for (case, input, questions, is_incomplete) in [
            ("an old request", input, vec![IsServedElsewhere, IsDelegated, IsAllowedByCaa(None)], false),
            (
                "a new request",
                DiagnosisInput { pending: PendingValidation::Issuance(Some(now)), ..input },
                vec![IsServedElsewhere],
                false,
            ),
            ("a record was missing", DiagnosisInput { are_all_placed: false, ..input }, vec![IsServedElsewhere], false),
            ("without time", DiagnosisInput { has_time: false, ..input }, vec![], true),
            ("a renewal at a sweep", renewal, vec![IsServedElsewhere, IsDelegated, IsAllowedByCaa(None)], false),
            (
                "a renewal at its own event",
                DiagnosisInput { occasion: Occasion::RenewalActionRequired, ..renewal },
                vec![IsServedElsewhere, IsAllowedByCaa(None)],
                true,
            ),
            (
                "ACM says that CAA is in the way",
                DiagnosisInput { caa_error: true, ..renewal },
                vec![IsServedElsewhere, IsDelegated, IsAllowedByCaa(Some(Acm))],
                false,
            ),
            ("a change, which issues nothing", update, vec![IsServedElsewhere, IsDelegated], false),
            (
                "AWS Health says it of a request",
                caa_event(input),
                vec![IsServedElsewhere, IsDelegated, IsAllowedByCaa(Some(AwsHealth))],
                false,
            ),
            ("AWS Health says it, and nothing waits", caa_event(issued), vec![IsAllowedByCaa(None)], false),
            (
                "the same, and the DNS may not be asked",
                caa_event(DiagnosisInput { dns_is_on: false, ..issued }),
                vec![IsAllowedByCaa(Some(AwsHealth))],
                false,
            ),
            ("nothing waits", issued, vec![], false),
        ] {
            assert_eq!(diagnosis_plan(input), DiagnosisPlan { questions, is_incomplete }, "{case}");
        }
    }
}
