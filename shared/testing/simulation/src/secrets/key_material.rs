//! Keys and values of secrets, where they must not be: in what the functions say, and in what they are asked.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::Value;
use simulated_aws::Certificate;
use tracing::subscriber::DefaultGuard;

use crate::report::{Broken, Check};
use crate::run_effects::{Run, RunEffects};

pub(crate) const HIDDEN: &str =
    "no private key and no value of a secret is in tags, events, notices, answers, logs or the record of calls";
/// In secrets that are for something else.
pub(super) const CANARY: &str = "correct-horse-battery-staple";
/// How private keys begin, whatever they are: PEM, and PKCS #8 in base64 of RSA, P-256, P-384 and P-521.
const MARKERS: [&str; 5] =
    ["PRIVATE KEY", "IBADANBgkqhkiG9w0BAQEFAASC", "MIGHAgEAMBMGByqG", "MIG2AgEAMBAGByqG", "MIHuAgEAMBAGByqG"];

thread_local! {
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct LogWriter;

impl Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps what this thread logs, at the level of production, until [`check`] has searched it.
pub(crate) fn keep_log() -> DefaultGuard {
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::INFO).with_ansi(false);
    tracing::subscriber::set_default(subscriber.with_writer(|| LogWriter).finish())
}

/// A line of the key in PEM that has private bytes. PKCS #8 has the number of an elliptic curve's key early, and that of an
/// RSA key behind the modulus, which is in every certificate and fills a quarter.
pub(super) fn fragment(certificate: &Certificate) -> Option<String> {
    let pem = certificate.private_key.as_ref()?.pem();
    let body: Vec<&str> = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let position = if certificate.key.is_rsa() { body.len() / 3 } else { 1 };
    body.get(position).map(|line| (*line).to_owned())
}

/// Searches everything that runs wrote, sent and logged.
pub(crate) fn check(keys: &BTreeSet<String>, runs: &[Run], effects: &RunEffects) -> Check {
    let log = LOG.take();
    let log = String::from_utf8_lossy(&log);
    let is_secret =
        |text: &str| MARKERS.into_iter().chain([CANARY]).any(|one| text.contains(one)) || has_fragment(keys, text);
    let found = |place: &str| Err(Broken::new(HIDDEN, "", format!("found in {place}")));
    if is_secret(&log) {
        return found("the log");
    }
    for call in &effects.calls {
        if any_text(&call.input, &is_secret) {
            return found(&format!("the record of {}:{}", call.service, call.operation));
        }
    }
    for notice in &effects.notices {
        let texts = notice.per_protocol.values().chain(&notice.subject).chain([&notice.message]);
        if texts.into_iter().any(|text| is_secret(text)) {
            return found("a notice");
        }
    }
    if effects.events.iter().any(|event| any_text(&event.event, &is_secret)) {
        return found("an event");
    }
    if runs.iter().filter_map(|run| run.answer.as_ref()).any(|answer| any_text(answer, &is_secret)) {
        return found("an answer");
    }
    Ok(())
}

/// Keys are base64 and long. There are hundreds of them after some years, and few such words in what is searched.
fn has_fragment(keys: &BTreeSet<String>, text: &str) -> bool {
    let Some(shortest) = keys.iter().map(String::len).min() else { return false };
    let is_of_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    let words = text.split(|c| !is_of_base64(c)).filter(|word| word.len() >= shortest);
    words.into_iter().any(|word| keys.iter().any(|key| word.contains(key.as_str())))
}

fn any_text(value: &Value, is_secret: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => is_secret(text),
        Value::Array(items) => items.iter().any(|item| any_text(item, is_secret)),
        Value::Object(members) => members.values().any(|member| any_text(member, is_secret)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Encoding};
    use jiff::Timestamp;
    use serde_json::json;
    use simulated_aws::{Aws, Call, CallResult, CertificateSpec, Key};

    use super::*;

    const KEYS: [Key; 4] = [Key::P256, Key::P384, Key::P521, Key::Rsa2048];

    fn issued(key: Key) -> Certificate {
        let aws = Aws::new(Timestamp::UNIX_EPOCH);
        aws.issue_outside(&CertificateSpec::imported("a.example.com").key(key))
    }

    fn bytes(pem: &str) -> Vec<u8> {
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        Base64::decode_vec(&body).unwrap()
    }

    #[test]
    fn keys_of_all_kinds_are_found() {
        for issued in KEYS.map(issued) {
            let key = issued.private_key.as_ref().unwrap().pem();
            let body: String = key.lines().skip(1).collect();
            assert!(MARKERS.iter().any(|marker| body.contains(marker)), "{:?}", issued.key);
            assert!(!MARKERS.iter().any(|marker| issued.pem.as_ref().unwrap().contains(marker)), "{:?}", issued.key);
            let keys = BTreeSet::from([fragment(&issued).unwrap()]);
            let without_markers = key.lines().skip(2).collect::<Vec<_>>().join("\n");
            assert!(found(&keys, &without_markers), "{:?}", issued.key);
            assert!(!found(&keys, issued.pem.as_ref().unwrap()), "{:?}", issued.key);
        }
    }

    /// A certificate has the public key at any place, and its lines may fall as those of the key do.
    #[test]
    fn what_is_searched_is_in_no_certificate() {
        for issued in KEYS.map(issued) {
            let certificate = bytes(issued.pem.as_ref().unwrap());
            let fragment = bytes(&fragment(&issued).unwrap());
            assert!(fragment.len() == 48 && !certificate.windows(48).any(|part| part == fragment), "{:?}", issued.key);
        }
    }

    /// Whether a call is found out that has this text somewhere in its input.
    fn found(keys: &BTreeSet<String>, text: &str) -> bool {
        let call = Call {
            account: String::new(),
            service: "acm".to_owned(),
            operation: "ImportCertificate".to_owned(),
            input: json!({ "Tags": [{ "Value": text }] }),
            result: CallResult::Ok,
            at: Timestamp::UNIX_EPOCH,
        };
        let effects = RunEffects { calls: vec![call], ..RunEffects::default() };
        check(keys, &[], &effects).is_err()
    }
}
