//! What rules know of certificates and CAs: the same facts whether they come from an item of AWS
//! Config or from an API.
//!
//! Every fact says whether it is known ([`Fact`]). A rule that needs one that is not known gets
//! [`Missing`], hands it on with `?`, and is asked again after the lookup. So a rule reads the same
//! for both sources, only what it really needs is looked up, and nothing is ever guessed.

mod account;
mod authority;
mod authority_item;
mod certificate;
mod certificate_item;
mod fact;
mod item;
mod policy;
mod x509;

pub use account::Account;
pub use authority::{Authority, Crl, Ocsp, Permission};
pub use certificate::Certificate;
pub(crate) use certificate_item::EXTENDED_KEY_USAGES;
pub(crate) use fact::facts;
pub use fact::{Fact, Lookup, Missing};
pub use item::{Item, UnusableItem};
pub use policy::{Grant, Grantee, Policy, UnreadablePolicy};
pub use x509::{Chain, UnreadableCertificate, X509};
