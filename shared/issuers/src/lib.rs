//! Where new certificates come from.
//!
//! A [`Source`] is one of two kinds: an [`Issuer`] signs a request for a key that was made here; a [`BundleStore`] keeps
//! a certificate together with its own key. [`Source::obtain`] returns the same for both: a chain and its key.
//!
//! To add a source:
//! 1. A module here that implements [`Issuer`], as [`PrivateCa`] and [`Acme`] do, or [`BundleStore`], as [`Secret`] does. An issuer calls its
//!    [`Approver`] before whatever may be charged.
//! 2. In imported-renewal, a variant of `policy::Source` and its row in `policy/source.rs`, where tags and grants are
//!    read. The compiler then demands the rest: `renewal/sources.rs`, which opens and names it, and `answer/planned.rs`,
//!    which shows it in a dry run.
//! 3. What operators set: tags in `shared/certificates/src/tags` (`RenewFrom`, `RENEWAL_SETTINGS`, and the notice in
//!    `notice/failed.rs` that lists them), grants in `shared/grants`, and variables in `config.rs`, if there are any.
//! 4. Reasons in `shared/certificates/src/reason.rs`, where the present ones do not fit, and whether an attempt that fails
//!    for them may have been charged. The advice of `unknown-source` names the sources that exist.
//! 5. What depends on the source: the forecast in expiry-events' `policy` and its `notice`, and the rules
//!    `imported-renewal-source` and `maximum-lifetime` in `shared/rules`.
//! 6. The role in `infra/template.yaml`: what the source calls, and the conditions that demand one of the values of
//!    `renew-from`. `shared/testing/simulated-aws` has to know the calls, and `shared/testing/simulation` the source.
//! 7. The READMEs of imported-renewal and of the repository.

mod acme;
mod csr;
mod key;
mod private_ca;
mod request;
mod secret;
mod source;

pub use self::acme::{Acme, AcmeServices, RecordPlaces};
pub use self::private_ca::PrivateCa;
pub use key::PrivateKey;
pub use request::{Approver, IssueRequest, IssuedChain, Offer, Usages};
pub use secret::{ConsentError, Secret, SecretConsent};
pub use source::{Answer, BundleStore, Issuer, KeyedChain, Pending, Source};
