//! Grants by which services decrypt the keys of certificates.

use super::super::act::{Act, ActKind};
use super::text;
use crate::record::Record;

/// RevokeGrant names the key and the grant and nothing else
/// ([RevokeGrant](https://docs.aws.amazon.com/kms/latest/developerguide/ct-revokegrant.html)): what it was for is in the
/// inventory. A service that uses a certificate no more retires its grant, which is another call.
pub(super) fn recognize(record: &Record<'_>) -> Option<Act> {
    let is_one = record.name == "RevokeGrant" && record.error.is_none();
    is_one.then(|| {
        Act::new(ActKind::GrantRevoked, text(&record.request["grantId"])).detail(text(&record.request["keyId"]))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::record::tests::record;

    #[test]
    fn only_revocations_are_acts() {
        for (name, error, expected) in [
            ("RevokeGrant", None, true),
            ("RevokeGrant", Some("NotFoundException"), false),
            ("RetireGrant", None, false),
            ("CreateGrant", None, false),
        ] {
            let event = record("kms.amazonaws.com", name, &json!({"grantId": "g", "keyId": "k"}), &json!(null), error);
            let act = recognize(&Record::read(&event).unwrap());
            assert_eq!(act.is_some(), expected, "{name} {error:?}");
            assert!(act.is_none_or(|act| act.subject == "g"));
        }
    }
}
