//! Verdicts over all shards of the inventory, and the report in HTML, CSV and JSON.
//!
//! Pure: shards and `now` in, a [`Report`] and texts out. What could not be read is said in every format and total.

mod model;

pub use model::*;
