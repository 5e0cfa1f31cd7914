//! Who made a call, by CloudTrail's `userIdentity`.

use certificates::Target;
use serde_json::Value;

/// The path of acm-autopilot's roles.
const PATH: &str = "role/acm-autopilot/";

/// No ARN is longer.
const LONGEST: usize = 2_048;

/// Who made a call
/// ([userIdentity](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html)).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Principal {
    /// Such as `AssumedRole`, `IAMUser`, `Root` or `AWSService`; empty where AWS does not say who it was.
    pub kind: String,
    /// ARN of the user or of the role's session.
    pub arn: Option<String>,
    /// ARN of the role, if it is a role's session.
    pub role_arn: Option<String>,
    /// The service that made the call, for itself or for somebody.
    pub service: Option<String>,
}

/// What a principal is to this installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// A role of one of acm-autopilot's functions.
    Own(OwnRole),
    /// A service of AWS, on its own behalf.
    Aws,
    /// CloudFormation, for somebody who deploys a stack.
    Deployment,
    /// Anybody else.
    Other,
}

/// The functions whose roles change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnRole {
    /// imported-renewal.
    Renewal,
    /// dns-validation.
    Dns,
    /// expiry-events.
    Expiry,
    /// Any other.
    Other,
}

impl Principal {
    /// Reads `userIdentity`.
    pub fn read(identity: &Value) -> Self {
        let text =
            |value: &Value| value.as_str().filter(|text| !text.is_empty() && text.len() <= LONGEST).map(str::to_owned);
        let kind = text(&identity["type"]).unwrap_or_default();
        Self {
            arn: text(&identity["arn"]).or_else(|| text(&identity["principalId"])),
            role_arn: text(&identity["sessionContext"]["sessionIssuer"]["arn"]),
            service: text(&identity["invokedBy"]).filter(|by| by.ends_with(".amazonaws.com")),
            kind,
        }
    }

    /// How notices name it.
    pub fn name(&self) -> &str {
        self.arn.as_deref().or(self.service.as_deref()).unwrap_or("an unknown principal")
    }

    /// What it is to an installation in `home`, for a call in the account of `target`.
    pub fn standing(&self, home: &Target, target: &Target) -> Standing {
        if let Some(own) = self.role_arn.as_deref().and_then(|role| own_role(role, home, target)) {
            return Standing::Own(own);
        }
        match self.service.as_deref() {
            Some("cloudformation.amazonaws.com") => Standing::Deployment,
            // A service that calls for somebody writes that somebody's ARN.
            _ if self.kind == "AWSService" => Standing::Aws,
            _ => Standing::Other,
        }
    }
}

/// The roles of the hub have a path for each function, those of spokes fixed names. Only IAM writes the path of a role into
/// its ARN, and who makes a role there is noticed.
fn own_role(arn: &str, home: &Target, target: &Target) -> Option<OwnRole> {
    let of = |account: &str| format!("arn:{}:iam::{account}:{PATH}", home.partition);
    let name = arn.strip_prefix(&of(&home.account)).or_else(|| arn.strip_prefix(&of(&target.account)))?;
    let first = name.split('/').next().unwrap_or_default();
    Some(match first {
        "imported-renewal" | "acm-autopilot-renew" => OwnRole::Renewal,
        "dns-validation" | "acm-autopilot-dns" => OwnRole::Dns,
        "expiry-events" | "acm-autopilot-read" => OwnRole::Expiry,
        _ => OwnRole::Other,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn target(account: &str) -> Target {
        Target { partition: "aws".into(), region: "us-east-1".into(), account: account.into() }
    }

    fn standing(identity: &Value) -> Standing {
        Principal::read(identity).standing(&target("111111111111"), &target("222222222222"))
    }

    fn session(role: &str) -> Value {
        json!({"type": "AssumedRole", "arn": "arn:aws:sts::222222222222:assumed-role/x/y",
            "sessionContext": {"sessionIssuer": {"type": "Role", "arn": role}}})
    }

    #[test]
    fn own_roles_are_known_by_account_path_and_name() {
        for (role, expected) in [
            (
                "arn:aws:iam::111111111111:role/acm-autopilot/imported-renewal/stack-Role-1",
                Standing::Own(OwnRole::Renewal),
            ),
            ("arn:aws:iam::222222222222:role/acm-autopilot/acm-autopilot-renew", Standing::Own(OwnRole::Renewal)),
            ("arn:aws:iam::222222222222:role/acm-autopilot/acm-autopilot-dns", Standing::Own(OwnRole::Dns)),
            ("arn:aws:iam::111111111111:role/acm-autopilot/expiry-events/r", Standing::Own(OwnRole::Expiry)),
            ("arn:aws:iam::222222222222:role/acm-autopilot/acm-autopilot-zones", Standing::Own(OwnRole::Other)),
            ("arn:aws:iam::333333333333:role/acm-autopilot/acm-autopilot-renew", Standing::Other),
            ("arn:aws:iam::222222222222:role/acm-autopilot-renew", Standing::Other),
            ("arn:aws:iam::222222222222:role/admin", Standing::Other),
        ] {
            assert_eq!(standing(&session(role)), expected, "{role}");
        }
    }

    #[test]
    fn services_for_themselves_are_aws_and_deployments_are_somebodys() {
        let by = |service: &str| {
            let mut identity = session("arn:aws:iam::222222222222:role/admin");
            identity["invokedBy"] = service.into();
            standing(&identity)
        };
        assert_eq!(by("cloudformation.amazonaws.com"), Standing::Deployment);
        assert_eq!(by("elasticloadbalancing.amazonaws.com"), Standing::Other, "for the role");
        assert_eq!(standing(&json!({"type": "AWSService", "invokedBy": "acm.amazonaws.com"})), Standing::Aws);
        assert_eq!(standing(&json!({"type": "Root", "arn": "arn:aws:iam::222222222222:root"})), Standing::Other);
        assert_eq!(standing(&json!(null)), Standing::Other);
    }

    #[test]
    fn somebody_is_always_named() {
        let name = |identity: &Value| Principal::read(identity).name().to_owned();
        assert_eq!(name(&json!({"arn": "arn:aws:iam::1:user/eve"})), "arn:aws:iam::1:user/eve");
        assert_eq!(name(&json!({"principalId": "AIDA1"})), "AIDA1");
        assert_eq!(name(&json!({"type": "AWSService", "invokedBy": "acm.amazonaws.com"})), "acm.amazonaws.com");
        assert_eq!(name(&json!(7)), "an unknown principal");
    }
}
