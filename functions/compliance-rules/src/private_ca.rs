//! Reads AWS Private CA into facts.

use aws_client::CallError;
use aws_sdk_acmpca::Client;
use aws_sdk_acmpca::types::{self as pca, ResourceOwner};
use aws_smithy_types::DateTime;
use certificates::tags::Tags;
use certificates::{KeyAlgorithm, PrivateCaArn};
use jiff::Timestamp;

use crate::facts::{Authority, Crl, Fact, Ocsp, Permission};

/// The most that lists of AWS Private CA take
/// ([MaxResults](https://docs.aws.amazon.com/privateca/latest/APIReference/API_ListCertificateAuthorities.html)).
const PAGE: i32 = 1000;

/// All CAs that the account owns in the Region, deleted ones that can be restored too. An entry of the
/// list holds all that a description holds.
pub(crate) async fn list(client: &Client) -> Result<Vec<Authority>, CallError> {
    let mut authorities = Vec::new();
    let mut next_token = None;
    loop {
        let page = client
            .list_certificate_authorities()
            .resource_owner(ResourceOwner::SelfValue)
            .max_results(PAGE)
            .set_next_token(next_token)
            .send()
            .await
            .map_err(|error| CallError::new("acm-pca:ListCertificateAuthorities", &error))?;
        authorities.extend(page.certificate_authorities().iter().filter_map(|authority| {
            let arn = authority.arn()?.parse().ok()?;
            Some(described(arn, authority))
        }));
        next_token = page.next_token;
        if next_token.is_none() {
            return Ok(authorities);
        }
    }
}

/// Describes a CA; `None` when it is gone.
pub(crate) async fn describe(client: &Client, arn: &PrivateCaArn) -> Result<Option<Authority>, CallError> {
    const OPERATION: &str = "acm-pca:DescribeCertificateAuthority";
    match client.describe_certificate_authority().certificate_authority_arn(arn.as_str()).send().await {
        Ok(answer) => answer
            .certificate_authority
            .map(|authority| Some(described(arn.clone(), &authority)))
            .ok_or_else(|| CallError::incomplete_answer(OPERATION, "CertificateAuthority")),
        Err(error) => absent_is_none(CallError::new(OPERATION, &error)),
    }
}

/// The tags of a CA; `None` when it is gone.
pub(crate) async fn tags(client: &Client, arn: &PrivateCaArn) -> Result<Option<Tags>, CallError> {
    let mut tags = Vec::new();
    let mut next_token = None;
    loop {
        let call = client.list_tags().certificate_authority_arn(arn.as_str()).set_next_token(next_token);
        let page = match call.send().await {
            Ok(page) => page,
            Err(error) => return absent_is_none(CallError::new("acm-pca:ListTags", &error)),
        };
        tags.extend(page.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().unwrap_or_default().to_owned())));
        next_token = page.next_token;
        if next_token.is_none() {
            return Ok(Some(tags.into_iter().collect()));
        }
    }
}

/// What AWS services may do with a CA; `None` when it is gone.
pub(crate) async fn permissions(client: &Client, arn: &PrivateCaArn) -> Result<Option<Vec<Permission>>, CallError> {
    let mut permissions = Vec::new();
    let mut next_token = None;
    loop {
        let call = client.list_permissions().certificate_authority_arn(arn.as_str()).set_next_token(next_token);
        let page = match call.send().await {
            Ok(page) => page,
            Err(error) => return absent_is_none(CallError::new("acm-pca:ListPermissions", &error)),
        };
        permissions.extend(page.permissions().iter().map(|permission| Permission {
            principal: permission.principal().unwrap_or_default().to_owned(),
            source_account: permission.source_account().map(str::to_owned),
            actions: permission.actions().iter().map(|action| action.as_str().to_owned()).collect(),
        }));
        next_token = page.next_token;
        if next_token.is_none() {
            return Ok(Some(permissions));
        }
    }
}

/// The resource policy of a CA; `None` when there is none. AWS does not tell that from a CA that is gone.
pub(crate) async fn policy(client: &Client, arn: &PrivateCaArn) -> Result<Option<String>, CallError> {
    match client.get_policy().resource_arn(arn.as_str()).send().await {
        Ok(answer) => Ok(answer.policy),
        Err(error) => absent_is_none(CallError::new("acm-pca:GetPolicy", &error)),
    }
}

/// PEM texts of a CA's certificate and those above it; `None` while it has none.
pub(crate) async fn certificate(
    client: &Client,
    arn: &PrivateCaArn,
) -> Result<Option<(String, Option<String>)>, CallError> {
    const OPERATION: &str = "acm-pca:GetCertificateAuthorityCertificate";
    match client.get_certificate_authority_certificate().certificate_authority_arn(arn.as_str()).send().await {
        Ok(answer) => answer
            .certificate
            .map(|certificate| Some((certificate, answer.certificate_chain)))
            .ok_or_else(|| CallError::incomplete_answer(OPERATION, "Certificate")),
        Err(error) => match CallError::new(OPERATION, &error) {
            error if error.has_code("InvalidStateException") => Ok(None),
            error => absent_is_none(error),
        },
    }
}

/// What a description leaves out is not there.
fn described(arn: PrivateCaArn, authority: &pca::CertificateAuthority) -> Authority {
    let configuration = authority.certificate_authority_configuration();
    let revocation = authority.revocation_configuration();
    let moment = |at: Option<&DateTime>| Fact::Known(at.and_then(time));
    Authority {
        authority_type: Fact::told(authority.r#type().map(|kind| kind.as_str().to_owned())),
        status: Fact::told(authority.status().map(|status| status.as_str().to_owned())),
        usage_mode: Fact::Known(authority.usage_mode().map(|mode| mode.as_str().to_owned())),
        key_algorithm: Fact::told(configuration.map(|c| KeyAlgorithm::new(c.key_algorithm().as_str()))),
        signing_algorithm: Fact::told(configuration.map(|c| c.signing_algorithm().as_str().to_owned())),
        common_name: Fact::Known(
            configuration.and_then(|c| c.subject()).and_then(|subject| subject.common_name()).map(str::to_owned),
        ),
        key_storage_standard: Fact::Known(
            authority.key_storage_security_standard().map(|standard| standard.as_str().to_owned()),
        ),
        not_before: moment(authority.not_before()),
        not_after: moment(authority.not_after()),
        created_at: moment(authority.created_at()),
        last_state_change_at: moment(authority.last_state_change_at()),
        failure_reason: Fact::Known(authority.failure_reason().map(|reason| reason.as_str().to_owned())),
        restorable_until: moment(authority.restorable_until()),
        owner_account: Fact::Known(authority.owner_account().map(str::to_owned)),
        crl: Fact::Known(revocation.and_then(|revocation| revocation.crl_configuration()).map(|crl| Crl {
            enabled: crl.enabled(),
            bucket: crl.s3_bucket_name().map(str::to_owned),
            object_acl: crl.s3_object_acl().map(|acl| acl.as_str().to_owned()),
            expiration_days: crl.expiration_in_days(),
            custom_cname: crl.custom_cname().map(str::to_owned),
        })),
        ocsp: Fact::Known(
            revocation.and_then(|revocation| revocation.ocsp_configuration()).map(|ocsp| Ocsp {
                enabled: ocsp.enabled(),
                custom_cname: ocsp.ocsp_custom_cname().map(str::to_owned),
            }),
        ),
        ..Authority::unknown(arn)
    }
}

pub(crate) fn time(at: &DateTime) -> Option<Timestamp> {
    Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).ok()?).ok()
}

fn absent_is_none<T>(error: CallError) -> Result<Option<T>, CallError> {
    if error.has_code("ResourceNotFoundException") { Ok(None) } else { Err(error) }
}
