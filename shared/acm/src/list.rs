//! The complete listing of an account and Region.

use std::collections::HashSet;

use aws_client::CallError;
use aws_sdk_acm::Client;
use aws_sdk_acm::operation::list_certificates::ListCertificatesOutput;
use aws_sdk_acm::operation::list_certificates::builders::ListCertificatesFluentBuilder;
use aws_sdk_acm::types::{CertificateKeyPairOrigin, Filters, KeyAlgorithm};
use certificates::CertificateSummary;

use crate::convert;
use crate::root_hierarchy::{self, ExtraMembers, Listed, OnlyAmazonN2};

/// The most that ListCertificates takes
/// ([MaxItems](https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html)).
const PAGE: i32 = 1000;

/// What a listing found.
#[derive(Debug, Default)]
pub struct Listing {
    /// The certificates, each once: first all but the Amazon N2 ones, then these, in ACM's order.
    pub certificates: Vec<CertificateSummary>,
    /// Entries whose ARN could not be read. They are not a reason to give up on the others, and no
    /// reason to be silent.
    pub unreadable: Vec<String>,
}

/// Lists all certificates of the account and Region: two calls, and one more for each further 1,000.
///
/// Without filters ListCertificates hides everything but RSA_1024 and RSA_2048, and certificates
/// whose key pair came through ACME, so all values that the API has are named. It shows Amazon N2
/// certificates only when they are asked for, and then no others, so there are two passes.
///
/// # Errors
/// A page could not be read. Part of a listing is never an answer.
pub async fn list(client: &Client) -> Result<Listing, CallError> {
    let mut found = Found::default();
    list_pages(client, Pass::AllButAmazonN2, &mut found).await?;
    match list_pages(client, Pass::OnlyAmazonN2, &mut found).await {
        Err(error) if root_hierarchy::is_unknown(&error) => {
            tracing::info!(%error, "this endpoint does not know Amazon N2 certificates, so there are none");
        }
        other => other?,
    }
    Ok(found.listing)
}

#[derive(Debug, Clone, Copy)]
enum Pass {
    AllButAmazonN2,
    OnlyAmazonN2,
}

async fn list_pages(client: &Client, pass: Pass, found: &mut Found) -> Result<(), CallError> {
    let mut next_token = None;
    loop {
        let extra = ExtraMembers::<Listed>::default();
        let mut call = request(client).set_next_token(next_token).customize();
        if let Pass::OnlyAmazonN2 = pass {
            call = call.interceptor(OnlyAmazonN2).interceptor(extra.clone());
        }
        let page = call.send().await.map_err(|error| CallError::new("acm:ListCertificates", &error))?;
        found.add(&page, extra.take());
        next_token = page.next_token;
        if next_token.is_none() {
            return Ok(());
        }
    }
}

/// Every key type and every key-pair origin.
fn request(client: &Client) -> ListCertificatesFluentBuilder {
    let key_types = KeyAlgorithm::values().iter().map(|&name| name.into()).collect();
    let origins = CertificateKeyPairOrigin::values().iter().map(|&name| name.into()).collect();
    client
        .list_certificates()
        .includes(Filters::builder().set_key_types(Some(key_types)).build())
        .set_certificate_key_pair_origins(Some(origins))
        .max_items(PAGE)
}

/// A listing that grows. An endpoint that ignores the filter for Amazon N2 certificates shows all others twice.
#[derive(Debug, Default)]
struct Found {
    listing: Listing,
    seen: HashSet<String>,
}

impl Found {
    fn add(&mut self, page: &ListCertificatesOutput, extra: Listed) {
        let first = self.listing.certificates.len();
        for summary in page.certificate_summary_list() {
            let arn = summary.certificate_arn();
            if arn.is_some_and(|arn| !self.seen.insert(arn.to_owned())) {
                continue;
            }
            match convert::summary(summary) {
                Some(summary) => self.listing.certificates.push(summary),
                None => self.listing.unreadable.push(arn.unwrap_or("(no ARN)").to_owned()),
            }
        }
        extra.add_to(&mut self.listing.certificates[first..]);
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_acm::operation::list_certificates::ListCertificatesInput;

    use super::*;

    /// The members of a structure in the SDK's service model.
    macro_rules! members {
        ($structure:ty) => {
            <$structure>::SCHEMA.members().iter().filter_map(|member| member.member_name()).collect::<Vec<_>>()
        };
    }

    /// A new member may hide certificates until it is set, as keyTypes, CertificateKeyPairOrigins and RootHierarchyTypes
    /// do. Before a member is added here, its documentation has to say what ListCertificates leaves out without it.
    #[test]
    fn the_service_model_has_no_member_that_the_listing_does_not_know() {
        // In the order of the model. Set: the origins, Includes and MaxItems. Without a status or an order, all are
        // listed.
        let known = [
            "CertificateStatuses",
            "CertificateKeyPairOrigins",
            "Includes",
            "NextToken",
            "MaxItems",
            "SortBy",
            "SortOrder",
        ];
        assert_eq!(members!(ListCertificatesInput), known);
        // Set: keyTypes. Without the others, all are listed.
        assert_eq!(members!(Filters), ["extendedKeyUsage", "keyUsage", "keyTypes", "exportOption", "managedBy"]);
    }
}
