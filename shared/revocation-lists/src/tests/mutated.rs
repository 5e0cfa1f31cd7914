//! Whatever the bytes are: a CRL or an error, never a panic.
//!
//! `PROPTEST_CASES=100000 cargo test -p revocation-lists --lib never_panic` runs more cases.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;

use super::pki::{CA, entry, extension, read_wanted, tbs};

static TBS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let entries = [entry(&[1], &[&extension(21, false, &[0x0a, 1, 1])]), entry(&[0, 0xfb], &[])].concat();
    let point = b"\x30\x1d\xa0\x1b\xa0\x19\x86\x17http://example.com/a.crl";
    let extensions = [
        extension(20, false, &[2, 2, 0x10, 0]),
        extension(28, true, &point[..point.len() - 1]),
        extension(35, false, &[0x30, 6, 0x80, 4, 1, 2, 3, 4]),
    ]
    .concat();
    tbs(&[&entries], &[&extensions])
});

static LIST: LazyLock<Vec<u8>> = LazyLock::new(|| CA.sign(&TBS));

static PEM: LazyLock<String> = LazyLock::new(|| {
    let base64 = <base64ct::Base64 as base64ct::Encoding>::encode_string(&LIST);
    let lines: Vec<&str> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN X509 CRL-----\n{}\n-----END X509 CRL-----\n", lines.join("\n"))
});

/// Sets bytes, and cuts out or repeats a part.
fn mutate(bytes: &[u8], set: &[(Index, u8)], part: (Index, Index), times: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (at, byte) in set {
        let at = at.index(bytes.len());
        bytes[at] = *byte;
    }
    let (from, to) = (part.0.index(bytes.len()), part.1.index(bytes.len()));
    let (from, to) = (from.min(to), from.max(to));
    [&bytes[..from], &bytes[from..to].repeat(times), &bytes[to..]].concat()
}

fn mutations() -> impl Strategy<Value = (Vec<(Index, u8)>, (Index, Index), usize)> {
    let interesting = prop_oneof![any::<u8>(), prop::sample::select(vec![0, 0x7f, 0x80, 0x84, 0xff, 0x30, 0x02, 0xa0])];
    let set = prop::collection::vec((any::<Index>(), interesting), 0..6);
    (set, any::<(Index, Index)>(), prop_oneof![8 => Just(1_usize), 1 => 0..4_usize])
}

#[test]
fn the_unmutated_list_is_read() {
    for bytes in [&LIST[..], PEM.as_bytes()] {
        let list = read_wanted(bytes, &["1", "fb"]).unwrap();
        assert_eq!((list.entries, list.revoked.len()), (2, 2));
        assert_eq!(list.distribution_point.unwrap().urls, ["http://example.com/a.cr"]);
    }
}

proptest! {
    #[test]
    fn mutated_lists_never_panic((set, part, times) in mutations()) {
        let mutated = mutate(&LIST, &set, part, times);
        let read = read_wanted(&mutated, &["1", "fb"]);
        prop_assert!(read.is_err() || mutated == *LIST);
    }

    // So that the fields are read although they were mutated.
    #[test]
    fn mutated_signed_lists_never_panic((set, part, times) in mutations()) {
        let list = CA.sign(&mutate(&TBS, &set, part, times));
        let _ = read_wanted(&list, &["1", "fb"]);
    }

    #[test]
    fn mutated_pem_lists_never_panic((set, part, times) in mutations()) {
        let _ = read_wanted(&mutate(PEM.as_bytes(), &set, part, times), &["1", "fb"]);
    }
}
