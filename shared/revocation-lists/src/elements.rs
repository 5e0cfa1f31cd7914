//! Elements of DER as they come from a source: large ones are entered, small ones taken whole.

use std::io::Read;

use x509::SignatureCheck;

use crate::der::{self, Element, MAX_ELEMENT};
use crate::input::Input;
use crate::{Problem, ReadError};

/// Which bytes a signature covers.
enum Signed {
    No,
    /// From here on, by an algorithm that is not known yet.
    Kept(Vec<u8>),
    Hashed(SignatureCheck),
}

/// The elements of a source.
pub(crate) struct Elements<R> {
    input: Input<R>,
    /// How many bytes were read.
    at: u64,
    buffer: Vec<u8>,
    /// The tag and length of the element in the buffer, whose content is not read yet.
    header: Option<Header>,
    signed: Signed,
}

/// The beginning of an element.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header {
    pub(crate) tag: u8,
    pub(crate) at: u64,
    size: usize,
    length: u32,
}

impl Header {
    fn end(&self) -> u64 {
        self.at + self.size as u64 + u64::from(self.length)
    }

    fn malformed(&self, part: &'static str, problem: Problem) -> ReadError {
        ReadError::Malformed { at: self.at, part, problem }
    }
}

impl<R: Read> Elements<R> {
    pub(crate) fn new(input: Input<R>) -> Self {
        Self { input, at: 0, buffer: Vec::new(), header: None, signed: Signed::No }
    }

    /// The signature covers the bytes from here on.
    pub(crate) fn begin_signed(&mut self) {
        self.signed = Signed::Kept(Vec::new());
    }

    /// With this, the bytes covered so far and from here on are hashed.
    pub(crate) fn hash_signed(&mut self, mut check: SignatureCheck) {
        if let Signed::Kept(bytes) = &self.signed {
            check.update(bytes);
        }
        self.signed = Signed::Hashed(check);
    }

    /// The signature covers the bytes up to here.
    pub(crate) fn end_signed(&mut self) -> Option<SignatureCheck> {
        match std::mem::replace(&mut self.signed, Signed::No) {
            Signed::Hashed(check) => Some(check),
            Signed::No | Signed::Kept(_) => None,
        }
    }

    /// The beginning of the next element before this end; `None` at the end.
    pub(crate) fn peek(&mut self, part: &'static str, end: u64) -> Result<Option<Header>, ReadError> {
        if self.header.is_none() && self.at < end {
            self.header = Some(self.read_header(part, end)?);
        }
        Ok(self.header)
    }

    /// Enters an element with this tag, and returns where it ends.
    pub(crate) fn enter(&mut self, tag: u8, part: &'static str, end: u64) -> Result<u64, ReadError> {
        Ok(self.expect(Some(tag), part, end)?.end())
    }

    /// Takes an element, with this tag if one is given, and says where it begins.
    pub(crate) fn take(
        &mut self,
        tag: Option<u8>,
        part: &'static str,
        end: u64,
    ) -> Result<(Element<'_>, u64), ReadError> {
        let header = self.expect(tag, part, end)?;
        if header.length > MAX_ELEMENT {
            return Err(header.malformed(part, Problem::TooLarge));
        }
        self.read(header.length as usize, part)?;
        let content = &self.buffer[header.size..];
        Ok((Element { content, whole: &self.buffer }, header.at))
    }

    /// Nothing may follow in what ends here.
    pub(crate) fn expect_end(&mut self, part: &'static str, end: u64) -> Result<(), ReadError> {
        match self.peek(part, end)? {
            Some(header) => Err(header.malformed(part, Problem::Trailing)),
            None => Ok(()),
        }
    }

    /// Nothing may follow at all. Returns how many bytes there were.
    pub(crate) fn expect_end_of_input(&mut self, part: &'static str) -> Result<u64, ReadError> {
        match self.input.is_at_end()? {
            true => Ok(self.at),
            false => Err(ReadError::Malformed { at: self.at, part, problem: Problem::Trailing }),
        }
    }

    fn expect(&mut self, tag: Option<u8>, part: &'static str, end: u64) -> Result<Header, ReadError> {
        let at = self.at;
        let header = self.peek(part, end)?.ok_or(ReadError::Malformed { at, part, problem: Problem::Overlong })?;
        self.header = None;
        match tag {
            Some(expected) if expected != header.tag => {
                Err(header.malformed(part, Problem::Tag { expected, found: header.tag }))
            }
            _ => Ok(header),
        }
    }

    fn read_header(&mut self, part: &'static str, end: u64) -> Result<Header, ReadError> {
        let at = self.at;
        self.buffer.clear();
        self.read(2, part)?;
        let (tag, first) = (self.buffer[0], self.buffer[1]);
        if first > 0x80 {
            self.read(usize::from(first & 0x7f).min(4), part)?;
        }
        let malformed = |problem| ReadError::Malformed { at, part, problem };
        let (length, size) = der::length(&self.buffer[1..]).ok_or(malformed(Problem::Length))?;
        let header = Header { tag, at, size: 1 + size, length };
        if header.end() > end { Err(malformed(Problem::Overlong)) } else { Ok(header) }
    }

    /// Appends this many bytes to the buffer.
    fn read(&mut self, bytes: usize, part: &'static str) -> Result<(), ReadError> {
        let before = self.buffer.len();
        let read = self.input.take(bytes, &mut self.buffer)?;
        self.at += read as u64;
        match &mut self.signed {
            Signed::No => {}
            Signed::Kept(kept) => kept.extend_from_slice(&self.buffer[before..]),
            Signed::Hashed(check) => check.update(&self.buffer[before..]),
        }
        if read < bytes { Err(ReadError::Truncated { at: self.at, part }) } else { Ok(()) }
    }
}
