//! PEM ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468#section-6)), decoded line by line.

use std::io::Read;

use base64ct::{Base64, Encoding};

use crate::ReadError;
use crate::bounded::Bounded;

const BEGIN: &[u8] = b"-----BEGIN X509 CRL-----";
const END: &[u8] = b"-----END X509 CRL-----";
/// Lines have 64 characters; some writers do not break them at all, and are refused.
const MAX_LINE: usize = 4_096;

/// The first block of a PEM text, decoded.
pub(crate) struct Pem<R> {
    source: Bounded<R>,
    line: Vec<u8>,
    /// Characters of the block that are not decoded yet: fewer than four, unless a line was just added.
    characters: Vec<u8>,
    decoded: Vec<u8>,
    taken: usize,
    is_ended: bool,
}

impl<R: Read> Pem<R> {
    /// Reads up to the block's beginning.
    pub(crate) fn new(source: Bounded<R>) -> Result<Self, ReadError> {
        let [line, characters, decoded] = [(); 3].map(|()| Vec::new());
        let mut pem = Self { source, line, characters, decoded, taken: 0, is_ended: false };
        loop {
            if !pem.next_line()? {
                return Err(ReadError::NotPem("it has no such block"));
            }
            if pem.line.trim_ascii() == BEGIN {
                return Ok(pem);
            }
        }
    }

    /// The next bytes of the block, none at its end.
    pub(crate) fn fill(&mut self) -> Result<&[u8], ReadError> {
        while self.taken == self.decoded.len() && !self.is_ended {
            if !self.next_line()? {
                return Err(ReadError::NotPem("its block does not end"));
            }
            self.decode_line()?;
        }
        Ok(&self.decoded[self.taken..])
    }

    pub(crate) fn consume(&mut self, bytes: usize) {
        self.taken += bytes;
    }

    /// Decodes as much as makes whole groups of four characters.
    fn decode_line(&mut self) -> Result<(), ReadError> {
        self.is_ended = self.line.trim_ascii() == END;
        if !self.is_ended {
            self.characters.extend(self.line.iter().filter(|character| !character.is_ascii_whitespace()));
        }
        let whole = self.characters.len() / 4 * 4;
        if self.is_ended && whole != self.characters.len() {
            return Err(ReadError::NotPem("its base64 ends early"));
        }
        self.taken = 0;
        self.decoded.resize(whole / 4 * 3, 0);
        let decoded = Base64::decode(&self.characters[..whole], &mut self.decoded)
            .map_err(|_| ReadError::NotPem("its block is not base64"))?
            .len();
        self.decoded.truncate(decoded);
        self.characters.drain(..whole);
        Ok(())
    }

    /// Reads a line; `false` at the end of the text.
    fn next_line(&mut self) -> Result<bool, ReadError> {
        self.line.clear();
        loop {
            let available = self.source.fill()?;
            let end = available.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(available.len(), |end| end + 1);
            if self.line.len() + taken > MAX_LINE {
                return Err(ReadError::NotPem("it has a line of more than 4,096 characters"));
            }
            self.line.extend_from_slice(&available[..taken]);
            self.source.consume(taken);
            if end.is_some() || taken == 0 {
                return Ok(!self.line.is_empty());
            }
        }
    }
}
