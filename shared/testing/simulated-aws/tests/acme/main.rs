//! Simulated CAs that speak ACME, with a client of somebody else's and with requests written by hand.
#![allow(clippy::unwrap_used, missing_docs)]

mod by_hand;
mod instant;
mod issuing;
mod limits;
mod refusals;
mod reuse;
