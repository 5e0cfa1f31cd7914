//! DNS-01 (RFC 8555, 8.4) and CAA (RFC 8659, RFC 8657), as a CA's resolvers see the public DNS.

use aws_lc_rs::digest::{SHA256, digest};
use base64ct::{Base64UrlUnpadded, Encoding};

use super::Exchange;
use super::problem::Problem;
use crate::route53::public::Outcome;

impl Exchange<'_> {
    /// Whether the account controls the name, and the CA may issue for it.
    pub(super) fn validate(&self, account: usize, id: usize, kind: &str) -> Result<(), Problem> {
        let authorization = &self.server.authorizations[id];
        let base = authorization.identifier.base();
        if kind != "dns-01" {
            return Err(Problem::new("connection", format!("{base}: Fetching the challenge: Connection refused")));
        }
        let thumbprint = self.server.accounts[account].key.thumbprint();
        let expected = digest(&SHA256, format!("{}.{thumbprint}", authorization.token).as_bytes());
        self.check_txt(base, &Base64UrlUnpadded::encode_string(expected.as_ref()))?;
        self.check_caa(account, &authorization.identifier.value)
    }

    fn check_txt(&self, base: &str, expected: &str) -> Result<(), Problem> {
        let name = format!("_acme-challenge.{base}");
        let answer = self.route53.look_up(&name, "TXT");
        let values = match answer.outcome {
            Outcome::NoServer => {
                return Err(Problem::new("dns", format!("DNS problem: SERVFAIL looking up TXT for {name}")));
            }
            Outcome::NoName => {
                let why =
                    "DNS problem: NXDOMAIN looking up TXT for {name} - check that a DNS record exists for this domain";
                return Err(Problem::new("dns", why.replace("{name}", &name)));
            }
            Outcome::NoData => Vec::new(),
            Outcome::Found => answer.records.into_iter().rfind(|set| set.kind == "TXT").map_or_else(Vec::new, |set| {
                // A CA asks from several places at once: what not every server has yet, some do not see.
                self.route53.everywhere(&set.name, "TXT", &set.values, self.now)
            }),
        };
        let texts: Vec<_> = values.iter().map(|value| unquoted(value)).collect();
        match texts.first() {
            _ if texts.iter().any(|text| text == expected) => Ok(()),
            None => Err(Problem::unauthorized(format!("No TXT record found at {name}"))),
            Some(first) => {
                let more = if texts.len() > 1 { format!(" (and {} more)", texts.len() - 1) } else { String::new() };
                Err(Problem::unauthorized(format!("Incorrect TXT record {first:?}{more} found at {name}")))
            }
        }
    }

    /// RFC 8659: the property that decides must name this CA, and allow the account and the method.
    pub(super) fn check_caa(&self, account: usize, name: &str) -> Result<(), Problem> {
        let account = &self.server.accounts[account].url;
        let permits = |value: &str| permits(value, &self.server.settings.caa_identity, account);
        if self.route53.caa_allows(name, permits) {
            return Ok(());
        }
        let base = name.strip_prefix("*.").unwrap_or(name);
        Err(Problem::new("caa", format!("While processing CAA for {name}: CAA record for {base} prevents issuance")))
    }
}

/// RFC 8659, 4.2, and RFC 8657, 3 and 4: `letsencrypt.org; accounturi=URL; validationmethods=dns-01,http-01`.
fn permits(value: &str, identity: &str, account: &str) -> bool {
    let mut parts = value.split(';').map(str::trim);
    let issuer = parts.next().unwrap_or_default();
    issuer.eq_ignore_ascii_case(identity)
        && parts.filter(|part| !part.is_empty()).all(|part| match part.split_once('=') {
            Some(("accounturi", uri)) => uri == account,
            Some(("validationmethods", methods)) => methods.split(',').any(|method| method.trim() == "dns-01"),
            // RFC 8659, 4.2: parameters are the issuer's to define; others are not this one's.
            _ => true,
        })
}

/// RFC 1035, 5.1: a TXT value is one or more character strings in quotes, which are read as one.
fn unquoted(value: &str) -> String {
    value.split('"').skip(1).step_by(2).collect()
}
