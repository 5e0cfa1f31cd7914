//! What expiry-events would do.

use expiry_events::plan::Action;
use expiry_events::{Answer, Config, Error, Handler, SweepReport};
use lambda::Metrics;
use serde_json::json;

use super::{FunctionPlan, Planner, of_partial};
use crate::error::with_causes;

const FUNCTION: &str = "expiry-events";

/// The plan, and the certificates for which it would request a renewal.
#[derive(Debug)]
pub(super) struct ExpiryPlan {
    pub(super) plan: FunctionPlan,
    pub(super) renewals: Vec<String>,
}

pub(super) async fn plan(planner: &Planner<'_>) -> ExpiryPlan {
    let config = match Config::read(&planner.environment()) {
        Ok(config) => config,
        Err(error) => return nothing(FunctionPlan::all_unknown(FUNCTION, error.to_string())),
    };
    let event = json!({ "source": events::SOURCE, "detail-type": events::SWEEP_REQUESTED, "detail": {} });
    let handler = Handler::new(config, planner.sdk);
    match handler.handle(&event, &planner.invocation(), &mut Metrics::new(FUNCTION)).await {
        Ok(Answer::Sweep(report)) => of_sweep(report),
        Ok(_) => nothing(FunctionPlan::all_unknown(FUNCTION, "the function did not sweep".to_owned())),
        Err(Error::Partial(partial)) => nothing(of_partial(FUNCTION, &partial)),
        Err(error) => nothing(FunctionPlan::all_unknown(FUNCTION, with_causes(&error))),
    }
}

fn nothing(plan: FunctionPlan) -> ExpiryPlan {
    ExpiryPlan { plan, renewals: Vec::new() }
}

fn of_sweep(report: SweepReport) -> ExpiryPlan {
    let mut plan = FunctionPlan { certificates: Some(report.certificates), ..FunctionPlan::new(FUNCTION) };
    plan.not_known(report.unreadable, "ACM listed something that is not a certificate's ARN");
    plan.not_known(report.held_back, "a sweep sends a limited number of notices, and leaves these to the next one");
    let planned = report.planned;
    let renewals = planned.iter().filter(|report| report.renewals_requested() > 0);
    let renewals = renewals.map(|report| report.certificate.to_string()).collect();
    for report in &planned {
        report.actions.iter().filter_map(words).for_each(|what| plan.act(&report.certificate, what));
    }
    ExpiryPlan { plan, renewals }
}

/// Tags that remember what was done are no news.
fn words(action: &Action) -> Option<String> {
    match action {
        Action::PublishNotice { subject, .. } => Some(format!("send the notice \"{subject}\"")),
        Action::SendEvent { detail_type } if *detail_type == events::RENEWAL_REQUESTED => {
            Some("request a renewal".to_owned())
        }
        Action::SendEvent { .. } | Action::RecordNotified { .. } | Action::MarkPending { .. } => None,
    }
}
