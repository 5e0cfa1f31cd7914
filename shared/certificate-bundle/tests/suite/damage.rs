//! Whatever is in a secret, nothing panics, and white space changes nothing.

use certificate_bundle::{Known, NoBundle, SecretValue, read};
use proptest::prelude::*;

use crate::formats::texts;
use crate::pki::{file, is_whole, pki, read_text};

/// White space, and what it becomes.
const BLANKS: [&str; 9] = [" ", "\n", "\r\n", "\t", r"\n", r"\\n", r"\r\n", "\u{a0}", "\u{feff}"];

/// Secrets in all formats, small ones of them binary.
fn seeds() -> Vec<Vec<u8>> {
    let binary = ["openssl-3.p12", "openssl-1.p12", "ber.p12", "java.p12", "java.jks"].map(file);
    texts().into_iter().map(|(_, text)| text.into_bytes()).chain(binary).collect()
}

/// A change to bytes.
#[derive(Debug, Clone)]
enum Change {
    Set(prop::sample::Index, u8),
    Remove(prop::sample::Index, prop::sample::Index),
    Repeat(prop::sample::Index, prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        (index(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (index(), index()).prop_map(|(from, to)| Change::Remove(from, to)),
        (index(), index()).prop_map(|(from, to)| Change::Repeat(from, to)),
    ]
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let range = |from: &prop::sample::Index, to: &prop::sample::Index| {
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            from.min(to)..from.max(to)
        };
        match self {
            _ if bytes.is_empty() => {}
            Self::Set(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Self::Remove(from, to) => drop(bytes.drain(range(from, to))),
            Self::Repeat(from, to) => {
                let again = bytes[range(from, to)].to_vec();
                bytes.extend(again);
            }
        }
    }
}

/// Reads it both ways. A password makes it go further into what is encrypted.
fn read_both_ways(bytes: &[u8]) {
    let known = Known { names: &["www.example.com"], passwords: &["S3cret pässword"] };
    let _ = read(SecretValue::Binary(bytes), known);
    let _ = read(SecretValue::Text(&String::from_utf8_lossy(bytes)), known);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        read_both_ways(&bytes);
    }

    #[test]
    fn arbitrary_text_never_panics(text in r#"([{}\[\]",:\\n ]|-----|BEGIN |END |CERTIFICATE|PRIVATE KEY|MII[A-Za-z0-9+/=]{0,20}|.){0,60}"#) {
        read_both_ways(text.as_bytes());
    }

    #[test]
    fn mutations_of_valid_secrets_never_panic(
        seed in prop::sample::select(seeds()),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let mut bytes = seed;
        changes.iter().for_each(|change| change.apply(&mut bytes));
        read_both_ways(&bytes);
    }

    #[test]
    fn white_space_never_changes_the_result(
        // Anywhere but within five dashes.
        blanks in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(&BLANKS[..])), 0..40),
        has_line_breaks in any::<bool>(),
    ) {
        let text = format!("{}{}", pki().full_chain(), pki().leaf.key);
        let text = if has_line_breaks { text } else { text.replace('\n', "") };
        let mut units: Vec<&str> = Vec::new();
        for piece in text.split_inclusive("-----") {
            let (inner, end) = piece.strip_suffix("-----").map_or((piece, &[][..]), |inner| (inner, &["-----"][..]));
            units.extend(inner.split("").filter(|unit| !unit.is_empty()).chain(end.iter().copied()));
        }
        for (at, blank) in blanks {
            units.insert(at.index(units.len()), blank);
        }
        let bundle = read_text(&units.concat());
        prop_assert!(bundle.as_ref().is_ok_and(is_whole), "{bundle:?}");
    }

    #[test]
    fn what_is_cut_off_never_yields_something_else(length in 0..3_000_usize) {
        let whole = format!("{}{}", pki().leaf.key, pki().full_chain());
        let cut = whole.get(..length).unwrap_or(&whole);
        match read_text(cut) {
            Ok(bundle) => prop_assert!(bundle.leaf_pem() == pki().leaf.pem),
            Err(error) => prop_assert!(matches!(error, NoBundle::NotYet(_)), "{length}: {error}"),
        }
    }
}

#[test]
fn large_secrets_are_read_in_a_moment() {
    let started = std::time::Instant::now();
    for piece in [
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN A-----AAAA-----END A-----",
        "-----BEGIN PRIVATE KEY-----MAMCAQA=-----END PRIVATE KEY-----",
        "-",
        "{\"a\":",
        "[",
        "[\"a\",",
        "\\",
        "0\u{80}",
        "\"",
        " ",
        "A",
    ] {
        read_both_ways(piece.repeat(65_536 / piece.len()).as_bytes());
    }
    let many = format!("[{}\"\"]", "\"password\",".repeat(5_000));
    read_both_ways(many.as_bytes());
    // Without anything quadratic it takes a hundredth of that.
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}
