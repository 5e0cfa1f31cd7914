//! The roles of acm-autopilot.

use super::super::act::{Act, ActKind};
use super::text;
use crate::record::Record;

/// What gives a role to others, gives it more, or takes it away.
const CALLS: [&str; 9] = [
    "CreateRole",
    "DeleteRole",
    "UpdateAssumeRolePolicy",
    "PutRolePolicy",
    "DeleteRolePolicy",
    "AttachRolePolicy",
    "DetachRolePolicy",
    "PutRolePermissionsBoundary",
    "DeleteRolePermissionsBoundary",
];

/// Which roles are acm-autopilot's, the caller knows.
pub(super) fn recognize(record: &Record<'_>) -> Option<Act> {
    let is_one = CALLS.contains(&record.name) && record.error.is_none();
    is_one.then(|| Act::new(ActKind::RoleChanged, text(&record.request["roleName"])).detail(record.name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::record::tests::record;

    #[test]
    fn changes_of_roles_are_acts() {
        for (name, error, expected) in [
            ("UpdateAssumeRolePolicy", None, true),
            ("UpdateAssumeRolePolicy", Some("AccessDenied"), false),
            ("GetRole", None, false),
        ] {
            let event =
                record("iam.amazonaws.com", name, &json!({"roleName": "acm-autopilot-dns"}), &json!(null), error);
            assert_eq!(recognize(&Record::read(&event).unwrap()).is_some(), expected, "{name} {error:?}");
        }
    }
}
