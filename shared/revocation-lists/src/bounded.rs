//! No more bytes of a source than allowed.

use std::io::{self, BufRead, BufReader, Read};

use crate::ReadError;

/// A source of at most this many bytes.
pub(crate) struct Bounded<R> {
    source: BufReader<R>,
    limit: u64,
    left: u64,
}

impl<R: Read> Bounded<R> {
    pub(crate) fn new(source: R, limit: u64) -> Self {
        Self { source: BufReader::with_capacity(65_536, source), limit, left: limit }
    }

    /// The next bytes, none at the end.
    pub(crate) fn fill(&mut self) -> Result<&[u8], ReadError> {
        let bytes = loop {
            match self.source.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result.map(<[u8]>::len)?,
            }
        };
        if self.left == 0 && bytes > 0 {
            return Err(ReadError::TooLong(self.limit));
        }
        let allowed = bytes.min(usize::try_from(self.left).unwrap_or(usize::MAX));
        Ok(&self.source.buffer()[..allowed])
    }

    pub(crate) fn consume(&mut self, bytes: usize) {
        self.left -= bytes as u64;
        self.source.consume(bytes);
    }
}
