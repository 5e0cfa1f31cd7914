//! Rare events: AWS Health about renewals, findings of AWS Config, revocations.

use certificates::days_left;
use serde_json::json;
use simulated_aws::Certificate;

use crate::aws_events::{acm, finding, health};
use crate::place::at;
use crate::population::CertificateKind;
use crate::world::World;

/// AWS Health's codes about ACM (user guide, "AWS Health events for ACM").
const CODES: [&str; 3] = ["AWS_ACM_RENEWAL_STATE_CHANGE", "CAA_CHECK_FAILURE", "AWS_ACM_RENEWAL_FAILURE"];

/// AWS's own rule about expiry.
const MANAGED_RULE: &str = "acm-certificate-expiration-check";

impl World {
    /// An event about a certificate, whatever its state: functions verify what events claim.
    pub(crate) fn rare_event(&mut self, arn: &str, kind: CertificateKind) {
        if !self.chance(self.faults.rare_event / 365.0) {
            return;
        }
        let Some(current) = at(&self.aws, arn).certificate(arn) else { return };
        let now = self.aws.now();
        match self.rng.u8(..4) {
            0 | 1 => {
                let code = CODES[self.rng.usize(..CODES.len())];
                self.publish("default", health(code, &current, now), now);
            }
            2 => self.publish("default", finding(&current.arn, MANAGED_RULE, now), now),
            _ if matches!(kind, CertificateKind::Amazon | CertificateKind::Private) => self.is_revoked(&current, kind),
            _ => {}
        }
    }

    /// User guide, "Amazon EventBridge support for ACM": ACM reports revocations, by ACM and by the private CA.
    fn is_revoked(&mut self, current: &Certificate, kind: CertificateKind) {
        let now = self.aws.now();
        let (arn, left) = (&current.arn, days_left(current.not_after, now));
        let spec = self.blueprint(arn).spec(&self.aws, left, 0).not_after(current.not_after);
        at(&self.aws, arn).set_certificate(arn, spec.status("REVOKED"));
        self.refresh(arn, false);
        self.log.note_about(arn, format!("{now} {} is revoked", arn.rsplit('/').next().unwrap_or_default()));
        let by_ca = kind == CertificateKind::Private;
        let detail_type =
            if by_ca { "ACM Certificate Revoked by Certificate Authority (CA)" } else { "ACM Certificate Revoked" };
        let mut event = acm(detail_type, &self.certificate(arn), now, &[("RevocationReason", "KEY_COMPROMISE")]);
        event["detail"]["CertificateRevocationDate"] = json!(now.to_string());
        self.publish("default", event, now);
    }
}
