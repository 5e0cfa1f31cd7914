//! Certificate revocation lists, CRLs ([RFC 5280, 5](https://www.rfc-editor.org/rfc/rfc5280#section-5)), read in bounded
//! memory: one with a million entries takes as much as one with ten. Its entries pass by, and only those that the caller
//! asks for are kept.
//!
//! ```no_run
//! use std::collections::BTreeSet;
//!
//! use revocation_lists::{Limits, read, state};
//! use x509::{Certificate, SerialNumber};
//!
//! # fn watch(ca: Certificate, now: jiff::Timestamp) -> Result<(), Box<dyn std::error::Error>> {
//! let wanted: BTreeSet<SerialNumber> = SerialNumber::parse("0a:1b").into_iter().collect();
//! let limits = Limits { bytes: 64 << 20, entries: 1_000_000 };
//! let list = read(std::fs::File::open("CA_ID.crl")?, &ca, &wanted, limits)?;
//! println!("{} entries, {:?}", list.entries, state(&list, now, jiff::SignedDuration::from_hours(24)));
//! # Ok(())
//! # }
//! ```

mod bounded;
mod der;
mod elements;
mod error;
mod extensions;
mod input;
mod list;
mod pem;
mod read;
mod state;
#[cfg(test)]
mod tests;

pub use error::{Problem, ReadError};
pub use list::{CrlNumber, IssuingDistributionPoint, RevocationList, Revoked};
pub use read::{Limits, read};
pub use state::{State, state};
