//! Chains as clients judge them.
#![cfg(test)]

mod samples;

use samples::Sample;
use x509::{Cause, objection};
use x509_parser::pem::Pem;

fn certificates(pem: &str) -> Vec<Vec<u8>> {
    Pem::iter_from_buffer(pem.as_bytes()).map(|block| block.unwrap().contents).collect()
}

fn judged(sample: &Sample) -> Option<String> {
    let leaf = certificates(&sample.leaf).remove(0);
    let above: Vec<Vec<u8>> = sample.above.iter().flat_map(|pem| certificates(pem)).collect();
    objection(&leaf, &above.iter().map(Vec::as_slice).collect::<Vec<_>>()).map(|objection| objection.detail)
}

#[test]
fn what_clients_refuse_is_refused_with_its_cause() {
    for sample in samples::all().iter().chain([&samples::unusual()]) {
        match (judged(sample), sample.refused) {
            (None, None) => {}
            (Some(detail), Some(piece)) if detail.contains(piece) => {}
            (judged, _) => panic!("{}: {judged:?} instead of {:?}", sample.title, sample.refused),
        }
    }
}

/// Chains made by others: no client objects to them.
#[test]
fn what_webpki_cannot_verify_is_no_objection() {
    for (title, pem) in [
        ("a root signed with SHA-1", include_str!("pem/sha1-root.pem")),
        ("a root of version 1", include_str!("pem/version-1-root.pem")),
        ("a root without an expiry", include_str!("pem/endless-root.pem")),
        ("no subject", include_str!("pem/empty-subject.pem")),
        ("names in Latin-1", concat!(include_str!("pem/teletex-leaf.pem"), include_str!("pem/teletex-root-a.pem"))),
    ] {
        let chain = certificates(pem);
        let (leaf, above) = chain.split_first().unwrap();
        let above: Vec<&[u8]> = above.iter().map(Vec::as_slice).collect();
        assert_eq!(objection(leaf, &above), None, "{title}");
        assert_eq!(objection(leaf, &[]), None, "{title}, alone");
    }
}

#[test]
fn garbage_is_no_objection() {
    assert_eq!(objection(b"garbage", &[]), None);
    let leaf = certificates(&samples::all()[0].leaf).remove(0);
    assert_eq!(objection(&leaf, &[b"garbage"]), None);
}

#[test]
fn causes_differ() {
    let of = |title: &str| {
        let sample = samples::all().into_iter().find(|sample| sample.title == title).unwrap();
        let above: Vec<Vec<u8>> = sample.above.iter().flat_map(|pem| certificates(pem)).collect();
        let above: Vec<&[u8]> = above.iter().map(Vec::as_slice).collect();
        objection(&certificates(&sample.leaf)[0], &above).map(|objection| objection.cause)
    };
    assert_eq!(of("names are excluded"), Some(Cause::NameConstraints));
    assert_eq!(of("no keyCertSign"), Some(Cause::KeyUsage));
    assert_eq!(of("a CA for clients only"), Some(Cause::ExtendedKeyUsage));
    assert_eq!(of("too deep"), Some(Cause::PathLength));
    assert_eq!(of("a critical extension that nobody knows"), Some(Cause::CriticalExtension));
}
