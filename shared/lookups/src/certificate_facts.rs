//! Lookups of one certificate.

use aws_client::CallError;
use aws_sdk_acm::Client;
use certificates::CertificateArn;
use rules::facts::{Certificate, Chain, Fact, Lookup};

use crate::LookupError;
use crate::lists::Group;

/// Adds to a certificate's facts; `None` when it is gone.
pub(crate) async fn look_up(
    client: &Client,
    certificate: &mut Certificate,
    lookup: Lookup,
) -> Result<Option<()>, LookupError> {
    let arn = certificate.arn.clone();
    let failed = |cause| LookupError::Read { resource: arn.to_string(), cause };
    Ok(match lookup {
        Lookup::Tags => {
            let tags = acm::list_tags(client, &arn).await.map_err(failed)?;
            tags.map(|tags| certificate.tags = Fact::Known(tags))
        }
        Lookup::Chain => {
            let found = issued_pem(client, &arn).await.map_err(failed)?;
            let found = found.map(|pem| pem.map(|pem| chain(&arn, &pem)).transpose()).transpose()?;
            found.map(|chain| certificate.chain = Fact::Known(chain))
        }
        // No other fact of a certificate is found anywhere else.
        _ => {
            let found = acm::describe(client, &arn).await.map_err(failed)?;
            found.map(|detail| certificate.learn(Certificate::from_detail(detail)))
        }
    })
}

/// Takes over what the list of certificates says. One that is not listed has nothing in common with others.
pub(crate) fn join(certificate: &mut Certificate, group: Option<Group>) {
    if let Some((exported, _)) = &group {
        certificate.exported = exported.clone();
    }
    certificate.all = Fact::Known(group.map(|(_, all)| all).unwrap_or_default());
}

/// The PEM texts of a certificate and of those above it.
pub(crate) type PemChain = (String, Option<String>);

/// What GetCertificate answers: `None` when the certificate is gone, `Some(None)` while it is not issued.
async fn issued_pem(client: &Client, arn: &CertificateArn) -> Result<Option<Option<PemChain>>, CallError> {
    const OPERATION: &str = "acm:GetCertificate";
    match client.get_certificate().certificate_arn(arn.as_str()).send().await {
        Ok(answer) => match answer.certificate {
            Some(certificate) => Ok(Some(Some((certificate, answer.certificate_chain)))),
            None => Err(CallError::incomplete_answer(OPERATION, "Certificate")),
        },
        Err(error) => match CallError::new(OPERATION, &error) {
            error if error.has_code("RequestInProgressException") => Ok(Some(None)),
            error if error.has_code("ResourceNotFoundException") => Ok(None),
            error => Err(error),
        },
    }
}

pub(crate) fn chain(resource: &impl ToString, (leaf, above): &PemChain) -> Result<Chain, LookupError> {
    let unreadable = |cause| LookupError::UnreadableCertificate { resource: resource.to_string(), cause };
    Chain::from_pem(leaf, above.as_deref()).map_err(unreadable)
}
