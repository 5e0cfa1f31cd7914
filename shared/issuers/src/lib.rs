//! Where new certificates come from.
//!
//! A [`Source`] is one of two kinds: an [`Issuer`] signs a request for a key that was made here; a [`BundleStore`] keeps
//! a certificate together with its own key. [`Source::obtain`] returns the same for both: a chain and its key.
//!
//! To add a source:
//! 1. a module here that implements [`Issuer`] or [`BundleStore`], as [`PrivateCa`] does;
//! 2. in imported-renewal, a variant of `policy::Source` and its row in `policy/source.rs`, where the tags and grants
//!    are read; `renewal/sources.rs`, which opens and names it; `answer/planned.rs`, which shows it in a dry run. The compiler demands all
//!    of these once the variant is there;
//! 3. what it needs from the operator: its tags (`shared/certificates/src/tags/operator.rs`, whose `RenewFrom` already has
//!    `acme` and `secret`), its grants (`shared/grants`) and, where it needs one, a variable in `config.rs`;
//! 4. reasons of its own in `shared/certificates/src/reason.rs`, where those of a private CA do not fit; the advice of
//!    `unknown-source` and `source-not-available` names the sources that exist;
//! 5. what calls `private-ca` the only source: expiry-events (`policy/forecast.rs`, `policy/steps.rs`), the rules
//!    `imported-renewal-source` and `maximum-lifetime` in `shared/rules`;
//! 6. the role in `infra/template.yaml`: its calls, and `private-ca` in the conditions on the tag `renew-from`;
//! 7. the READMEs of imported-renewal and of the repository.

mod csr;
mod key;
mod private_ca;
mod request;
mod source;

pub use self::private_ca::PrivateCa;
pub use csr::CsrError;
pub use key::{KeyError, KeyPair, PrivateKey};
pub use request::{Approver, IssueRequest, IssuedChain, Offer, Usages};
pub use source::{BundleStore, Issuer, KeyedChain, Pending, Source};
