//! An ACME client (RFC 8555): certificates from Let's Encrypt and other CAs, with profiles, `replaces` and renewal
//! windows (RFC 9773), for functions that may be terminated at any moment.
//!
//! 1. An operator registers an account once: [`StoredAccount::generate`], store it, [`Server::register`], store it again.
//! 2. A renewal opens it ([`Server::account`]), orders ([`Account::order`]), publishes each [`Dns01`] and calls
//!    [`Account::ready`], waits ([`Account::settle`]), finalizes with a CSR ([`Account::finalize`]), waits again and gets
//!    the chain ([`Account::certificate`]).
//! 3. Whatever was interrupted is resumed by ordering again: CAs give a pending order, and valid authorizations, again.
//!
//! The client makes no decision about time but with its clock, and waits only in [`Account::settle`]. Whatever fails is an
//! [`Error`] that says what to do ([`Error::advice`]) and when ([`Error::retry_at`]).

mod account;
mod challenge;
mod connection;
mod directory;
mod error;
mod external_account;
mod https;
mod jws;
mod key;
mod order;
mod post;
mod problem;
mod register;
mod renewal_window;
mod retry_after;
pub mod settings;
mod settle;
mod stored_account;
mod text;
mod transport;

pub use account::Account;
pub use challenge::Dns01;
pub use connection::Connection;
pub use directory::Server;
pub use error::{Advice, Error};
pub use external_account::ExternalAccount;
pub use https::{InvalidRoot, https_connector};
pub use order::{NewOrder, Order, OrderStatus};
pub use problem::{Problem, ProblemKind, Subproblem};
pub use register::Registration;
pub use renewal_window::{CertificateId, RenewalWindow, Window};
pub use stored_account::{StoredAccount, UnreadableAccount};
