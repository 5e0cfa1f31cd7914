//! From the SDK's types to ours.

use aws_sdk_acmpca::types::{self as api, CrlConfiguration, OcspConfiguration};
use aws_smithy_types::DateTime;
use certificates::{KeyAlgorithm, PrivateCaArn, rfc5280_time};
use jiff::Timestamp;

use crate::{CertificateAuthority, Crl, Ocsp, Permission};

pub(crate) fn certificate_authority(arn: PrivateCaArn, ca: &api::CertificateAuthority) -> CertificateAuthority {
    let configuration = ca.certificate_authority_configuration();
    let revocation = ca.revocation_configuration();
    let subject = configuration.and_then(|configuration| configuration.subject());
    CertificateAuthority {
        arn,
        ca_type: ca.r#type().map(|it| it.as_str().to_owned()),
        status: ca.status().map(|it| it.as_str().to_owned()),
        usage_mode: ca.usage_mode().map(|it| it.as_str().to_owned()),
        key_algorithm: configuration.map(|it| KeyAlgorithm::new(it.key_algorithm().as_str())),
        signing_algorithm: configuration.map(|it| it.signing_algorithm().as_str().to_owned()),
        common_name: subject.and_then(|subject| subject.common_name()).map(str::to_owned),
        key_storage_standard: ca.key_storage_security_standard().map(|it| it.as_str().to_owned()),
        not_before: ca.not_before().and_then(time),
        not_after: ca.not_after().and_then(time),
        created_at: ca.created_at().and_then(time),
        last_state_change_at: ca.last_state_change_at().and_then(time),
        failure_reason: ca.failure_reason().map(|it| it.as_str().to_owned()),
        restorable_until: ca.restorable_until().and_then(time),
        owner_account: ca.owner_account().map(str::to_owned),
        crl: revocation.and_then(|it| it.crl_configuration()).map(crl),
        ocsp: revocation.and_then(|it| it.ocsp_configuration()).map(ocsp),
    }
}

fn crl(crl: &CrlConfiguration) -> Crl {
    Crl {
        enabled: crl.enabled(),
        bucket: crl.s3_bucket_name().map(str::to_owned),
        object_acl: crl.s3_object_acl().map(|acl| acl.as_str().to_owned()),
        expiration_days: crl.expiration_in_days(),
        custom_cname: crl.custom_cname().map(str::to_owned),
    }
}

fn ocsp(ocsp: &OcspConfiguration) -> Ocsp {
    Ocsp { enabled: ocsp.enabled(), custom_cname: ocsp.ocsp_custom_cname().map(str::to_owned) }
}

pub(crate) fn permission(permission: &api::Permission) -> Permission {
    Permission {
        principal: permission.principal().unwrap_or_default().to_owned(),
        source_account: permission.source_account().map(str::to_owned),
        actions: permission.actions().iter().map(|action| action.as_str().to_owned()).collect(),
    }
}

/// The year 9999 says that there is no expiry: see [`rfc5280_time`].
fn time(at: &DateTime) -> Option<Timestamp> {
    rfc5280_time(at.secs(), i32::try_from(at.subsec_nanos()).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ca_without_an_expiry_has_the_last_moment() {
        let arn: PrivateCaArn = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/6f5".parse().unwrap();
        let ca = api::CertificateAuthority::builder().not_after(DateTime::from_secs(253_402_300_799)).build();
        assert_eq!(certificate_authority(arn, &ca).not_after, Some(Timestamp::MAX));
    }
}
