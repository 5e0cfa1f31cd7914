//! Accounts and Regions: where a certificate is, and what an event is about.

use serde_json::Value;
use simulated_aws::Aws;

use crate::world::ACCOUNT;

/// How the ARNs of certificates begin.
const CERTIFICATES: &str = "arn:aws:acm:";

/// An account in a Region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) account: String,
    pub(crate) region: String,
}

impl Place {
    pub(crate) fn new(account: &str, region: &str) -> Self {
        Self { account: account.to_owned(), region: region.to_owned() }
    }

    /// Where a resource is.
    pub(crate) fn of_arn(arn: &str) -> Option<Self> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        match parts[..] {
            ["arn", _, _, region, account, _] => Some(Self::new(account, region)),
            _ => None,
        }
    }

    /// Where the certificates are that a text names.
    pub(crate) fn of_certificates_in(text: &str) -> impl Iterator<Item = Self> {
        text.match_indices(CERTIFICATES).filter_map(|(at, _)| Self::of_arn(&text[at..]))
    }

    /// Where the first resource is that an event of AWS names.
    pub(crate) fn of_event(event: &Value) -> Option<Self> {
        let named = [
            &event["resources"][0],
            &event["detail"]["requestParameters"]["certificateArn"],
            &event["detail"]["responseElements"]["certificateArn"],
            &event["detail"]["responseElements"]["arn"],
            &event["detail"]["resourceId"],
        ];
        named.into_iter().filter_map(Value::as_str).find_map(Self::of_arn)
    }

    pub(crate) fn is_of_hub(&self) -> bool {
        self.account == ACCOUNT
    }
}

/// Whether a certificate is in the hub, or in the only account that there is.
pub(crate) fn is_in_hub(arn: &str) -> bool {
    Place::of_arn(arn).is_none_or(|place| place.is_of_hub())
}

/// The handle for the account and Region of a certificate.
pub(crate) fn at(aws: &Aws, arn: &str) -> Aws {
    match Place::of_arn(arn).filter(|place| !place.is_of_hub()) {
        Some(place) => aws.scoped(&place.account, &place.region),
        None => aws.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SPOKES: &str = "arn:aws:acm:eu-west-1:222233334444:certificate/1";

    #[test]
    fn an_arn_says_where_a_certificate_is() {
        let place = Place::new("222233334444", "eu-west-1");
        assert_eq!(Place::of_arn(SPOKES), Some(place.clone()));
        assert_eq!(Place::of_arn("certificate/1"), None);
        let text = format!("{SPOKES} and arn:aws:acm:us-east-1:123456789012:certificate/2");
        assert_eq!(
            Place::of_certificates_in(&text).collect::<Vec<_>>(),
            [place.clone(), Place::new(ACCOUNT, "us-east-1")]
        );
        for event in [
            json!({ "resources": [SPOKES] }),
            json!({ "resources": [], "detail": { "requestParameters": { "certificateArn": SPOKES } } }),
            json!({ "resources": [], "detail": { "resourceId": SPOKES } }),
        ] {
            assert_eq!(Place::of_event(&event), Some(place.clone()), "{event}");
        }
        assert_eq!(Place::of_event(&json!({ "resources": [] })), None);
    }

    #[test]
    fn a_spokes_certificate_is_not_in_the_hub() {
        let aws = Aws::in_account("2026-01-01T00:00:00Z".parse().unwrap(), ACCOUNT, "us-east-1");
        let spec = simulated_aws::CertificateSpec::imported("a.example.com").thin();
        let arn = aws.scoped("222233334444", "eu-west-1").insert_certificate(spec);
        assert!(aws.certificate(&arn).is_none() && at(&aws, &arn).certificate(&arn).is_some());
    }
}
