//! What AWS tells now and then: AWS Health's events about renewals, findings of AWS Config, revocations.

use certificates::days_left;
use serde_json::json;
use simulated_aws::Certificate;

use crate::aws_events::{acm, finding, health};
use crate::population::Type;
use crate::world::World;

/// AWS Health's codes about ACM (user guide, "AWS Health events for ACM").
const CODES: [&str; 3] = ["AWS_ACM_RENEWAL_STATE_CHANGE", "CAA_CHECK_FAILURE", "AWS_ACM_RENEWAL_FAILURE"];

/// AWS's own rule about ends.
const MANAGED_RULE: &str = "acm-certificate-expiration-check";

impl World {
    /// Something that AWS tells about a certificate, whatever its state: functions look for themselves.
    pub(crate) fn rare_news(&mut self, arn: &str, kind: Type) {
        if !self.chance(self.weather.rare / 365.0) {
            return;
        }
        let Some(present) = self.aws.certificate(arn) else { return };
        let now = self.aws.now();
        match self.rng.u8(..4) {
            0 | 1 => {
                let code = CODES[self.rng.usize(..CODES.len())];
                self.set_out("default", health(code, &present, now), now);
            }
            2 => self.set_out("default", finding(&present.arn, MANAGED_RULE, now), now),
            _ if matches!(kind, Type::Amazon | Type::Private) => self.is_revoked(&present, kind),
            _ => {}
        }
    }

    /// User guide, "Amazon EventBridge support for ACM": ACM tells of revocations, by ACM and by the private CA.
    fn is_revoked(&mut self, present: &Certificate, kind: Type) {
        let now = self.aws.now();
        let (arn, left) = (&present.arn, days_left(present.not_after, now));
        let spec = self.blueprint(arn).spec(&self.aws, left, 0).not_after(present.not_after);
        self.aws.set_certificate(arn, spec.status("REVOKED"));
        self.see(arn, false);
        self.record.remark_about(arn, format!("{now} {} is revoked", arn.rsplit('/').next().unwrap_or_default()));
        let by_ca = kind == Type::Private;
        let detail_type =
            if by_ca { "ACM Certificate Revoked by Certificate Authority (CA)" } else { "ACM Certificate Revoked" };
        let mut event = acm(detail_type, &self.present(arn), now, &[("RevocationReason", "KEY_COMPROMISE")]);
        event["detail"]["CertificateRevocationDate"] = json!(now.to_string());
        self.set_out("default", event, now);
    }
}
