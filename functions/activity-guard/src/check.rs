//! Handles one act: finds out what it was about, decides, sends or holds back, writes it down.

use aws_client::Clock;
use certificates::Target;
use grants::Grants;
use lambda::Metrics;
use notices::{Severity, Topic};

use crate::Error;
use crate::answer::CheckReport;
use crate::event::Occurrence;
use crate::facts::Facts;
use crate::journal::{Entry, Journal, Noticed, Series};
use crate::notice::notice;
use crate::policy::ActKind;
use crate::policy::lasting::key;
use crate::policy::verdict::{Case, Quiet, Verdict, outside_grants, verdict};
use crate::principal::{Principal, Standing};
use crate::report::{Reported, not_sent};

/// How the names of roles begin in the stacks of this project and in spokes.
const OWN_ROLES: &str = "acm-autopilot";
const NOTICED: &str = "noticed";
const HELD: &str = "held";
const KNOWN: &str = "already-noticed";
const REPEATED: &str = "repeated";

/// What is needed to handle an act in an account and Region.
#[derive(Debug)]
pub(crate) struct Check<'a> {
    pub(crate) facts: Facts<'a>,
    pub(crate) journal: Journal<'a>,
    pub(crate) topic: &'a Topic,
    pub(crate) clock: &'a Clock,
    pub(crate) grants: &'a Grants,
    pub(crate) home: &'a Target,
}

impl Check<'_> {
    pub(crate) async fn run(&self, occurrence: &Occurrence, metrics: &mut Metrics) -> Result<CheckReport, Error> {
        if is_other_role(occurrence) {
            return Ok(self.report(occurrence, Quiet::OtherRole.as_str(), metrics));
        }
        if self.journal.is_recorded(occurrence.at, &occurrence.id).await? {
            return Ok(self.report(occurrence, REPEATED, metrics));
        }
        let known = self.facts.of(&occurrence.act, self.clock.now()).await?;
        let standing = self.standing(occurrence.principal.as_ref());
        let case = Case { act: &occurrence.act, standing, known: known.as_ref(), grants: self.grants };
        let outcome = match verdict(&case) {
            Verdict::Quiet(why) => {
                let act = self.reported(occurrence, &case, Severity::Info);
                self.record(act, why.as_str()).await?;
                why.as_str()
            }
            Verdict::Notice(severity) => self.notify(self.reported(occurrence, &case, severity), metrics).await?,
        };
        Ok(self.report(occurrence, outcome, metrics))
    }

    fn standing(&self, principal: Option<&Principal>) -> Standing {
        principal.map_or(Standing::Other, |principal| principal.standing(self.home, self.facts.target))
    }

    fn reported(&self, occurrence: &Occurrence, case: &Case<'_>, severity: Severity) -> Reported {
        let reported = Reported::of_event(occurrence, severity, self.facts.target, case.known);
        let is_notice = severity > Severity::Info;
        let outside = if occurrence.act.kind.brings_names() && is_notice { outside_grants(case) } else { Vec::new() };
        Reported {
            by_own_role: matches!(case.standing, Standing::Own(_)),
            names: if outside.is_empty() { reported.names } else { outside },
            ..reported
        }
    }

    /// The first act of an hour at once, the same by the same principal with the hour's digest.
    async fn notify(&self, act: Reported, metrics: &mut Metrics) -> Result<&'static str, Error> {
        let (now, id) = (self.clock.now(), act.event_id.clone().unwrap_or_default());
        let state = key(act.kind, &act.resource);
        // ACM's own event follows on the call that asked for the certificate.
        if act.kind.brings_names() && self.is_noticed_by_other(&state, &act, &id).await? {
            self.record(act, KNOWN).await?;
            return Ok(KNOWN);
        }
        let series = Series::new(&act, now);
        let outcome = if self.journal.is_first(&series, &id).await? {
            let acts = std::slice::from_ref(&act);
            let sent = self.topic.publish_activity(&notice(acts)).await;
            sent.map_err(|cause| not_sent(acts, cause))?;
            metrics.count("NoticesSent", 1);
            NOTICED
        } else {
            self.journal.hold(&series, &act).await?;
            HELD
        };
        let noticed = Noticed { at: now, event_id: id, names: act.names.clone() };
        self.journal.remember_noticed(&state, &noticed).await?;
        self.record(act, outcome).await?;
        Ok(outcome)
    }

    async fn is_noticed_by_other(&self, state: &str, act: &Reported, id: &str) -> Result<bool, Error> {
        let noticed = self.journal.noticed(state).await?;
        Ok(noticed.is_some_and(|noticed| noticed.event_id != id && noticed.had(&act.names)))
    }

    async fn record(&self, act: Reported, outcome: &str) -> Result<(), Error> {
        self.journal.record(&Entry { act, outcome: outcome.to_owned() }).await
    }

    fn report(&self, occurrence: &Occurrence, outcome: &'static str, metrics: &mut Metrics) -> CheckReport {
        let is_noticed = [NOTICED, HELD].contains(&outcome);
        metrics.count(if is_noticed { "ActsNoticed" } else { "ActsQuiet" }, 1);
        let (kind, resource) = (occurrence.act.kind.as_str(), occurrence.act.subject.as_str());
        tracing::info!(outcome, kind, resource, event_id = occurrence.id);
        CheckReport {
            outcome,
            kind: occurrence.act.kind,
            resource: resource.to_owned(),
            event_id: occurrence.id.clone(),
        }
    }
}

/// IAM writes no path into the record, so a role is known by its name.
fn is_other_role(occurrence: &Occurrence) -> bool {
    occurrence.act.kind == ActKind::RoleChanged && !occurrence.act.subject.starts_with(OWN_ROLES)
}
