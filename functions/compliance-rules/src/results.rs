//! Results in AWS Config: puts them, and reads what it holds.

use std::time::Duration;

use aws_client::{CallError, Clock};
use aws_sdk_config::Client;
use aws_sdk_config::types::{ComplianceType, Evaluation, EvaluationResult};
use aws_smithy_types::DateTime;
use futures::stream::{self, StreamExt};
use jiff::Timestamp;
use rules::{Compliance, Verdict};

use crate::Error;
use crate::event::ResultToken;

/// The most evaluations that one call takes
/// ([PutEvaluations](https://docs.aws.amazon.com/config/latest/APIReference/API_PutEvaluations.html)).
const BATCH: usize = 100;
/// Calls at the same time.
const CONCURRENCY: usize = 4;
/// How often evaluations that AWS Config returned are sent again.
const RESENDS: u32 = 3;
/// How long before each time.
const PAUSE: Duration = Duration::from_secs(1);
/// The most results on a page
/// ([GetComplianceDetailsByConfigRule](https://docs.aws.amazon.com/config/latest/APIReference/API_GetComplianceDetailsByConfigRule.html)).
const PAGE: i32 = 100;

/// The verdict on one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) resource_type: String,
    pub(crate) resource_id: String,
    pub(crate) verdict: Verdict,
}

/// The results of one rule in AWS Config.
#[derive(Debug)]
pub(crate) struct Results<'a> {
    pub(crate) client: &'a Client,
    pub(crate) clock: &'a Clock,
    pub(crate) token: &'a ResultToken,
    pub(crate) dry_run: bool,
}

impl Results<'_> {
    /// Whether what is put is kept.
    pub(crate) fn are_kept(&self) -> bool {
        !self.dry_run && !self.token.is_test
    }

    /// Puts the findings, a hundred in a call. A call that fails does not stop the others; the first error is returned
    /// afterwards.
    pub(crate) async fn put(&self, findings: &[Finding], ordering: Timestamp) -> Result<(), Error> {
        if self.dry_run {
            return Ok(());
        }
        stream::iter(findings.chunks(BATCH))
            .map(|batch| self.put_batch(batch, ordering))
            .buffer_unordered(CONCURRENCY)
            .collect::<Vec<_>>()
            .await
            .into_iter()
            .collect()
    }

    /// Evaluations that AWS Config returns are sent again.
    async fn put_batch(&self, batch: &[Finding], ordering: Timestamp) -> Result<(), Error> {
        let mut left = batch.iter().map(|finding| evaluation(finding, ordering)).collect::<Result<Vec<_>, _>>()?;
        for attempt in 0..=RESENDS {
            if attempt > 0 {
                self.clock.sleep(PAUSE).await;
            }
            left = self.put_once(left).await.map_err(Error::Put)?;
            if left.is_empty() {
                return Ok(());
            }
        }
        let first = left.first().map(|evaluation| evaluation.compliance_resource_id.clone()).unwrap_or_default();
        Err(Error::NotTaken { failed: left.len(), first })
    }

    async fn put_once(&self, evaluations: Vec<Evaluation>) -> Result<Vec<Evaluation>, CallError> {
        let call = self.client.put_evaluations().result_token(&self.token.text).test_mode(self.token.is_test);
        let answer = call.set_evaluations(Some(evaluations)).send().await;
        let answer = answer.map_err(|error| CallError::new("config:PutEvaluations", &error))?;
        Ok(answer.failed_evaluations.unwrap_or_default())
    }

    /// All non-compliant results that AWS Config holds for the rule.
    pub(crate) async fn non_compliant(&self, config_rule: &str) -> Result<Vec<EvaluationResult>, Error> {
        let mut results = Vec::new();
        let mut next_token = None;
        loop {
            let page = self
                .client
                .get_compliance_details_by_config_rule()
                .config_rule_name(config_rule)
                .compliance_types(ComplianceType::NonCompliant)
                .limit(PAGE)
                .set_next_token(next_token)
                .send()
                .await
                .map_err(|error| Error::Clear(CallError::new("config:GetComplianceDetailsByConfigRule", &error)))?;
            results.extend(page.evaluation_results.unwrap_or_default());
            next_token = page.next_token.filter(|token| !token.is_empty());
            if next_token.is_none() {
                return Ok(results);
            }
        }
    }
}

fn evaluation(finding: &Finding, ordering: Timestamp) -> Result<Evaluation, Error> {
    let compliance = match finding.verdict.compliance() {
        Compliance::Compliant => ComplianceType::Compliant,
        Compliance::NonCompliant => ComplianceType::NonCompliant,
        Compliance::NotApplicable => ComplianceType::NotApplicable,
    };
    Evaluation::builder()
        .compliance_resource_type(&finding.resource_type)
        .compliance_resource_id(&finding.resource_id)
        .compliance_type(compliance)
        .annotation(finding.verdict.annotation())
        .ordering_timestamp(DateTime::from_millis(ordering.as_millisecond()))
        .build()
        .map_err(|_| Error::Put(CallError::incomplete_answer("config:PutEvaluations", "evaluation")))
}
