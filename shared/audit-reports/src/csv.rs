//! Reports in CSV ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180)).

use std::io::BufRead;

use crate::bounded::{End, Source};
use crate::row::Written;
use crate::{Problem, Row, RowError};

/// The columns, in the order of [`Columns::written`].
const COLUMNS: [&str; 11] = [
    "awsAccountId",
    "requestedByServicePrincipal",
    "certificateArn",
    "serial",
    "subject",
    "notBefore",
    "notAfter",
    "issuedAt",
    "revokedAt",
    "revocationReason",
    "templateArn",
];

/// The rows of a report in CSV. After an error there are no more.
///
/// That the report's last row was cut off in its last column, the template, is not noticed: compare its length with that
/// of the object.
pub struct CsvRows<R> {
    source: Source<R>,
    columns: Columns,
    fields: Fields,
    is_done: bool,
}

/// Where each of [`COLUMNS`] is, and how many there are.
struct Columns {
    places: [usize; 11],
    count: usize,
}

/// The fields of a record, without quotes, one after the other.
#[derive(Default)]
struct Fields {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl<R: BufRead> CsvRows<R> {
    /// Reads the header. Columns may be in any order; those that are not known are skipped. A row may have this many bytes
    /// ([`MAX_ROW`](crate::MAX_ROW)).
    ///
    /// # Errors
    /// The source failed, or does not begin with the header of a report.
    pub fn new(source: R, max_row: usize) -> Result<Self, RowError> {
        let mut source = Source::new(source, max_row);
        read_record(&mut source)?;
        let header = source.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&source.bytes);
        let mut fields = Fields::default();
        fields.split(header).map_err(|problem| RowError::Malformed { row: 0, problem })?;
        let columns = Columns::new(&fields)?;
        Ok(Self { source, columns, fields, is_done: false })
    }

    fn row(&mut self) -> Result<Option<Row>, RowError> {
        self.source.row += 1;
        let row = self.source.row;
        if !read_record(&mut self.source)? {
            return Ok(None);
        }
        let written = self.fields.split(&self.source.bytes).and_then(|()| self.columns.written(&self.fields));
        let row_of = written.and_then(Row::try_from);
        row_of.map(Some).map_err(|problem| RowError::Malformed { row, problem })
    }
}

impl<R: BufRead> Iterator for CsvRows<R> {
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

/// Reads a record, which ends with a line's end outside of quotes. `false` at the end of the source.
fn read_record<R: BufRead>(source: &mut Source<R>) -> Result<bool, RowError> {
    source.bytes.clear();
    let mut is_quoted = false;
    let end = source.read_until(|byte| {
        is_quoted ^= byte == b'"';
        byte == b'\n' && !is_quoted
    })?;
    if end == End::OfSource && is_quoted {
        return Err(RowError::Truncated(source.row.saturating_sub(1)));
    }
    Ok(!source.bytes.is_empty())
}

impl Columns {
    fn new(header: &Fields) -> Result<Self, RowError> {
        let mut places = [0; 11];
        for (place, name) in places.iter_mut().zip(COLUMNS) {
            let found = (0..header.ends.len()).find(|at| header.get(*at) == Some(name));
            *place = found.ok_or(RowError::NoColumn(name))?;
        }
        Ok(Self { places, count: header.ends.len() })
    }

    fn written(&self, fields: &Fields) -> Result<Written, Problem> {
        let (expected, found) = (self.count, fields.ends.len());
        if expected != found {
            return Err(Problem::Columns { expected, found });
        }
        let mut fields = self.places.iter().map(|at| fields.get(*at).map(str::to_owned).ok_or(Problem::Utf8));
        let mut next = || fields.next().transpose();
        Ok(Written {
            aws_account_id: next()?,
            requested_by_service_principal: next()?,
            certificate_arn: next()?,
            serial: next()?,
            subject: next()?,
            not_before: next()?,
            not_after: next()?,
            issued_at: next()?,
            revoked_at: next()?,
            revocation_reason: next()?,
            template_arn: next()?,
        })
    }
}

impl Fields {
    /// Splits a record into its fields.
    fn split(&mut self, record: &[u8]) -> Result<(), Problem> {
        self.text.clear();
        self.ends.clear();
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        let mut rest = record.strip_suffix(b"\r").unwrap_or(record);
        loop {
            rest = match rest.strip_prefix(b"\"") {
                Some(quoted) => self.quoted(quoted)?,
                None => self.plain(rest)?,
            };
            self.ends.push(self.text.len());
            match rest.split_first() {
                None => return Ok(()),
                Some((b',', after)) => rest = after,
                Some(_) => return Err(Problem::Quote),
            }
        }
    }

    /// Takes a field up to the next comma, and returns what is left.
    fn plain<'a>(&mut self, rest: &'a [u8]) -> Result<&'a [u8], Problem> {
        let end = rest.iter().position(|byte| *byte == b',').unwrap_or(rest.len());
        if rest[..end].contains(&b'"') {
            return Err(Problem::Quote);
        }
        self.text.extend_from_slice(&rest[..end]);
        Ok(&rest[end..])
    }

    /// Takes a field up to its closing quote, and returns what is left. Two quotes stand for one.
    fn quoted<'a>(&mut self, mut rest: &'a [u8]) -> Result<&'a [u8], Problem> {
        loop {
            let end = rest.iter().position(|byte| *byte == b'"').ok_or(Problem::Quote)?;
            self.text.extend_from_slice(&rest[..end]);
            rest = &rest[end + 1..];
            match rest.strip_prefix(b"\"") {
                Some(after) => rest = after,
                None => return Ok(rest),
            }
            self.text.push(b'"');
        }
    }

    /// A field, unless it is not UTF-8.
    fn get(&self, at: usize) -> Option<&str> {
        let start = at.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        std::str::from_utf8(self.text.get(start..*self.ends.get(at)?)?).ok()
    }
}
