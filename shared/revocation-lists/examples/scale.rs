//! How long a CRL of many entries takes, and how much memory: `cargo run --release -p revocation-lists --example scale --
//! 50000`. The CRL is written as it is read, so that the memory is that of reading.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::io::{self, Cursor, Read};
use std::time::Instant;

use aws_lc_rs::digest::{Context, SHA256};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use revocation_lists::{Limits, read};
use x509::{Certificate, SerialNumber};

const ECDSA_WITH_SHA256: &[u8] = &[0x30, 0x0a, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
/// Serial number of 16 bytes, date, reason: as AWS Private CA writes them, as far as is known.
const ENTRY: usize = 49;

fn entry(number: u64) -> [u8; ENTRY] {
    let mut entry = *b"\x30\x2f\x02\x10\x01AWSPRIV........\x17\x0d261030000000Z\x30\x0c\x30\x0a\x06\x03\x55\x1d\x15\x04\x03\x0a\x01\x01";
    entry[12..20].copy_from_slice(&number.to_be_bytes());
    entry
}

/// The header of a SEQUENCE.
fn sequence(content: usize) -> Vec<u8> {
    let length = u32::try_from(content).unwrap().to_be_bytes();
    match content {
        0..0x80 => vec![0x30, length[3]],
        0x80..0x100 => vec![0x30, 0x81, length[3]],
        0x100..0x1_0000 => vec![0x30, 0x82, length[2], length[3]],
        0x1_0000..0x100_0000 => [&[0x30, 0x83], &length[1..]].concat(),
        _ => [&[0x30, 0x84], &length[..]].concat(),
    }
}

/// The entries as bytes, made as they are read.
struct Entries {
    next: u64,
    end: u64,
    left: Cursor<Vec<u8>>,
}

impl Read for Entries {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.left.position() == self.left.get_ref().len() as u64 && self.next < self.end {
            let some = self.end.min(self.next + 500);
            self.left = Cursor::new((self.next..some).flat_map(entry).collect());
            self.next = some;
        }
        self.left.read(to)
    }
}

fn memory(name: &str) -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("unknown");
    line.trim_matches([':', '\t', ' ']).to_owned()
}

fn main() {
    let count: u64 = std::env::args().nth(1).map_or(50_000, |count| count.parse().unwrap());
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = Certificate::from_der(params.self_signed(&key).unwrap().der()).unwrap();

    let entries = || Entries { next: 0, end: count, left: Cursor::new(Vec::new()) };
    let size = usize::try_from(count).unwrap() * ENTRY;
    let times = b"\x17\x0d261101000000Z\x17\x0d261108000000Z";
    let fields = [&[2, 1, 1], ECDSA_WITH_SHA256, ca.subject.der(), times, &sequence(size)].concat();
    let head = [sequence(fields.len() + size), fields].concat();

    let mut hash = Context::new(&SHA256);
    hash.update(&head);
    (0..count).for_each(|number| hash.update(&entry(number)));
    let signer = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &key.serialize_der()).unwrap();
    let signature = signer.sign_digest(&hash.finish()).unwrap();
    let signature = signature.as_ref();
    let bits = u8::try_from(signature.len() + 1).unwrap();
    let tail = [ECDSA_WITH_SHA256, &[3, bits, 0], signature].concat();
    let head = [sequence(head.len() + size + tail.len()), head].concat();

    let wanted: BTreeSet<SerialNumber> =
        [0, count / 2, count].map(|number| SerialNumber::from_der_content(&entry(number)[4..20])).into();
    let limits = Limits { bytes: 1 << 32, entries: count };
    let (before, start) = (memory("VmHWM"), Instant::now());
    let list = read(head.chain(entries()).chain(&tail[..]), &ca, &wanted, limits).unwrap();
    let took = start.elapsed();
    println!("{} entries, {} bytes, {} of 3 found", list.entries, list.bytes, list.revoked.len());
    println!("{took:.2?}, peak memory {} (before: {before})", memory("VmHWM"));
}
