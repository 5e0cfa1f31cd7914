//! Whole CRLs, made by another implementation or by hand.

mod pki;

mod errors;
mod mutated;
mod openssl;
mod reading;
