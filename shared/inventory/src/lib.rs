//! The inventory of certificates as it is stored: one shard for each account and Region, in JSON Lines.
//!
//! Completeness is the promise. So a fact is a [`Reading`]: a value with its age, or why it could not be read;
//! there is no default that could be taken for "none". Pure: nothing here reads a clock or AWS.
//!
//! A shard starts with a [`Header`], has one [`Entry`] a line, and ends with a count, without which it was cut off.

mod authority;
mod entry;
mod reading;
mod shard;
mod source;
mod usage;

pub use authority::{Authority, Crl, Ocsp};
pub use entry::{Chain, Described, Entry, Identity, Kind, Owner, OwnerSource, Tags};
pub use reading::{Reading, Unreadable};
pub use shard::{Account, Header, InvalidShard, Shard, UseElsewhere};
pub use source::{Source, SourceReading};
pub use usage::{SeenIn, Usage};

/// The version of the format. It changes when a reader of the older one would misread the newer.
pub const SCHEMA: u32 = 1;
