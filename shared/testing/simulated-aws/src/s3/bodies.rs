//! Bodies: the encoding `aws-chunked` with checksums in its trailer, and checksums.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use serde_json::Value;

use crate::calls::ApiError;
use crate::md5;
use crate::wire::Incoming;

/// A request's body without its encoding.
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    pub(super) trailers: BTreeMap<String, String>,
}

/// API reference, "Signature calculations for the Authorization header: transferring a payload in multiple chunks":
/// `SIZE[;chunk-signature=...]`, the bytes, ..., a chunk of size 0, and the trailing headers. Signatures are not checked.
pub(super) fn read(request: &Incoming<'_>) -> Result<Body, String> {
    let encoded = request.header("x-amz-content-sha256").is_some_and(|hash| hash.starts_with("STREAMING-"));
    if !encoded {
        return Ok(Body { bytes: request.body.to_vec(), trailers: BTreeMap::new() });
    }
    let body = chunks(request.body).ok_or("the body is not aws-chunked, though its headers say so")?;
    let length = request.header("x-amz-decoded-content-length").and_then(|length| length.parse().ok());
    if length != Some(body.bytes.len()) {
        return Err(format!("x-amz-decoded-content-length is {length:?}, the body has {} bytes", body.bytes.len()));
    }
    Ok(body)
}

fn chunks(mut rest: &[u8]) -> Option<Body> {
    let mut bytes = Vec::new();
    loop {
        let (head, after) = line(rest)?;
        let size = usize::from_str_radix(head.split(';').next()?, 16).ok()?;
        if size == 0 {
            return Some(Body { bytes, trailers: trailers(after) });
        }
        bytes.extend_from_slice(after.get(..size)?);
        rest = after.get(size..)?.strip_prefix(b"\r\n")?;
    }
}

fn trailers(mut rest: &[u8]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    while let Some((text, after)) = line(rest) {
        if let Some((name, value)) = text.split_once(':') {
            found.insert(name.trim().to_ascii_lowercase(), value.trim().to_owned());
        }
        rest = after;
    }
    found
}

fn line(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    Some((std::str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 2..]))
}

/// The encoding that is kept with an object: S3 takes `aws-chunked` away (API reference, PutObject).
pub(super) fn content_encoding(request: &Incoming<'_>) -> Option<String> {
    // The SDK for Rust adds a second header of this name.
    let given = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-encoding"));
    let all = given.flat_map(|(_, value)| value.split(',')).map(str::trim);
    let kept: Vec<_> = all.filter(|one| !["aws-chunked", ""].contains(one)).collect();
    (!kept.is_empty()).then(|| kept.join(","))
}

/// The checksum that a PutObject carries, as header and value, when it is that of the bytes. User guide, "Checking object
/// integrity": one that is not is refused; the texts of BadDigest are unverified.
pub(super) fn checksum(input: &Value, bytes: &[u8]) -> Result<Option<(String, String)>, ApiError> {
    let base64 = |digest: &[u8]| aws_smithy_types::base64::encode(digest);
    let computed = [
        ("ChecksumCRC32", "CRC32", base64(&crc32(bytes).to_be_bytes())),
        ("ChecksumSHA1", "SHA1", base64(digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref())),
        ("ChecksumSHA256", "SHA256", base64(digest::digest(&SHA256, bytes).as_ref())),
    ];
    let md5 = input["ContentMD5"].as_str();
    if md5.is_some_and(|given| aws_smithy_types::base64::decode(given).ok() != hex(&md5::hex(bytes))) {
        let why = "The Content-MD5 you specified did not match what we received.";
        return Err(ApiError::new("BadDigest", why));
    }
    let Some((algorithm, value, given)) = computed
        .into_iter()
        .find_map(|(member, algorithm, value)| Some((algorithm, value, input[member].as_str()?.to_owned())))
    else {
        return Ok(None);
    };
    if value != given {
        let why = format!("The {algorithm} you specified did not match the calculated checksum.");
        return Err(ApiError::new("BadDigest", why));
    }
    Ok(Some((format!("x-amz-checksum-{}", algorithm.to_ascii_lowercase()), value)))
}

fn hex(text: &str) -> Option<Vec<u8>> {
    (0..text.len() / 2).map(|n| u8::from_str_radix(text.get(2 * n..2 * n + 2)?, 16).ok()).collect()
}

/// The CRC of ISO 3309 and zlib.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_crc32() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn chunks_are_joined_and_trailers_are_headers() {
        let body = b"5;chunk-signature=a\r\nhello\r\n6\r\n\r\nbye!\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
        let read = chunks(body).unwrap();
        assert_eq!(read.bytes, b"hello\r\nbye!");
        assert_eq!(read.trailers["x-amz-checksum-crc32"], "AAAAAA==");
        for broken in [&b"5\r\nhel"[..], b"5\r\nhello", b"x\r\n", b""] {
            assert!(chunks(broken).is_none());
        }
    }
}
