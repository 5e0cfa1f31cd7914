//! `tags-hold-no-secrets`: tags of a certificate hold nothing that should not be shown.
//!
//! | a tag's key or value has | called |
//! |---|---|
//! | `name@host.tld`; not the login of a URL (`https://name@host.tld`) or of a path (`git@...`, `name@host.tld:a/b`) | `email` |
//! | a PEM boundary, or the start of a DER or OpenSSH key in base64 and 40 characters more | `key-material` |
//! | `AKIA` or `ASIA` and 16 characters more: an AWS access key | `access-key` |
//! | three or five parts of base64url with dots, the first one a JSON header: a JWT | `jwt` |
//! | the prefix of a well-known service's tokens, and a token; 32 and more random characters; a URL's password | `token` |
//!
//! | certificate | verdict |
//! |---|---|
//! | a tag has something of what `search` names | non-compliant |
//! | no tag does | compliant |
//!
//! Random means: a mixture of upper case, lower case and digits that changes from one to another as often as
//! chance does (6 times in 10), which words, generated names, UUIDs and hashes in hexadecimal do not. So there are few
//! false alarms, and a password of a few letters is not found. The reason names the tag and never repeats
//! its value, since annotations are as public as tags. This project's own tags, AWS's, and those in
//! `ignoredKeys` are not searched.
//!
//! Source: [data protection in ACM](https://docs.aws.amazon.com/acm/latest/userguide/data-protection.html) (never
//! put confidential or sensitive information, such as e-mail addresses, into tags); [access key ids](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids);
//! JWT: [RFC 7519, 3](https://www.rfc-editor.org/rfc/rfc7519#section-3).

use certificates::tags;

use crate::facts::{Certificate, Lookup};
use crate::{Context, Entries, Evaluation, Evaluator, List, Parameter, Rule, Verdict, secrets, tagging};

const SEARCH: List = List {
    name: "search",
    default: &["email", "key-material", "access-key", "jwt", "token"],
    entries: Entries::OneOf(&["email", "key-material", "access-key", "jwt", "token"]),
    about: "What to search tags for",
};

const IGNORED_KEYS: List = List {
    name: "ignoredKeys",
    default: &[],
    entries: Entries::Text { what: "tag keys", check: tagging::check_key },
    about: "Keys of tags that are not searched",
};

pub const RULE: Rule = Rule {
    name: "tags-hold-no-secrets",
    about: "Tags of certificates hold no e-mail addresses, keys or tokens.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[Parameter::List(&SEARCH), Parameter::List(&IGNORED_KEYS)],
    lookups: &[Lookup::Tags],
    corresponds_to: &[],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    let ignored = context.settings.list(&IGNORED_KEYS);
    let searched = context.settings.list(&SEARCH);
    let found = |text: &str| {
        let kind = secrets::KINDS.iter().find(|kind| searched.contains(&kind.name) && (kind.is_in)(text));
        kind.map(|kind| kind.called)
    };
    let is_searched =
        |key: &str| !key.starts_with(tags::PREFIX) && !key.starts_with("aws:") && !ignored.contains(&key);
    let mut findings = certificate.tags()?.iter().filter(|(key, _)| is_searched(key)).filter_map(|(key, value)| {
        // A key that itself is the secret is not repeated.
        let in_key = found(key).map(|what| format!("The key of a tag contains {what}"));
        let in_value = || found(value).map(|what| format!("The tag {} contains {what}", shown(key)));
        in_key.or_else(in_value)
    });
    let Some(first) = findings.next() else {
        return Ok(Verdict::compliant("No tag looks like a secret."));
    };
    let more = match findings.count() {
        0 => String::new(),
        1 => ", and 1 other tag contains something similar".into(),
        more => format!(", and {more} other tags contain something similar"),
    };
    Ok(Verdict::non_compliant(format!(
        "{first}{more}. Tags appear in bills and logs: remove the tag, and if it was a secret, replace that."
    )))
}

fn shown(key: &str) -> String {
    const LONGEST: usize = 60;
    let short: String = key.chars().take(LONGEST).collect();
    if short.len() < key.len() { short + "…" } else { short }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Compliance::{Compliant, NonCompliant};
    use crate::support::{check, evaluate, issued, known, refused, tagged};

    fn with(value: &str) -> Certificate {
        tagged(issued(), &[("Note", value)])
    }

    const SECRET_KEY: &str = "h2Kx9/qT4mZc7RvB1nWfY8sLpD3gJ6uAeX5oHi0t";
    const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N";

    #[test]
    fn table() {
        let pem = "-----BEGIN RSA PRIVATE KEY-----";
        let der = "MIIEpAIBAAKCAQEA".to_owned() + &"0aB".repeat(30);
        let two = tagged(issued(), &[("Mail", "a@example.com"), ("Owner", "team-a"), ("Token", JWT)]);
        let three = tagged(issued(), &[("A", "a@example.com"), ("B", "b@example.com"), ("C", "c@example.com")]);
        let long_key = "k".repeat(127);
        let revoked = Certificate { status: known("REVOKED"), ..with("a@example.com") };
        check(
            &RULE,
            &[
                ("none", &[], issued(), Compliant, "No tag"),
                ("mail", &[], with("ask jane.doe+tls@mail.example.com"), NonCompliant, "The tag Note contains an e-mail"),
                ("mail with a path", &[], with("mailto:jane@example.com/x"), NonCompliant, "an e-mail address"),
                ("mail in a URL", &[], with("https://x@a.example/?to=jane@example.com"), NonCompliant, "an e-mail address"),
                ("mail with a colon", &[], with("owner:jane@example.com:team"), NonCompliant, "an e-mail address"),
                ("password in a URL", &[], with("https://jane:hunter2@example.com/x"), NonCompliant, "token or password"),
                ("PEM", &[], with(pem), NonCompliant, "a key or certificate"),
                ("DER", &[], with(&der), NonCompliant, "a key or certificate"),
                ("access key", &[], with("key=AKIAIOSFODNN7EXAMPLE"), NonCompliant, "an AWS access key"),
                ("temporary", &[], with("ASIAIOSFODNN7EXAMPLE"), NonCompliant, "an AWS access key"),
                ("JWT", &[], with(JWT), NonCompliant, "a JWT"),
                ("GitHub", &[], with("ghp_16C7e42F292c6912E7710c838347Ae178B4a"), NonCompliant, "a token"),
                ("random", &[], with("q7Xv2LmP9sRt4KwZ8bNc3YfH6jDg5TaE"), NonCompliant, "a token or password"),
                ("in a key", &[], tagged(issued(), &[("a@example.com", "x")]), NonCompliant, "The key of a tag contains"),
                ("two", &[], two, NonCompliant, "The tag Mail contains an e-mail address, and 1 other tag"),
                ("three", &[], three, NonCompliant, "and 2 other tags"),
                (
                    "a long key",
                    &[],
                    tagged(issued(), &[(&long_key, "a@b.example")]),
                    NonCompliant,
                    "kkk… contains an e-mail",
                ),
                ("revoked", &[], revoked, NonCompliant, "an e-mail"),
                ("mail, allowed", &[("search", "token,jwt")], with("a@example.com"), Compliant, ""),
                ("ignored", &[("ignoredKeys", "Owner, Note")], with("a@example.com"), Compliant, ""),
            ],
        );
    }

    #[test]
    fn what_is_no_secret_is_not_blamed() {
        for value in [
            "team-a",
            "git@github.com:org/repo",
            "deploy@git.example.com:org/repo.git",
            "https://user@wiki.example.com/page",
            "ssh://git@git.example.com:22/org/repo",
            "package@1.2.3",
            "@org/package",
            "30@2026-12-24/renewal-action-required",
            "user@host",
            "550e8400-e29b-41d4-a716-446655440000",
            "PROD-550e8400-e29b-41d4-a716-446655440000",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
            "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4-45b9-4259-b049-d0a53682fa4b",
            "arn:aws:cloudformation:eu-central-1:123456789012:stack/Production-WebsiteStack-1QZ4K8R2M7XW5/ab12",
            "MyApplicationStack-CertificateRequestorFunction2E429354-1XKQ2T9M0ZP3C",
            "MyWebsiteApi-MyDnsRole2E4A93C4-1X8Q2T9M0ZP3C",
            "CustomHandlerRole2E4A93C4-hT3kL9xQ2mNp",
            "environments/Production/Frontend2/WebsiteCertificates/Europe",
            "ThisIsAVeryLongDescriptionOfACertificate2026",
            "2026-11-21T06:00:00Z",
            "s3://my-bucket-0a1b2c3d/path/to/The-File_2026.json",
            "MIIS is a word, and MII too",
            "AKIAIOSFODNN7",
            "1.2.840.113549.1.1.11",
            "node_modules/.bin/eslint",
            "Kostenstelle 4711 / Grün & Söhne",
            "eyJ.eyJ.x",
            "npm_package_configuration_of_the_build",
        ] {
            check(&RULE, &[(value, &[], with(value), Compliant, "")]);
        }
    }

    #[test]
    fn our_tags_and_those_of_aws_are_not_searched() {
        for key in [tags::RENEW_FROM, tags::SECRET, tags::NOTIFIED, "acm-autopilot:new", "aws:cloudformation:stack-id"] {
            check(&RULE, &[(key, &[], tagged(issued(), &[(key, "a@example.com")]), Compliant, "")]);
        }
    }

    /// The reason is shown to more people than the tag.
    #[test]
    fn no_reason_repeats_a_secret() {
        for (key, value, secret) in [
            ("Note", SECRET_KEY, SECRET_KEY),
            ("a@example.com", "x", "example"),
            (JWT, JWT, "eyJ"),
            ("Note", JWT, "eyJ"),
        ] {
            let verdict = evaluate(&RULE, &[], &tagged(issued(), &[(key, value)])).unwrap();
            assert_eq!(verdict.compliance(), NonCompliant, "{key}");
            assert!(!verdict.reason().contains(secret), "{verdict:?}");
        }
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("search", "secrets")]).contains("`secrets` is not one of email, key-material"));
        assert!(refused(&RULE, &[("ignoredKeys", &"k".repeat(128))]).contains("longer than 127"));
        assert!(refused(&RULE, &[("keys", "a")]).contains("it has search, ignoredKeys"));
    }

    proptest! {
        #[test]
        fn no_tag_panics(key in any::<String>(), value in any::<String>(), odd in "[@.eyJ-]{0,40}") {
            for text in [&key, &value, &odd] {
                let verdict = evaluate(&RULE, &[], &tagged(issued(), &[(&key, text)])).unwrap();
                prop_assert!((1..=256).contains(&verdict.annotation().encode_utf16().count()));
            }
        }
    }
}
