//! Ciphers in CBC mode with the padding of PKCS #7.

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, Algorithm, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use der::asn1::ObjectIdentifier;
use des::cipher::array::Array;
use des::cipher::{BlockCipherDecrypt, BlockSizeUser, KeyInit, typenum::U8};
use des::{TdesEde2, TdesEde3};
use rc2::Rc2;
use zeroize::Zeroizing;

use super::Failed;

/// A cipher.
#[derive(Clone, Copy)]
pub(crate) enum Cipher {
    Aes(&'static Algorithm, usize),
    TripleDes,
    TripleDesTwoKeys,
    /// With a key of this many bits, all of which take effect.
    Rc2(usize),
}

impl Cipher {
    /// Those of PBES2 ([RFC 8018, B.2](https://www.rfc-editor.org/rfc/rfc8018#appendix-B.2)).
    pub(crate) fn of_pbes2(oid: ObjectIdentifier) -> Option<Self> {
        Some(match oid.to_string().as_str() {
            "2.16.840.1.101.3.4.1.2" => Self::Aes(&AES_128, 16),
            "2.16.840.1.101.3.4.1.22" => Self::Aes(&AES_192, 24),
            "2.16.840.1.101.3.4.1.42" => Self::Aes(&AES_256, 32),
            "1.2.840.113549.3.7" => Self::TripleDes,
            _ => return None,
        })
    }

    /// Those of PKCS #12, but RC4 ([RFC 7292, C](https://www.rfc-editor.org/rfc/rfc7292#appendix-C)).
    pub(crate) fn of_pkcs12(oid: ObjectIdentifier) -> Option<Self> {
        Some(match oid.to_string().as_str() {
            "1.2.840.113549.1.12.1.3" => Self::TripleDes,
            "1.2.840.113549.1.12.1.4" => Self::TripleDesTwoKeys,
            "1.2.840.113549.1.12.1.5" => Self::Rc2(128),
            "1.2.840.113549.1.12.1.6" => Self::Rc2(40),
            _ => return None,
        })
    }

    /// Bytes of a key.
    pub(crate) fn key_length(self) -> usize {
        match self {
            Self::Aes(_, length) => length,
            Self::TripleDes => 24,
            Self::TripleDesTwoKeys => 16,
            Self::Rc2(bits) => bits / 8,
        }
    }

    /// Bytes of a block.
    pub(crate) fn block_length(self) -> usize {
        if let Self::Aes(..) = self { 16 } else { 8 }
    }

    /// Decrypts, with a key of [`key_length`](Self::key_length).
    pub(crate) fn decrypt(self, key: &[u8], iv: &[u8], data: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failed> {
        let unusable = |_| Failed::Structure;
        match self {
            Self::Aes(algorithm, _) => aes(algorithm, key, iv, data),
            Self::TripleDes => cbc(&TdesEde3::new_from_slice(key).map_err(unusable)?, iv, data),
            Self::TripleDesTwoKeys => cbc(&TdesEde2::new_from_slice(key).map_err(unusable)?, iv, data),
            Self::Rc2(bits) => cbc(&Rc2::new_with_eff_key_len(key, bits), iv, data),
        }
    }
}

fn aes(algorithm: &'static Algorithm, key: &[u8], iv: &[u8], data: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failed> {
    let iv = DecryptionContext::Iv128(FixedLength::try_from(iv).map_err(|_| Failed::Structure)?);
    let key = UnboundCipherKey::new(algorithm, key).and_then(PaddedBlockDecryptingKey::cbc_pkcs7);
    let mut buffer = Zeroizing::new(data.to_vec());
    let decrypted = key.map_err(|_| Failed::Structure)?.decrypt(&mut buffer, iv).map_err(|_| Failed::Password)?;
    Ok(Zeroizing::new(decrypted.to_vec()))
}

/// With a cipher of blocks of eight bytes.
fn cbc<C: BlockCipherDecrypt + BlockSizeUser<BlockSize = U8>>(
    cipher: &C,
    iv: &[u8],
    data: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Failed> {
    let mut before: [u8; 8] = iv.try_into().map_err(|_| Failed::Structure)?;
    let (blocks, []) = data.as_chunks() else { return Err(Failed::Structure) };
    let mut plain = Zeroizing::new(Vec::with_capacity(data.len()));
    for encrypted in blocks {
        let mut block = Array::from(*encrypted);
        cipher.decrypt_block(&mut block);
        plain.extend(block.iter().zip(before).map(|(decrypted, before)| decrypted ^ before));
        before = *encrypted;
    }
    let length = unpadded(&plain).ok_or(Failed::Password)?;
    plain.truncate(length);
    Ok(plain)
}

/// The length without the padding: one to eight bytes, each of which is their number.
fn unpadded(plain: &[u8]) -> Option<usize> {
    let padding = *plain.last().filter(|padding| (1..=8).contains(*padding))?;
    let length = plain.len().checked_sub(usize::from(padding))?;
    plain.get(length..)?.iter().all(|byte| *byte == padding).then_some(length)
}
