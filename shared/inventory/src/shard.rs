//! A shard, written and read.

use std::io::{self, BufRead, Write};

use certificates::Target;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::SCHEMA;
use crate::entry::Entry;
use crate::source::SourceReading;
use crate::usage::Usage;

/// All that is known of an account and Region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shard {
    /// Where, when and from what.
    pub header: Header,
    /// What was found.
    pub entries: Vec<Entry>,
}

/// The first line of a shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    /// [`SCHEMA`] of the writer.
    pub schema: u32,
    /// `aws`, `aws-cn`, `aws-us-gov` or another of AWS's partitions.
    pub partition: String,
    /// The account.
    pub account: Account,
    /// The Region.
    pub region: String,
    /// When the pass started.
    pub taken_at: Timestamp,
    /// How each source answered. One that is not here was not asked.
    pub sources: Vec<SourceReading>,
    /// Uses of certificates that are in another shard of the account: IAM server certificates, and those of CloudFront.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uses_elsewhere: Vec<UseElsewhere>,
}

/// A use of a certificate that another shard has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UseElsewhere {
    /// The certificate's ARN, or the id of an IAM server certificate.
    pub certificate: String,
    /// What uses it.
    pub usage: Usage,
}

/// The account of a shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// For people; empty where nobody gave one.
    #[serde(default)]
    pub name: String,
    /// The organizational units that it is in, from the one below the root down to its own.
    #[serde(default)]
    pub units: Vec<String>,
}

/// Why a shard cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidShard {
    /// The storage failed.
    #[error("the shard cannot be read: {0}")]
    Io(#[from] io::Error),
    /// A line is not what the format says.
    #[error("line {line} of the shard is not valid: {error}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        error: serde_json::Error,
    },
    /// A newer program wrote it.
    #[error("the shard has schema {0}, and this program knows {SCHEMA}: update the program")]
    Schema(u32),
    /// The last line is missing or counts more.
    #[error("the shard was cut off: it has {found} entries and ends without their count")]
    CutOff {
        /// Entries that are there.
        found: usize,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Count {
    entries: usize,
}

impl Header {
    /// Where.
    pub fn target(&self) -> Target {
        Target { partition: self.partition.clone(), region: self.region.clone(), account: self.account.id.clone() }
    }
}

impl Shard {
    /// Under which the shard of an account and Region is kept in the inventory's bucket.
    pub fn key(target: &Target) -> String {
        format!("shards/{}/{}.jsonl", target.account, target.region)
    }

    /// Writes the header, the entries, and their count, one JSON object a line.
    ///
    /// # Errors
    /// The storage failed.
    pub fn write(&self, to: &mut impl Write) -> io::Result<()> {
        line(to, &self.header)?;
        self.entries.iter().try_for_each(|entry| line(to, entry))?;
        line(to, &Count { entries: self.entries.len() })
    }

    /// Reads what [`Shard::write`] wrote.
    ///
    /// # Errors
    /// See [`InvalidShard`].
    pub fn read(from: impl BufRead) -> Result<Self, InvalidShard> {
        let mut lines = (1..).zip(from.lines());
        let header: Header = match lines.next() {
            Some((number, text)) => parse(number, &text?)?,
            None => return Err(InvalidShard::CutOff { found: 0 }),
        };
        if header.schema != SCHEMA {
            return Err(InvalidShard::Schema(header.schema));
        }
        let mut entries = Vec::new();
        for (number, text) in lines {
            let text = text?;
            if let Ok(count) = serde_json::from_str::<Count>(&text) {
                return match count.entries == entries.len() {
                    true => Ok(Self { header, entries }),
                    false => Err(InvalidShard::CutOff { found: entries.len() }),
                };
            }
            entries.push(parse(number, &text)?);
        }
        Err(InvalidShard::CutOff { found: entries.len() })
    }
}

fn line(to: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *to, value)?;
    to.write_all(b"\n")
}

fn parse<T: for<'a> Deserialize<'a>>(line: usize, text: &str) -> Result<T, InvalidShard> {
    serde_json::from_str(text).map_err(|error| InvalidShard::Line { line, error })
}
