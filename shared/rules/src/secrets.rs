//! Texts that look like something that should not be shown.
//!
//! What counts as what: the table of `tags-hold-no-secrets`.

/// Something that can be searched for.
pub(super) struct Kind {
    /// As the parameter names it.
    pub(super) name: &'static str,
    /// As people call it.
    pub(super) called: &'static str,
    /// Whether a text has it.
    pub(super) is_in: fn(&str) -> bool,
}

pub(super) const KINDS: [Kind; 5] = [
    Kind { name: "email", called: "an e-mail address", is_in: has_email },
    Kind { name: "key-material", called: "a key or certificate", is_in: has_key_material },
    Kind { name: "access-key", called: "an AWS access key", is_in: has_access_key },
    Kind { name: "jwt", called: "a JWT", is_in: has_jwt },
    Kind { name: "token", called: "what looks like a token or password", is_in: has_token },
];

/// Prefixes of the tokens of services, and how many characters follow at least.
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
/// Prefixes of keys and certificates in base64: a DER sequence of 256 bytes or more, `openssh-key-v1`, and
/// PKCS #8 of a P-256, an Ed25519 and a P-384 key.
const ENCODED_KEYS: [&str; 5] =
    ["MII", "b3BlbnNzaC1rZXktdjE", "MIGHAgEAMBMGByqGSM49", "MC4CAQAwBQYDK2Vw", "MIG2AgEAMBAGByqGSM49"];
const SHORTEST_KEY: usize = 43;
/// Random characters that are a secret: AWS's secret access keys have 40, 128 bits in base64 have 22.
const SHORTEST_TOKEN: usize = 32;
/// Of those, at least this many in a row, without `-`, `_`, `/` or `+` between them.
const SHORTEST_RUN: usize = 16;
/// Of a hundred pairs of neighbours, at least this many are of different kinds: in random text it is 62, in names about
/// 30. This finds more than nine in ten random texts.
const LEAST_CHANGES: usize = 46;

/// Pieces of the text that consist of these characters.
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
        |piece: &str| piece.len() >= SHORTEST_KEY && ENCODED_KEYS.iter().any(|prefix| piece.starts_with(prefix));
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
        || words(text)
            .filter_map(login)
            .any(|(login, _)| login.split_once(':').is_some_and(|(_, word)| !word.is_empty()))
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
    use super::*;

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
}
