//! Shows the report of an account to a person, without deploying anything.
//!
//! It reads with the person's own credentials, and can only read: see [`ReadOnly`]. What it could not read is in the
//! report, never left out.

mod account;
mod arguments;
mod collect;
mod credentials;
mod error;
mod fail_on;
mod files;
mod kept;
mod plan;
mod progress;
mod read_only;
mod regions;
mod run;
mod summary;
mod table;
mod verdict;

pub use arguments::{Command, Options, Regions, USAGE, UsageError};
pub use credentials::load;
pub use error::Error;
pub use fail_on::FailOn;
pub use progress::Display;
pub use read_only::ReadOnly;
pub use run::{Finished, run};
pub use verdict::Verdict;
