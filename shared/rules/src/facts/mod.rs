//! What rules know of certificates and CAs: the same facts whether they come from an item of AWS
//! Config or from an API.
//!
//! Every fact says whether it is known ([`Fact`]). A rule that needs one that is not known gets
//! [`Missing`], returns it with `?`, and is asked again after the lookup. So a rule reads the same
//! for both sources, only what it needs is looked up, and nothing is ever guessed.

mod account;
mod certificate;
mod certificate_item;
mod consistency;
mod fact;
mod item;
mod policy;
mod private_ca;
mod private_ca_item;

pub use self::private_ca::PrivateCa;
pub use ::private_ca::{Crl, Ocsp, Permission};
pub use ::x509::{Certificate as X509, Chain, Signatures, UnreadableCertificate};
pub use account::Account;
pub use certificate::Certificate;
pub(crate) use certificate_item::EXTENDED_KEY_USAGES;
pub use consistency::is_settling;
pub(crate) use fact::facts;
pub use fact::{Fact, Lookup, Missing};
pub use item::{Item, UnusableItem};
pub use policy::{Grant, Grantee, Policy, UnreadablePolicy};
