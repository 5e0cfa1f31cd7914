//! What is known of the account.

use std::sync::Arc;

use super::{Certificate, PrivateCa, facts};

facts! {
    /// What rules about the account need.
    Account(id: String) {
        /// All certificates of the Region, as ListCertificates shows them.
        certificates: Arc<[Arc<Certificate>]> = "the certificates" by AllCertificates,
        /// All CAs that the account owns in the Region.
        private_cas: Arc<[PrivateCa]> = "the private CAs" by AllPrivateCas,
    }
}
