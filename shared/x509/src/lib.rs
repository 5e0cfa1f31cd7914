//! X.509 certificates as bytes: their names, keys, usages, serial numbers and signatures, and what clients make of a chain
//! ([RFC 5280](https://www.rfc-editor.org/rfc/rfc5280)).
//!
//! Pure: nothing here reads a clock, the environment or AWS.

mod certificate;
mod constraints;
mod general_names;
mod key_type;
mod name;
mod path;
mod revocation_reason;
mod serial;
mod signature;
mod signature_check;
mod time;
pub mod usages;

pub use certificate::{Certificate, Chain, UnreadableCertificate};
pub use key_type::KeyType;
pub use name::DistinguishedName;
pub use path::{Cause, Objection, objection};
pub use revocation_reason::RevocationReason;
pub use serial::SerialNumber;
pub use signature::{Signatures, is_issued_by, is_signed_by};
pub use signature_check::{SignatureCheck, Unsupported};
pub use time::rfc5280_time;
