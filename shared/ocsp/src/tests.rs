//! Requests and responses, made by OpenSSL or by hand.

mod pki;

mod errors;
mod mutated;
mod openssl;
