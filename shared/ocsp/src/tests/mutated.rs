//! Whatever the bytes are: an answer or an error, never a panic.
//!
//! `PROPTEST_CASES=100000 cargo test -p ocsp --lib never_panic` runs more cases.

use std::sync::LazyLock;

use der::Encode;
use proptest::prelude::*;
use proptest::sample::Index;

use super::pki::{PKI, answer, critical, data, signed};

static DATA: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut data = data(&PKI.delegate);
    data.response_extensions = critical();
    data.response_extensions.as_mut().unwrap()[0].critical = false;
    data.to_der().unwrap()
});

static RESPONSE: LazyLock<Vec<u8>> = LazyLock::new(|| signed(&DATA, &PKI.delegate, &[&PKI.delegate]));

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
fn the_unmutated_response_is_read() {
    assert!(answer(&RESPONSE).is_ok());
}

proptest! {
    #[test]
    fn mutated_responses_never_panic((set, part, times) in mutations()) {
        let _ = answer(&mutate(&RESPONSE, &set, part, times));
    }

    // So that the fields are read although they were mutated.
    #[test]
    fn mutated_signed_responses_never_panic((set, part, times) in mutations()) {
        let mutated = mutate(&DATA, &set, part, times);
        if <der::asn1::AnyRef<'_> as der::Decode>::from_der(&mutated).is_ok() {
            let _ = answer(&signed(&mutated, &PKI.delegate, &[&PKI.delegate]));
        }
    }
}
