//! What is known of the account.

use std::sync::Arc;

use super::{Authority, Certificate, facts};

facts! {
    /// What rules at account level look at.
    Account(id: String) {
        /// All certificates of the Region, as ListCertificates shows them.
        certificates: Arc<[Arc<Certificate>]> = "the certificates" by AllCertificates,
        /// All CAs that the account owns in the Region.
        authorities: Arc<[Authority]> = "the certificate authorities" by AllAuthorities,
    }
}
