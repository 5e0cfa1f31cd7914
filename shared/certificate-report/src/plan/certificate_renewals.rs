//! What imported-renewal would do with the renewals that expiry-events would request.

use imported_renewal::{Action, Answer, CertificateReport, Config, Handler, PlannedSource};
use lambda::Metrics;
use serde_json::json;

use super::expiry::ExpiryPlan;
use super::{FunctionPlan, Planner};
use crate::error::with_causes;

const FUNCTION: &str = "imported-renewal";

pub(super) async fn plan(planner: &Planner<'_>, expiry: &ExpiryPlan) -> FunctionPlan {
    let config = match Config::read(&planner.environment()) {
        Ok(config) => config,
        Err(error) => return FunctionPlan::all_unknown(FUNCTION, error.to_string()),
    };
    let handler = Handler::new(config, planner.sdk);
    let mut plan = FunctionPlan { certificates: expiry.plan.certificates, ..FunctionPlan::new(FUNCTION) };
    // What is not known of the requests is not known of the renewals.
    plan.unknown.clone_from(&expiry.plan.unknown);
    for certificate in &expiry.renewals {
        match ask(planner, &handler, certificate).await {
            Ok(reports) => reports.iter().for_each(|report| add(&mut plan, certificate, report)),
            Err(why) => plan.not_known(1, format!("{certificate}: {why}")),
        }
    }
    plan
}

async fn ask(planner: &Planner<'_>, handler: &Handler, certificate: &str) -> Result<Vec<CertificateReport>, String> {
    let event = json!({
        "source": events::SOURCE,
        "detail-type": events::RENEWAL_REQUESTED,
        "detail": { "certificateArn": certificate },
    });
    match handler.handle(&event, &planner.invocation(), &mut Metrics::new(FUNCTION)).await {
        Ok(Answer::Event(report)) => Ok(vec![*report]),
        Ok(Answer::Events(reports)) => Ok(reports),
        Ok(Answer::Batch(_)) => Err("the function did not check it".to_owned()),
        Err(error) => Err(with_causes(&error)),
    }
}

fn add(plan: &mut FunctionPlan, certificate: &str, report: &CertificateReport) {
    if report.actions.is_empty() {
        let reason = report.reason.unwrap_or("for no reason that it names");
        plan.act(certificate, format!("do nothing: {reason}"));
    }
    report.actions.iter().for_each(|action| plan.act(certificate, words(action)));
}

fn words(action: &Action) -> String {
    match action {
        Action::RecordComplete => "record that it was renewed".to_owned(),
        Action::CorrectRecord => "correct its tags, which are about a certificate that was replaced".to_owned(),
        Action::RecordFailure { reason, detail, .. } => format!("record a failure ({}): {detail}", reason.as_str()),
        Action::Renew { source, validity_days, .. } => {
            let days = validity_days.map_or_else(String::new, |days| format!(", for {days} days"));
            format!("renew it from {}{days}", from(source))
        }
    }
}

fn from(source: &PlannedSource) -> String {
    match source {
        PlannedSource::PrivateCa { private_ca } => format!("the private CA {private_ca}"),
        PlannedSource::Secret { secret } => format!("the secret {secret}"),
        PlannedSource::Acme { directory, .. } => format!("the ACME directory {directory}"),
    }
}
