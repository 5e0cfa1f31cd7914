//! Reasons for which certificates are revoked.

/// Why a certificate is revoked ([RFC 5280, 5.3.1](https://www.rfc-editor.org/rfc/rfc5280#section-5.3.1)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum RevocationReason {
    Unspecified,
    KeyCompromise,
    CaCompromise,
    AffiliationChanged,
    Superseded,
    CessationOfOperation,
    CertificateHold,
    RemoveFromCrl,
    PrivilegeWithdrawn,
    AaCompromise,
    /// A number that RFC 5280 does not have.
    Other(u8),
}

impl From<u8> for RevocationReason {
    fn from(number: u8) -> Self {
        match number {
            0 => Self::Unspecified,
            1 => Self::KeyCompromise,
            2 => Self::CaCompromise,
            3 => Self::AffiliationChanged,
            4 => Self::Superseded,
            5 => Self::CessationOfOperation,
            6 => Self::CertificateHold,
            8 => Self::RemoveFromCrl,
            9 => Self::PrivilegeWithdrawn,
            10 => Self::AaCompromise,
            other => Self::Other(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RevocationReason as Reason;

    #[test]
    fn reasons_are_numbered_as_in_rfc_5280() {
        assert_eq!(
            [1, 4, 7, 8, 10].map(Reason::from),
            [Reason::KeyCompromise, Reason::Superseded, Reason::Other(7), Reason::RemoveFromCrl, Reason::AaCompromise]
        );
    }
}
