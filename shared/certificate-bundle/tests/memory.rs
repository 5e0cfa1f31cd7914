//! What is left of a private key in the memory of the process: nothing. A process of its own, since other tests hold keys.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a failure in a helper is a failed test")]

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use certificate_bundle::{Known, SecretValue, read};
use zeroize::Zeroizing;

/// What is looked for must not be in memory itself.
const MASK: u8 = 0x55;

fn file(name: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(fs::read(format!("{}/tests/files/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap())
}

fn masked(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| byte ^ MASK).collect()
}

/// How often it is in the memory that this process may write to.
fn copies(masked: &[u8]) -> usize {
    let memory = File::open("/proc/self/mem").unwrap();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let regions = maps.lines().filter(|line| line.contains(" rw"));
    regions.map(|region| copies_in(&memory, region, masked)).sum()
}

fn copies_in(memory: &File, region: &str, masked: &[u8]) -> usize {
    let address = |digits| u64::from_str_radix(digits, 16).unwrap();
    let (from, to) = region.split_once(' ').unwrap().0.split_once('-').unwrap();
    let (from, to) = (address(from), address(to));
    // Or else the next search finds the copy that this one made.
    let mut bytes = Zeroizing::new(vec![0; usize::try_from(to - from).unwrap()]);
    // What cannot be read is not the heap.
    let length = memory.read_at(&mut bytes, from).unwrap_or(0);
    bytes[..length]
        .windows(masked.len())
        .filter(|window| window.iter().zip(masked).all(|(a, b)| a ^ MASK == *b))
        .count()
}

/// A secret in JSON with the PEM files of these names, wiped when dropped.
fn json(names: [&str; 2]) -> Zeroizing<Vec<u8>> {
    let files = names.map(file);
    let mut text = Zeroizing::new(Vec::with_capacity(2 * files.iter().map(|file| file.len()).sum::<usize>() + 64));
    text.extend_from_slice(b"{\"pem\":\"");
    for byte in files.iter().flat_map(|file| file.iter()) {
        match byte {
            b'\n' => text.extend_from_slice(b"\\n"),
            other => text.push(*other),
        }
    }
    text.extend_from_slice(b"\",\"password\":\"unused-secret-word\"}");
    text
}

/// Part of a key as it was written, and its 32 bytes: PKCS #8 of a key on P-256 has them at 36.
fn needles(pkcs8: &str) -> [Vec<u8>; 2] {
    // A string that grows leaves copies behind.
    let mut digits = Zeroizing::new(String::with_capacity(pkcs8.len()));
    digits.extend(pkcs8.lines().filter(|line| !line.starts_with('-')));
    let mut der = Zeroizing::new([0; 256]);
    STANDARD.decode_slice(digits.as_bytes(), der.as_mut_slice()).unwrap();
    [masked(&pkcs8.as_bytes()[100..140]), masked(&der[36..68])]
}

#[test]
fn nothing_is_left_of_a_key() {
    let pem = ["prime256v1.crt.pem", "prime256v1.old.pem"];
    for secret in [json(pem), file("openssl-1.p12"), file("ber.p12")] {
        let known = Known { passwords: &["S3cret pässword"], ..Known::default() };
        let bundle = read(SecretValue::Binary(&secret), known).unwrap();
        let [written, scalar] = needles(bundle.key().pkcs8_pem());
        assert!(copies(&written) > 0, "it is found where it is");
        drop((secret, bundle));
        assert_eq!(copies(&written), 0, "in base64");
        assert_eq!(copies(&scalar), 0, "in bytes");
    }
    assert_eq!(copies(&masked(b"unused-secret-word")), 0, "the password");
    assert_eq!(copies(&read_line_of(pem[1])), 0, "as it was read");
}

fn read_line_of(name: &str) -> Vec<u8> {
    let pem = file(name);
    let at = pem.windows(22).position(|window| window == b"BEGIN EC PRIVATE KEY--").unwrap() + 40;
    masked(&pem[at..at + 40])
}
