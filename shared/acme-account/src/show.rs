//! What is known of an account, and the records that are recommended for it.

use acme::{Server, StoredAccount};

use crate::arguments::Show;
use crate::error::Error;
use crate::records::{caa, delegation, domain};

/// The account and where it is.
pub(crate) fn account(stored: &StoredAccount, url: &str, secret: &str) -> String {
    format!("account    {url}\ndirectory  {}\nsecret     {secret}\n", stored.directory)
}

/// The records for the domains. Which name CAA records have for the CA, its directory says (RFC 8555, 7.1.1).
pub(crate) fn recommended(options: &Show, server: &Server, account_url: &str) -> Result<String, Error> {
    let domains: Vec<String> = options.domains.iter().map(|one| domain(one)).collect::<Result<_, _>>()?;
    let mut text = match server.caa_identities().next() {
        Some(ca) => issuance(&domains, ca, account_url),
        None => "\nThe directory names no CA for CAA records: what they have to say is in the CA's documentation.\n"
            .to_owned(),
    };
    if let Some(zone) = &options.delegation_zone {
        let zone = domain(zone)?;
        text.push_str("\nValidation in the delegation zone:\n");
        for domain in &domains {
            text.push_str(&format!("{}\n", delegation(domain, &zone)?));
        }
    }
    Ok(text)
}

fn issuance(domains: &[String], ca: &str, account_url: &str) -> String {
    let records: String = domains.iter().map(|domain| format!("{}\n", caa(domain, ca, account_url))).collect();
    format!(
        "\nCertificates from this CA only for this account, and only with validation by DNS:\n{records}\
         Keep CAA records of other CAs that issue for these domains, such as amazon.com for ACM.\n"
    )
}
