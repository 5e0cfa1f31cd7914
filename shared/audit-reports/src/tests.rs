//! Whole reports, as AWS's documentation shows them.

mod errors;
mod mutated;
mod outside_acm;
mod reading;
mod reports;
