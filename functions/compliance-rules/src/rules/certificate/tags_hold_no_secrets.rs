//! `tags-hold-no-secrets`: no tag of a certificate holds what should be shown to nobody.
//!
//! | a tag's key or value has | called |
//! |---|---|
//! | `name@host.tld`; not the login of a URL (`https://name@host.tld`) or of a path (`git@...`, `name@host.tld:a/b`) | `email` |
//! | a PEM boundary, or the beginning of a DER or OpenSSH key in base64 and 40 characters more | `key-material` |
//! | `AKIA` or `ASIA` and 16 characters more: an AWS access key | `access-key` |
//! | three or five parts of base64url with dots, the first one a JSON header: a JWT | `jwt` |
//! | the prefix of a well-known service's tokens, and a token; 32 and more random characters; a URL's password | `token` |
//!
//! | certificate | verdict |
//! |---|---|
//! | a tag has something of what `search` names | non-compliant |
//! | no tag does | compliant |
//!
//! Random means: a mixture of upper case, lower case and digits that changes as often from one to the other as
//! chance does (6 times in 10), and words, generated names, UUIDs and hashes in hexadecimal do not. So few tags are
//! blamed wrongly, and a password of a few letters is not found. The reason names the tag and never repeats
//! what is in it, since annotations are shown as tags are. This project's own tags, AWS's, and those in
//! `ignoredKeys` are not looked at.
//!
//! Source: [data protection in ACM](https://docs.aws.amazon.com/acm/latest/userguide/data-protection.html) (never
//! put confidential or sensitive information, such as e-mail addresses, into tags); [access key ids](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids);
//! JWT: [RFC 7519, 3](https://www.rfc-editor.org/rfc/rfc7519#section-3).

use certificates::tags;

use crate::facts::{Certificate, Lookup};
use crate::rules::{Context, Entries, Evaluation, Evaluator, List, Parameter, Rule, Verdict, tagging};

/// Something that can be searched for.
struct Kind {
    /// As the parameter names it.
    name: &'static str,
    /// As people call it.
    called: &'static str,
    /// Whether a text has it.
    is_in: fn(&str) -> bool,
}

const KINDS: [Kind; 5] = [
    Kind { name: "email", called: "an e-mail address", is_in: has_email },
    Kind { name: "key-material", called: "a key or certificate", is_in: has_key_material },
    Kind { name: "access-key", called: "an AWS access key", is_in: has_access_key },
    Kind { name: "jwt", called: "a JWT", is_in: has_jwt },
    Kind { name: "token", called: "what looks like a token or password", is_in: has_token },
];

const SEARCH: List = List {
    name: "search",
    default: &["email", "key-material", "access-key", "jwt", "token"],
    entries: Entries::OneOf(&["email", "key-material", "access-key", "jwt", "token"]),
    about: "What is searched for in tags",
};

const IGNORED_KEYS: List = List {
    name: "ignoredKeys",
    default: &[],
    entries: Entries::Text { what: "tag keys", check: tagging::check_key },
    about: "Keys of tags that are not looked at",
};

/// Beginnings of the tokens of services, and how many characters follow at least.
const PREFIXES: [(&str, usize); 17] = [
    ("ghp_", 30),
    ("gho_", 30),
    ("ghu_", 30),
    ("ghs_", 30),
    ("ghr_", 30),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("npm_", 30),
    ("pypi-", 50),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xoxa-", 20),
    ("sk_live_", 20),
    ("rk_live_", 20),
    ("hvs.", 24),
    ("AIza", 35),
    ("dckr_pat_", 20),
];
/// Beginnings of keys and certificates in base64: a DER sequence of 256 bytes or more, `openssh-key-v1`, and
/// PKCS #8 of a P-256, an Ed25519 and a P-384 key.
const ENCODED_KEYS: [&str; 5] =
    ["MII", "b3BlbnNzaC1rZXktdjE", "MIGHAgEAMBMGByqGSM49", "MC4CAQAwBQYDK2Vw", "MIG2AgEAMBAGByqGSM49"];
const SHORTEST_KEY: usize = 43;
/// Random characters that are a secret: AWS's secret access keys have 40, 128 bits in base64 have 22.
const SHORTEST_TOKEN: usize = 32;
/// Of those, so many stand together without `-`, `_`, `/` or `+` between them.
const SHORTEST_RUN: usize = 16;
/// Of a hundred neighbours so many are of different kinds: by chance it is 62, in names it is about 30. Of random
/// characters this finds more than nine in ten.
const LEAST_CHANGES: usize = 46;

pub const RULE: Rule = Rule {
    name: "tags-hold-no-secrets",
    about: "Tags of certificates hold no e-mail addresses, keys or tokens.",
    evaluate: Evaluator::Certificate(evaluate),
    judges_deleted: false,
    parameters: &[Parameter::List(&SEARCH), Parameter::List(&IGNORED_KEYS)],
    lookups: &[Lookup::Tags],
    corresponds_to: &[],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    let ignored = context.settings.list(&IGNORED_KEYS);
    let wanted = context.settings.list(&SEARCH);
    let found = |text: &str| {
        let kind = KINDS.iter().find(|kind| wanted.contains(&kind.name) && (kind.is_in)(text));
        kind.map(|kind| kind.called)
    };
    let is_looked_at =
        |key: &str| !key.starts_with(tags::PREFIX) && !key.starts_with("aws:") && !ignored.contains(&key);
    let mut findings = certificate.tags()?.iter().filter(|(key, _)| is_looked_at(key)).filter_map(|(key, value)| {
        // A key that is itself the secret is not repeated.
        let in_key = found(key).map(|what| format!("The key of a tag has {what}"));
        let in_value = || found(value).map(|what| format!("The tag {} has {what}", shown(key)));
        in_key.or_else(in_value)
    });
    let Some(first) = findings.next() else {
        return Ok(Verdict::compliant("No tag holds anything that looks like a secret."));
    };
    let more = match findings.count() {
        0 => String::new(),
        1 => ", and 1 other tag has such a thing".into(),
        more => format!(", and {more} other tags have such things"),
    };
    Ok(Verdict::non_compliant(format!(
        "{first}{more}. Tags are shown in bills and logs: remove it, and if it is secret, replace it."
    )))
}

fn shown(key: &str) -> String {
    const LONGEST: usize = 60;
    let short: String = key.chars().take(LONGEST).collect();
    if short.len() < key.len() { short + "…" } else { short }
}

/// Pieces of the text that consist of such characters.
fn pieces(text: &str, of: impl Fn(char) -> bool) -> impl Iterator<Item = &str> {
    text.split(move |c| !of(c)).filter(|piece| !piece.is_empty())
}

/// Words, in which a URL or a path on another host has no blank.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || ",;|\"'<>()".contains(c))
}

/// The login of a URL, and what comes after it.
fn login(word: &str) -> Option<(&str, &str)> {
    let (_, rest) = word.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let at = authority.rfind('@')?;
    Some((&rest[..at], &rest[at + 1..]))
}

fn has_email(text: &str) -> bool {
    words(text).any(|word| match (login(word), word.split_once(':')) {
        (Some((_, rest)), _) => has_address(rest),
        // A path on another host, as scp and git have it.
        (None, Some((host, path))) if host.contains('@') && path.contains('/') => has_address(path),
        _ => has_address(word),
    })
}

fn has_address(text: &str) -> bool {
    pieces(text, |c| c.is_alphanumeric() || "@._+-".contains(c)).any(|piece| {
        let Some((name, host)) = piece.rsplit_once('@') else { return false };
        let Some((rest, top)) = host.trim_end_matches('.').rsplit_once('.') else { return false };
        let is_label = |label: &str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
        let name = name.rsplit('@').next().unwrap_or_default();
        name.chars().any(char::is_alphanumeric)
            && name != "git"
            && rest.split('.').all(is_label)
            && top.chars().count() >= 2
            && (top.chars().all(char::is_alphabetic) || top.starts_with("xn--"))
    })
}

fn has_key_material(text: &str) -> bool {
    let is_key =
        |piece: &str| piece.len() >= SHORTEST_KEY && ENCODED_KEYS.iter().any(|beginning| piece.starts_with(beginning));
    text.contains("-----BEGIN") || text.contains("PRIVATE KEY") || pieces(text, is_base64).any(is_key)
}

fn has_access_key(text: &str) -> bool {
    pieces(text, |c| c.is_ascii_alphanumeric()).any(|piece| {
        piece.len() == 20
            && (piece.starts_with("AKIA") || piece.starts_with("ASIA"))
            && piece.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    })
}

fn has_jwt(text: &str) -> bool {
    // `{"` in base64url.
    const HEADER: &str = "eyJ";
    pieces(text, |c| c.is_ascii_alphanumeric() || "-_.".contains(c)).any(|piece| {
        let parts: Vec<&str> = piece.split('.').collect();
        let is_long = |part: &&str| part.len() >= 10;
        match parts.as_slice() {
            [header, claims, _signature] => header.starts_with(HEADER) && is_long(header) && is_long(claims),
            [header, _key, iv, text, _tag] => {
                header.starts_with(HEADER) && is_long(header) && is_long(iv) && !text.is_empty()
            }
            _ => false,
        }
    })
}

fn has_token(text: &str) -> bool {
    let is_service_token = |piece: &str| {
        PREFIXES.iter().any(|(prefix, least)| {
            piece
                .strip_prefix(prefix)
                .is_some_and(|rest| rest.len() >= *least && rest.bytes().any(|b| b.is_ascii_digit()))
        })
    };
    pieces(text, |c| c.is_ascii_alphanumeric() || "-_.".contains(c)).any(is_service_token)
        || pieces(text, is_base64).any(is_random)
        || words(text).filter_map(login).any(|(login, _)| login.split_once(':').is_some_and(|(_, word)| !word.is_empty()))
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || is_separator(c)
}

fn is_separator(c: char) -> bool {
    "+/-_".contains(c)
}

/// Whether the characters, or a run of them, are a mixture as chance makes it.
fn is_random(text: &str) -> bool {
    text.len() >= SHORTEST_TOKEN && text.split(is_separator).map(without_hash).any(is_mixed)
}

/// The letters of a name that CloudFormation or the CDK made: they add a hash of eight hexadecimal digits.
fn without_hash(run: &str) -> &str {
    let is_hash = |end: &str| end.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
    let split = run.len().checked_sub(8).and_then(|at| run.split_at_checked(at));
    split.filter(|(_, end)| is_hash(end)).map_or(run, |(name, _)| name)
}

fn is_mixed(run: &str) -> bool {
    let has = |is: fn(&u8) -> bool| run.as_bytes().iter().any(is);
    let kind = |byte: u8| (byte.is_ascii_uppercase(), byte.is_ascii_digit());
    let changes = run.as_bytes().windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count();
    run.len() >= SHORTEST_RUN
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && changes * 100 >= (run.len() - 1) * LEAST_CHANGES
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rules::Compliance::{Compliant, NonCompliant};
    use crate::rules::support::{check, evaluate, issued, known, refused, tagged};

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
                ("mail", &[], with("ask jane.doe+tls@mail.example.com"), NonCompliant, "The tag Note has an e-mail"),
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
                ("in a key", &[], tagged(issued(), &[("a@example.com", "x")]), NonCompliant, "The key of a tag has"),
                ("two", &[], two, NonCompliant, "The tag Mail has an e-mail address, and 1 other tag has"),
                ("three", &[], three, NonCompliant, "and 2 other tags"),
                (
                    "a long key",
                    &[],
                    tagged(issued(), &[(&long_key, "a@b.example")]),
                    NonCompliant,
                    "kkk… has an e-mail",
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

    /// 40 random characters, as AWS's secret access keys have.
    #[test]
    fn random_characters_are_found() {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        // Knuth's MMIX generator.
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(ALPHABET[(state >> 58) as usize])
        };
        let found = (0..1_000).filter(|_| has_token(&(0..40).map(|_| next()).collect::<String>())).count();
        assert!(found > 880, "{found} of 1,000");
    }

    #[test]
    fn ours_and_those_of_aws_are_not_looked_at() {
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
