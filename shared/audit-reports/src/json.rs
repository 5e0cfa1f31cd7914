//! Reports in JSON: an array of objects.

use std::io::BufRead;

use crate::bounded::{End, Source};
use crate::row::Written;
use crate::{Problem, Row, RowError};

/// The rows of a report in JSON. After an error there are no more.
pub struct JsonRows<R> {
    source: Source<R>,
    is_done: bool,
}

impl<R: BufRead> JsonRows<R> {
    /// Reads the beginning of the array. A row may have this many bytes ([`MAX_ROW`](crate::MAX_ROW)).
    ///
    /// # Errors
    /// The source failed, or does not begin with an array.
    pub fn new(source: R, max_row: usize) -> Result<Self, RowError> {
        let mut source = Source::new(source, max_row);
        match source.next_significant()? {
            Some(b'[') => Ok(Self { source, is_done: false }),
            _ => Err(RowError::NoArray),
        }
    }

    fn row(&mut self) -> Result<Option<Row>, RowError> {
        let is_first = self.source.row == 0;
        self.source.row += 1;
        let next = match self.significant()? {
            b']' => return self.end(),
            b',' if !is_first => self.significant()?,
            other if is_first => other,
            other => return Err(self.unexpected(other)),
        };
        match next {
            b'{' => self.object().map(Some),
            other => Err(self.unexpected(other)),
        }
    }

    /// Reads the rest of an object. It is found by its braces, so that no more than it is kept.
    fn object(&mut self) -> Result<Row, RowError> {
        self.source.bytes.clear();
        self.source.bytes.push(b'{');
        let mut braces = Braces { open: 1, is_string: false, is_escaped: false };
        if self.source.read_until(|byte| braces.are_closed_by(byte))? == End::OfSource {
            return Err(RowError::Truncated(self.source.row - 1));
        }
        let written = serde_json::from_slice::<Written>(&self.source.bytes);
        let written = written.map_err(|error| self.malformed(Problem::Json(error.to_string())))?;
        Row::try_from(written).map_err(|problem| self.malformed(problem))
    }

    /// Nothing but white space follows the array.
    fn end(&mut self) -> Result<Option<Row>, RowError> {
        match self.source.next_significant()? {
            None => Ok(None),
            Some(other) => Err(self.unexpected(other)),
        }
    }

    fn significant(&mut self) -> Result<u8, RowError> {
        self.source.next_significant()?.ok_or(RowError::Truncated(self.source.row - 1))
    }

    fn unexpected(&self, byte: u8) -> RowError {
        self.malformed(Problem::Json(format!("unexpected {:?} between rows", char::from(byte))))
    }

    fn malformed(&self, problem: Problem) -> RowError {
        RowError::Malformed { row: self.source.row, problem }
    }
}

impl<R: BufRead> Iterator for JsonRows<R> {
    type Item = Result<Row, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let row = self.row().transpose();
        self.is_done = !matches!(row, Some(Ok(_)));
        row
    }
}

/// The braces that are open, outside of strings.
struct Braces {
    open: u32,
    is_string: bool,
    is_escaped: bool,
}

impl Braces {
    /// Takes the next byte; whether it closes the last brace.
    fn are_closed_by(&mut self, byte: u8) -> bool {
        match byte {
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' => self.is_escaped = self.is_string,
            b'"' => self.is_string = !self.is_string,
            b'{' if !self.is_string => self.open += 1,
            b'}' if !self.is_string => self.open -= 1,
            _ => {}
        }
        self.open == 0
    }
}
