//! Signs of what a secret is there for, other than a certificate: the names of its fields, and what its values are like.

use crate::OtherSecret;

/// Signs that were seen.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Signs {
    is_acme_account: bool,
    is_for_a_certificate: bool,
    has_key_id: bool,
    has_hmac: bool,
    has_password: bool,
    has_access_key: bool,
    has_ssh_key: bool,
}

/// Names of fields as they are compared: `accountUrl`, `account_url` and `account-url` are one.
const ACME: [&str; 10] = [
    "accounturl",
    "accounturi",
    "acmeaccount",
    "accountkey",
    "eab",
    "eabkid",
    "eabkeyid",
    "eabhmac",
    "eabhmackey",
    "externalaccountbinding",
];
const ACCESS_KEY: [&str; 4] = ["accesskeyid", "secretaccesskey", "awsaccesskeyid", "awssecretaccesskey"];
/// Parts of the names of fields for certificates.
const CERTIFICATE: [&str; 7] = ["cert", "crt", "chain", "pfx", "p12", "pkcs12", "keystore"];
/// Parts of the names of fields for passwords.
const PASSWORD: [&str; 2] = ["pass", "pwd"];

/// A field's name in lower case, letters and digits only.
pub(crate) fn normalized(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether a field is for a password.
pub(crate) fn is_for_a_password(name: &str) -> bool {
    let name = normalized(name);
    PASSWORD.iter().any(|part| name.contains(part))
}

impl Signs {
    /// A field has this name. Its value does not count: it may be a placeholder yet.
    pub(crate) fn see_field(&mut self, name: &str) {
        let normal = normalized(name);
        let is_one_of = |names: &[&str]| names.contains(&normal.as_str());
        // RFC 7517, 4.1: every JSON Web Key has a `kty`.
        self.is_acme_account |= is_one_of(&ACME) || normal == "kty";
        self.has_key_id |= matches!(normal.as_str(), "kid" | "keyid");
        self.has_hmac |= normal.contains("hmac");
        self.has_access_key |= is_one_of(&ACCESS_KEY);
        self.has_password |= is_for_a_password(name);
        self.is_for_a_certificate |= CERTIFICATE.iter().any(|part| normal.contains(part));
    }

    /// A value is this.
    pub(crate) fn see_value(&mut self, value: &str) {
        // [IAM identifiers](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html).
        let is_id = value.len() == 20 && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        self.has_access_key |= is_id && (value.starts_with("AKIA") || value.starts_with("ASIA"));
    }

    /// A PEM block has this label.
    pub(crate) fn see_label(&mut self, label: &str) {
        self.has_ssh_key |= label == "OPENSSHPRIVATEKEY";
    }

    /// For what a secret is there that has no certificate.
    pub(crate) fn other_secret(&self) -> Option<OtherSecret> {
        if self.is_for_a_certificate {
            return None;
        }
        [
            (self.is_acme_account || (self.has_key_id && self.has_hmac), OtherSecret::AcmeAccount),
            (self.has_access_key, OtherSecret::AwsCredentials),
            (self.has_ssh_key, OtherSecret::SshKey),
            (self.has_password, OtherSecret::Password),
        ]
        .into_iter()
        .find_map(|(is_one, kind)| is_one.then_some(kind))
    }
}
