//! Results of resources that are gone.

use std::collections::BTreeSet;

use aws_client::CallError;
use aws_sdk_config::types::{ComplianceType, EvaluationResult};
use certificates::{CertificateArn, PrivateCaArn};
use jiff::Timestamp;

use crate::failures::Failures;
use crate::handler::Run;
use crate::periodic::Turns;
use crate::report::Finding;
use crate::rules::{Evaluator, Verdict};
use crate::subject::is_new;
use crate::{Error, Handler, private_ca};

/// The most results on a page
/// ([GetComplianceDetailsByConfigRule](https://docs.aws.amazon.com/config/latest/APIReference/API_GetComplianceDetailsByConfigRule.html)).
const PAGE: i32 = 100;

/// A result that AWS Config holds, of a resource that was not listed.
pub(crate) struct Held {
    resource_type: String,
    resource_id: String,
    /// The moment that results are ordered by.
    ordering: Option<Timestamp>,
}

/// A resource that may be there.
enum Doubtful {
    Certificate(CertificateArn),
    Authority(PrivateCaArn),
}

impl Held {
    fn read(result: &EvaluationResult) -> Option<Self> {
        let identifier = result.evaluation_result_identifier()?;
        let qualifier = identifier.evaluation_result_qualifier()?;
        Some(Self {
            resource_type: qualifier.resource_type()?.to_owned(),
            resource_id: qualifier.resource_id()?.to_owned(),
            ordering: identifier.ordering_timestamp().and_then(private_ca::time),
        })
    }

    /// The resource, if it may be there and be what the rule is about.
    fn doubtful(&self, run: &Run<'_>) -> Option<Doubtful> {
        if self.resource_type != run.rule.resource_type() {
            return None;
        }
        match run.rule.evaluate {
            Evaluator::Account(_) => None,
            Evaluator::Certificate(_) => {
                let arn: CertificateArn = self.resource_id.parse().ok()?;
                arn.is_within(run.here).then_some(Doubtful::Certificate(arn))
            }
            Evaluator::Authority(_) => {
                let arn: PrivateCaArn = self.resource_id.parse().ok()?;
                arn.is_within(run.here).then_some(Doubtful::Authority(arn))
            }
        }
    }

    fn cleared(self) -> Finding {
        Finding {
            resource_type: self.resource_type,
            resource_id: self.resource_id,
            verdict: Verdict::not_applicable("The resource is gone, or not what the rule is about."),
        }
    }
}

impl Handler {
    /// Clears what AWS Config holds against resources that are gone. The results of a custom rule stay
    /// until the rule takes them back; a change notification of the deletion does so too, but may be
    /// missing. Only non-compliant ones are looked for: a good word for a resource that is gone alarms
    /// nobody, and reading all results would double the calls.
    ///
    /// That a list does not have a resource is no proof: it lags behind, and does not have what the filters of
    /// ListCertificates cannot name yet. So each one is asked for.
    pub(crate) async fn clear(&self, run: &Run<'_>, held: Vec<Held>, at: Timestamp) -> Result<usize, Error> {
        let turns = Turns::new(self, self.clock.now(), run.deadline);
        let (of, mut left) = (held.len(), 0);
        let (mut gone, mut failures) = (Vec::new(), Failures::default());
        for held in held {
            let Some(doubtful) = held.doubtful(run) else {
                gone.push(held.cleared());
                continue;
            };
            // The resource may be too new to be found.
            if is_new(held.ordering, self.clock.now()) || failures.are_too_many() {
                continue;
            }
            if !turns.take().await {
                left += 1;
                continue;
            }
            match self.is_there(&doubtful).await {
                Ok(is_there) => {
                    failures.end_row();
                    if !is_there {
                        gone.push(held.cleared());
                    }
                }
                Err(cause) => {
                    let error = Error::Look { resource: held.resource_id, cause };
                    tracing::error!(rule = run.rule.name, outcome = "failed", reason = %error, "its result is kept");
                    failures.add(error);
                }
            }
        }
        self.report(run.token, &gone, at).await?;
        match failures.first {
            Some(error) => Err(error),
            None if left > 0 => Err(Error::OutOfTime { left, of }),
            None => Ok(gone.len()),
        }
    }

    /// Non-compliant results of resources that were not listed. Those that are newer than the evaluation, which is
    /// ordered by `at`, are not among them; and none is where none can be cleared.
    pub(crate) async fn held(
        &self,
        run: &Run<'_>,
        present: &BTreeSet<&str>,
        at: Timestamp,
    ) -> Result<Vec<Held>, Error> {
        let mut found = Vec::new();
        let has_time = Turns::new(self, self.clock.now(), run.deadline).has_time();
        if self.dry_run || run.token.is_test || !has_time {
            return Ok(found);
        }
        let mut next_token = None;
        loop {
            let page = self
                .config
                .get_compliance_details_by_config_rule()
                .config_rule_name(run.config_rule)
                .compliance_types(ComplianceType::NonCompliant)
                .limit(PAGE)
                .set_next_token(next_token)
                .send()
                .await
                .map_err(|error| Error::Clear(CallError::new("config:GetComplianceDetailsByConfigRule", &error)))?;
            let is_present = |held: &Held| {
                held.resource_type == run.rule.resource_type() && present.contains(held.resource_id.as_str())
            };
            let is_newer = |held: &Held| held.ordering.is_some_and(|ordering| ordering > at);
            let results = page.evaluation_results().iter().filter_map(Held::read);
            found.extend(results.filter(|held| !is_present(held) && !is_newer(held)));
            next_token = page.next_token.filter(|token| !token.is_empty());
            if next_token.is_none() {
                return Ok(found);
            }
        }
    }

    async fn is_there(&self, doubtful: &Doubtful) -> Result<bool, CallError> {
        Ok(match doubtful {
            Doubtful::Certificate(arn) => acm::describe(self.acm(), arn).await?.is_some(),
            Doubtful::Authority(arn) => private_ca::describe(self.acmpca(), arn).await?.is_some(),
        })
    }
}
