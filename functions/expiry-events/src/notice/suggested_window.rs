//! A CA that asks to replace a certificate at once, in words.

use notices::foreign_up_to;

use super::steps::Steps;
use crate::CertificateState;

/// Addresses of pages are longer than names.
const LONGEST_ADDRESS: usize = 300;

pub(super) fn what_happened(name: &str, state: &CertificateState) -> String {
    let explanation = state.suggested_window.as_ref().and_then(|window| window.explanation.as_ref());
    let explained = explanation.map(|page| format!(" The CA explains why: {}", foreign_up_to(page, LONGEST_ADDRESS)));
    format!(
        "The CA of the certificate for {name} asks to replace it at once, so the CA may revoke it soon.{}",
        explained.unwrap_or_default()
    )
}

pub(super) fn add_steps(steps: &mut Steps) {
    steps.add(
        "If copies of the certificate are in use outside AWS, replace them with the new certificate once it is renewed: \
         whoever checks for revocation will refuse the old one.",
    );
}
