//! DNS records, in the form of zone files.

use crate::error::Error;

/// RFC 1035, 2.3.4, without the last dot.
const LONGEST_NAME: usize = 253;

/// A domain as records have it: in lower case, without a wildcard and the last dot.
pub(crate) fn domain(written: &str) -> Result<String, Error> {
    let name = written.trim_start_matches("*.").trim_end_matches('.').to_ascii_lowercase();
    let is_label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    match name.len() <= LONGEST_NAME && name.contains('.') && name.split('.').all(is_label) {
        true => Ok(name),
        false => Err(Error::Domain(written.to_owned())),
    }
}

/// Certificates for the domain, and all names below it that have no CAA records of their own, only from this CA, for this
/// account, after validation by DNS-01 (RFC 8659, 4; RFC 8657, 3 and 4).
pub(crate) fn caa(domain: &str, ca: &str, account_url: &str) -> String {
    format!("{domain}. CAA 0 issue \"{ca}; accounturi={account_url}; validationmethods=dns-01\"")
}

/// Where the CA finds the validation record instead (RFC 8555, 8.4, of which the look-up follows CNAME records).
pub(crate) fn delegation(domain: &str, zone: &str) -> Result<String, Error> {
    let target = format!("{domain}.{zone}");
    match target.len() <= LONGEST_NAME {
        true => Ok(format!("_acme-challenge.{domain}. CNAME {target}.")),
        false => Err(Error::Domain(target)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_cleaned_or_refused() {
        for (written, name) in [("*.Example.COM.", "example.com"), ("_x.example.com", "_x.example.com")] {
            assert_eq!(domain(written).unwrap(), name);
        }
        for wrong in ["com", "", "a..example", "exämple.com", "a b.example", "*", "www.*.example.com"] {
            assert!(domain(wrong).unwrap_err().to_string().contains("domain"), "{wrong}");
        }
    }

    #[test]
    fn records_are_those_of_zone_files() {
        assert_eq!(
            caa("example.com", "letsencrypt.org", "https://ca.example/acct/1"),
            "example.com. CAA 0 issue \"letsencrypt.org; accounturi=https://ca.example/acct/1; validationmethods=dns-01\""
        );
        let record = "_acme-challenge.www.example.com. CNAME www.example.com.acme.example.net.";
        assert_eq!(delegation("www.example.com", "acme.example.net").unwrap(), record);
        let long = format!("{}.example", ["a".repeat(60), "b".repeat(60), "c".repeat(60), "d".repeat(60)].join("."));
        assert!(delegation(&long, "acme.example.net").is_err());
    }
}
