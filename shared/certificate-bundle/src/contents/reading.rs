//! Unwraps a value until certificates, keys and words are left.

use zeroize::Zeroizing;

use super::Contents;
use crate::certificate::Certificate;
use crate::locked::Locked;
use crate::pem::{Block, Body};
use crate::tlv::Kind;
use crate::{PrivateKey, SecretValue, Unusable, base64, json, pem, text, tlv};

/// JSON in JSON in base64 is deep; deeper is nobody's secret.
const MAX_LAYERS: u8 = 5;
/// [KeyStore](https://docs.oracle.com/en/java/javase/21/docs/specs/security/standard-names.html): `JKS` and `JCEKS`.
const JAVA_KEYSTORES: [[u8; 4]; 2] = [[0xfe, 0xed, 0xfe, 0xed], [0xce, 0xce, 0xce, 0xce]];
/// What writers put where a certificate will be, in lower case.
const PLACEHOLDERS: [&str; 14] = [
    "notgenerated",
    "not generated",
    "notyet",
    "pending",
    "placeholder",
    "changeme",
    "change-me",
    "todo",
    "tbd",
    "none",
    "null",
    "n/a",
    "dummy",
    "-",
];

/// How much unwrapping is left.
#[derive(Clone, Copy)]
struct Layers {
    left: u8,
    may_be_base64: bool,
}

impl Contents {
    /// All that is in a value.
    pub(crate) fn of(value: SecretValue<'_>) -> Self {
        let mut contents = Self::default();
        let layers = Layers { left: MAX_LAYERS, may_be_base64: true };
        match value {
            SecretValue::Text(text) => contents.read_text(None, text, layers),
            SecretValue::Binary(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => contents.read_text(None, text, layers),
                Err(_) if contents.read_binary(bytes, "") => {}
                Err(_) => contents.fault(Unusable::Format),
            },
        }
        contents
    }

    fn read_text(&mut self, name: Option<&str>, original: &str, layers: Layers) {
        let text = text::trimmed(original);
        let Some(left) = layers.left.checked_sub(1).filter(|_| !text.is_empty()) else { return };
        let inner = Layers { left, ..layers };
        if let Some(fields) = json::may_be_json(text).then(|| json::fields(text)).flatten() {
            fields.iter().for_each(|field| self.read_field(field, inner));
        } else {
            let is_read = self.read_pem(text) || (layers.may_be_base64 && self.read_base64(text, inner));
            if !is_read {
                self.read_words(name, original);
            }
        }
    }

    fn read_field(&mut self, field: &json::Field<'_>, layers: Layers) {
        if let Some(name) = field.name {
            self.signs.see_field(name);
        }
        self.read_text(field.name, &field.value(), layers);
    }

    /// Whether there is any block.
    fn read_pem(&mut self, text: &str) -> bool {
        let mut blocks = pem::blocks(text).peekable();
        let is_pem = blocks.peek().is_some();
        self.has_other_text |= is_pem;
        blocks.for_each(|block| self.read_block(&block));
        is_pem
    }

    fn read_block(&mut self, Block { label, body }: &Block) {
        self.signs.see_label(label);
        let is_key = label.ends_with("PRIVATEKEY");
        let is_read = is_key || label.ends_with("CERTIFICATE") || ["PKCS12", "PKCS7", "CMS"].contains(&label.as_str());
        match body {
            Body::Truncated => self.is_truncated = true,
            _ if !is_read || label == "OPENSSHPRIVATEKEY" => {}
            Body::OldEncryption => self.fault(Unusable::Encryption),
            Body::Whole(bytes) if self.read_binary(bytes, label) => {}
            Body::Whole(_) | Body::Damaged => self.fault(if is_key { Unusable::Key } else { Unusable::Certificate }),
        }
    }

    /// Whether it is base64 of something that is read.
    fn read_base64(&mut self, text: &str, layers: Layers) -> bool {
        let Some(bytes) = base64::decode(text) else { return false };
        let inner = Layers { may_be_base64: false, ..layers };
        match std::str::from_utf8(&bytes) {
            Ok(text) if is_wrapped(text) => {
                self.read_text(None, text, inner);
                true
            }
            _ => self.read_binary(&bytes, ""),
        }
    }

    /// Whether these bytes are something that is read, or known to be something else. `label` is that of their PEM block.
    pub(crate) fn read_binary(&mut self, bytes: &[u8], label: &str) -> bool {
        if bytes.first_chunk().is_some_and(|magic| JAVA_KEYSTORES.contains(magic)) {
            self.fault(Unusable::JavaKeystore);
            return true;
        }
        // OpenSSL writes settings after the certificate.
        let is_trusted = label == "TRUSTEDCERTIFICATE";
        let kind = if is_trusted { Some(Kind::Certificate) } else { tlv::kind(bytes) };
        self.materials += usize::from(kind.is_some());
        if self.is_too_much() {
            return true;
        }
        match kind {
            Some(Kind::Certificate) => self.add_certificate(bytes),
            Some(Kind::Key) => self.add_key(bytes),
            Some(Kind::EncryptedKey) => self.locked.push(Locked::Key(bytes.to_vec())),
            Some(Kind::Pkcs12) => self.locked.push(Locked::Pkcs12(Zeroizing::new(bytes.to_vec()))),
            Some(Kind::ContentInfo) => self.fault(Unusable::Format),
            None => return false,
        }
        true
    }

    fn add_certificate(&mut self, der: &[u8]) {
        match Certificate::from_der(der) {
            Some(new) if self.certificates.iter().any(|known| known.der == new.der) => {}
            Some(new) => self.certificates.push(new),
            None => self.fault(Unusable::Certificate),
        }
    }

    fn add_key(&mut self, der: &[u8]) {
        match PrivateKey::from_der(der) {
            Some(new) if self.keys.iter().any(|known| known.public_key == new.public_key) => {}
            Some(new) => self.keys.push(new),
            None => self.fault(Unusable::Key),
        }
    }

    fn read_words(&mut self, name: Option<&str>, original: &str) {
        let word = text::trimmed(original);
        let is_placeholder = PLACEHOLDERS.iter().any(|placeholder| word.eq_ignore_ascii_case(placeholder));
        self.has_placeholder |= is_placeholder;
        self.has_other_text |= !is_placeholder;
        self.signs.see_value(word);
        self.strings.add(name, original);
    }
}

/// Whether a text is PEM or JSON. A password may mean other text in base64, and is needed as it is.
fn is_wrapped(text: &str) -> bool {
    let text = text::trimmed(text);
    text.contains("-----BEGIN") || (json::may_be_json(text) && json::fields(text).is_some())
}
