//! What dns-validation would do.

use aws_client::Clock;
use dns_validation::{Answer, Config, Error, Handler, SweepReport};
use lambda::Metrics;
use serde_json::{Value, json};

use super::{FunctionPlan, Planner, Unknown, of_partial};
use crate::error::with_causes;

const FUNCTION: &str = "dns-validation";
/// The function counts zones that it could not read, and answers nothing of them.
const ZONES_UNREADABLE: &str = "ZonesUnreadable";

pub(super) async fn plan(planner: &Planner<'_>) -> FunctionPlan {
    let config = match Config::read(&planner.environment()) {
        Ok(config) => config,
        Err(error) => return FunctionPlan::all_unknown(FUNCTION, error.to_string()),
    };
    let event = json!({ "source": events::SOURCE, "detail-type": events::SWEEP_REQUESTED, "detail": {} });
    let (handler, mut metrics) = (Handler::new(config, planner.sdk), Metrics::new(FUNCTION));
    let answer = handler.handle(&event, &planner.invocation(), &mut metrics).await;
    let mut plan = match answer {
        Ok(Answer::Sweep(report)) => of_sweep(report),
        Ok(_) => FunctionPlan::all_unknown(FUNCTION, "the function did not sweep".to_owned()),
        Err(Error::Partial(partial)) => of_partial(FUNCTION, &partial),
        Err(error) => FunctionPlan::all_unknown(FUNCTION, with_causes(&error)),
    };
    if let Some(zones) = unreadable_zones(planner, &metrics) {
        let why = format!("{zones} hosted zones could not be read, so it is not known what is missing in them");
        plan.unknown.push(Unknown { certificates: None, why });
    }
    plan
}

fn unreadable_zones(planner: &Planner<'_>, metrics: &Metrics) -> Option<u64> {
    let line: Value = serde_json::from_str(&metrics.line(Clock::of(planner.sdk).now())?).ok()?;
    line[ZONES_UNREADABLE].as_u64().filter(|zones| *zones > 0)
}

fn of_sweep(report: SweepReport) -> FunctionPlan {
    let mut plan = FunctionPlan { certificates: Some(report.certificates), ..FunctionPlan::new(FUNCTION) };
    plan.not_known(report.unreadable, "ACM listed something that is not a certificate's ARN");
    for report in &report.planned {
        for record in &report.records {
            let what =
                format!("create the record {} {} {} in {}", record.name, record.kind, record.value, record.zone_name);
            plan.act(&report.certificate, what);
        }
        for blocked in &report.blocked {
            plan.act(&report.certificate, format!("report that {} needs a person: {}", blocked.domain, blocked.detail));
        }
    }
    plan
}
