//! AWS Health's events about certificates of ACM.

use certificates::{CertificateArn, Target};
use serde::Serialize;
use serde_json::Value;

use crate::envelope::{BadField, Envelope, excerpt, text};

/// Detail type of AWS Health's events. Their source is `aws.health`.
pub const HEALTH_EVENT: &str = "AWS Health Event";

/// An AWS Health event about ACM
/// ([schema](https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html)).
#[derive(Debug, Clone, Copy)]
pub struct HealthEvent<'a>(Envelope<'a>);

/// What an AWS Health event names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    /// The certificates of this account and Region, each once.
    pub certificates: Vec<CertificateArn>,
    /// All else.
    pub skipped: Vec<Skipped>,
}

/// Something that an AWS Health event named and that is not checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// What it named.
    pub entity: String,
    /// `not-a-certificate` or `other-account-or-region`.
    pub reason: &'static str,
}

impl<'a> HealthEvent<'a> {
    /// Reads an event with the detail type [`HEALTH_EVENT`].
    ///
    /// # Errors
    /// It is about another service.
    pub fn read(envelope: &Envelope<'a>) -> Result<Self, BadField> {
        let service = text(&envelope.detail["service"], "detail.service")?;
        if service != "ACM" {
            return Err(BadField::new("detail.service", format!("is `{}`, not `ACM`", excerpt(service))));
        }
        Ok(Self(*envelope))
    }

    /// Its `eventTypeCode`: what happened.
    ///
    /// # Errors
    /// It has none.
    pub fn type_code(&self) -> Result<&'a str, BadField> {
        text(&self.0.detail["eventTypeCode"], "detail.eventTypeCode")
    }

    /// Whether AWS says that what it reports is over.
    pub fn is_closed(&self) -> bool {
        self.0.detail["statusCode"] == "closed"
    }

    /// What it names. An AWS Health event may name many certificates, or nothing: public ones (`eventScopeCode`
    /// `PUBLIC`) are about a service, not about a customer's resources. It is delivered in other Regions too
    /// ([Region coverage](https://docs.aws.amazon.com/health/latest/ug/choosing-a-region.html)), so a
    /// certificate of another Region is not an error here.
    ///
    /// # Errors
    /// It has none of the two lists that name things.
    pub fn affected(&self, here: &Target) -> Result<Affected, BadField> {
        let Self(envelope) = self;
        let listed = &envelope.detail["affectedEntities"];
        if !listed.is_array() && !envelope.resources.is_array() {
            return Err(BadField::new("detail.affectedEntities", "is not a list, and neither is `resources`"));
        }
        let mut entities = strings(listed, |entity| &entity["entityValue"]);
        if entities.is_empty() {
            entities = strings(envelope.resources, |resource| resource);
        }
        let (mut certificates, mut skipped) = (Vec::new(), Vec::new());
        for entity in entities {
            let skip = |reason| Skipped { entity: excerpt(entity), reason };
            match entity.parse::<CertificateArn>() {
                Ok(arn) if certificates.contains(&arn) => {}
                Ok(arn) if arn.is_within(here) => certificates.push(arn),
                Ok(_) => skipped.push(skip("other-account-or-region")),
                Err(_) => skipped.push(skip("not-a-certificate")),
            }
        }
        Ok(Affected { certificates, skipped })
    }
}

fn strings<'a>(list: &'a Value, of: impl Fn(&'a Value) -> &'a Value) -> Vec<&'a str> {
    list.as_array().into_iter().flatten().filter_map(|item| of(item).as_str()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ARN: &str = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4";

    fn event(resources: Value, detail: Value) -> Value {
        json!({"source": "aws.health", "detail-type": HEALTH_EVENT, "resources": resources, "detail": detail})
    }

    fn affected(resources: Value, entities: Value) -> Result<Affected, BadField> {
        let event = event(resources, json!({"service": "ACM", "affectedEntities": entities}));
        let here = Target { partition: "aws".into(), region: "us-east-1".into(), account: "123456789012".into() };
        HealthEvent::read(&Envelope::read(&event).unwrap()).unwrap().affected(&here)
    }

    #[test]
    fn it_is_about_acm_and_has_a_code() {
        for (detail, field) in [
            (json!(null), "detail.service"),
            (json!({"service": 7}), "detail.service"),
            (json!({"service": "EC2", "eventTypeCode": "X"}), "detail.service"),
            (json!({"service": "ACM"}), "detail.eventTypeCode"),
            (json!({"service": "ACM", "eventTypeCode": []}), "detail.eventTypeCode"),
        ] {
            let event = event(json!([ARN]), detail);
            let code = HealthEvent::read(&Envelope::read(&event).unwrap()).and_then(|health| health.type_code());
            assert_eq!(code.unwrap_err().field, field, "{event}");
        }
        let event = event(json!([ARN]), json!({"service": "ACM", "eventTypeCode": "CAA_CHECK_FAILURE"}));
        let health = HealthEvent::read(&Envelope::read(&event).unwrap()).unwrap();
        assert_eq!(health.type_code(), Ok("CAA_CHECK_FAILURE"));
    }

    #[test]
    fn certificates_of_here_are_found_once_and_all_else_is_skipped() {
        let entity = |value: &str| json!({ "entityValue": value });
        let region = ARN.replace("us-east-1", "eu-west-1");
        let account = ARN.replace("123456789012", "210987654321");
        let entities = json!([
            entity("i-0123"),
            entity(ARN),
            entity(ARN),
            {},
            7,
            entity(&region),
            entity(&account),
            entity("\u{7}")
        ]);
        let skipped = |entity: &str, reason| Skipped { entity: entity.into(), reason };
        let expected = Affected {
            certificates: vec![ARN.parse().unwrap()],
            skipped: vec![
                skipped("i-0123", "not-a-certificate"),
                skipped(&region, "other-account-or-region"),
                skipped(&account, "other-account-or-region"),
                skipped("", "not-a-certificate"),
            ],
        };
        assert_eq!(affected(json!(["arn:x"]), entities), Ok(expected));
    }

    #[test]
    fn resources_replace_entities_that_are_missing() {
        let expected = Affected { certificates: vec![ARN.parse().unwrap()], skipped: Vec::new() };
        for entities in [json!(null), json!([]), json!([{ "entityValue": null }]), json!(ARN)] {
            assert_eq!(affected(json!([ARN]), entities.clone()), Ok(expected.clone()), "{entities}");
        }
    }

    #[test]
    fn a_public_event_names_nothing() {
        let nothing = Affected { certificates: Vec::new(), skipped: Vec::new() };
        for (resources, entities) in [
            (json!([]), json!([])),
            (json!([]), json!(null)),
            (json!(null), json!([])),
            (json!([]), json!([{ "entityValue": null }])),
        ] {
            assert_eq!(affected(resources, entities), Ok(nothing.clone()));
        }
        for resources in [json!(null), json!(ARN), json!({})] {
            assert_eq!(affected(resources, json!(null)).unwrap_err().field, "detail.affectedEntities");
        }
    }

    #[test]
    fn an_event_is_closed_when_it_says_so() {
        for (status, closed) in
            [(json!("closed"), true), (json!("open"), false), (json!("upcoming"), false), (json!(null), false)]
        {
            let event = event(json!([ARN]), json!({"service": "ACM", "statusCode": status}));
            assert_eq!(HealthEvent::read(&Envelope::read(&event).unwrap()).unwrap().is_closed(), closed, "{event}");
        }
    }
}
