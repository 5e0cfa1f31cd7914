//! Tells AWS Config.

use std::time::Duration;

use aws_client::CallError;
use aws_sdk_config::types::{ComplianceType, Evaluation};
use aws_smithy_types::DateTime;
use futures::stream::{self, StreamExt};
use jiff::Timestamp;

use crate::event::ResultToken;
use crate::rules::{Compliance, Verdict};
use crate::{Error, Handler};

/// The most evaluations that one call takes
/// ([PutEvaluations](https://docs.aws.amazon.com/config/latest/APIReference/API_PutEvaluations.html)).
const BATCH: usize = 100;
/// Calls at the same time.
const CONCURRENCY: usize = 4;
/// How often evaluations that AWS Config gave back are sent again.
const RESENT: u32 = 3;
/// How long before each time.
const PAUSE: Duration = Duration::from_secs(1);

/// What was found of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) resource_type: String,
    pub(crate) resource_id: String,
    pub(crate) verdict: Verdict,
}

impl Handler {
    /// Puts the findings, a hundred in a call. Those that AWS Config gives back are sent again.
    /// A call that fails keeps the others from nothing; the first error is returned afterwards.
    pub(crate) async fn report(
        &self,
        token: &ResultToken,
        findings: &[Finding],
        ordering: Timestamp,
    ) -> Result<(), Error> {
        if self.dry_run {
            return Ok(());
        }
        stream::iter(findings.chunks(BATCH))
            .map(|batch| self.put(token, batch, ordering))
            .buffer_unordered(CONCURRENCY)
            .collect::<Vec<_>>()
            .await
            .into_iter()
            .collect()
    }

    async fn put(&self, token: &ResultToken, batch: &[Finding], ordering: Timestamp) -> Result<(), Error> {
        let mut left = batch.iter().map(|finding| evaluation(finding, ordering)).collect::<Result<Vec<_>, _>>()?;
        for attempt in 0..=RESENT {
            if attempt > 0 {
                self.clock.sleep(PAUSE).await;
            }
            let answer = self
                .config
                .put_evaluations()
                .result_token(&token.text)
                .test_mode(token.is_test)
                .set_evaluations(Some(left))
                .send()
                .await
                .map_err(|error| Error::Put(CallError::new("config:PutEvaluations", &error)))?;
            left = answer.failed_evaluations.unwrap_or_default();
            if left.is_empty() {
                return Ok(());
            }
        }
        let first = left.first().map(|evaluation| evaluation.compliance_resource_id.clone()).unwrap_or_default();
        Err(Error::NotTaken { failed: left.len(), first })
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
