//! Reads up to a byte that ends a row, and no more than allowed.

use std::io::{self, BufRead};

use crate::RowError;

/// How reading a row ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With the byte that ends it.
    OfRow,
    /// The source ended before.
    OfSource,
}

/// A source of rows.
pub(crate) struct Source<R> {
    source: R,
    limit: usize,
    /// The row that is read; the first is 1, a header is 0.
    pub(crate) row: u64,
    /// The bytes of the row.
    pub(crate) bytes: Vec<u8>,
}

impl<R: BufRead> Source<R> {
    pub(crate) fn new(source: R, limit: usize) -> Self {
        Self { source, limit, row: 0, bytes: Vec::new() }
    }

    /// Appends bytes up to the first one that ends the row, which is appended too.
    pub(crate) fn read_until(&mut self, mut ends: impl FnMut(u8) -> bool) -> Result<End, RowError> {
        loop {
            let available = fill(&mut self.source)?;
            if available.is_empty() {
                return Ok(End::OfSource);
            }
            let end = available.iter().position(|byte| ends(*byte));
            let taken = end.map_or(available.len(), |end| end + 1);
            if self.bytes.len() + taken > self.limit {
                return Err(RowError::TooLong { row: self.row, limit: self.limit });
            }
            self.bytes.extend_from_slice(&available[..taken]);
            self.source.consume(taken);
            if end.is_some() {
                return Ok(End::OfRow);
            }
        }
    }

    /// Takes the next byte that is not white space, if there is one.
    pub(crate) fn next_significant(&mut self) -> Result<Option<u8>, RowError> {
        loop {
            let available = fill(&mut self.source)?;
            if available.is_empty() {
                return Ok(None);
            }
            let space = available.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let found = available.get(space).copied();
            let taken = space + usize::from(found.is_some());
            self.source.consume(taken);
            if found.is_some() {
                return Ok(found);
            }
        }
    }
}

fn fill(source: &mut impl BufRead) -> Result<&[u8], RowError> {
    loop {
        match source.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
            Ok(_) => break,
        }
    }
    // The buffer is full, or the source at its end: this reads nothing.
    Ok(source.fill_buf()?)
}
