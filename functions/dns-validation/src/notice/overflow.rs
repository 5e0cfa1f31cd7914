//! One notice in the place of many.

use certificates::CertificateDetail;
use jiff::Timestamp;
use notices::Notice;

use crate::policy::text::listed;

/// The notice for all those which are left to the next sweeps. It has the certificate and the cause of the
/// first of them.
pub(crate) fn overflow_notice(
    certificate: &CertificateDetail,
    first: &Notice,
    names: &[String],
    now: Timestamp,
) -> Notice {
    let count = names.len();
    let headline = match count {
        1 => "1 more certificate needs help with its validation".to_owned(),
        _ => format!("{count} more certificates need help with their validation"),
    };
    let mut notice = Notice::new(first.kind, first.severity, &headline, certificate, now);
    notice.owner.clone_from(&first.owner);
    notice.purpose.clone_from(&first.purpose);
    notice.cause.clone_from(&first.cause);
    notice.what_happened = format!(
        "Many certificates need help, so acm-autopilot does not send one notice for each at once. This notice is for {}.",
        listed(names)
    );
    notice.why_it_matters = "Certificates whose domains cannot be validated are not issued and not renewed.".into();
    notice.what_happens_next = "Each of them gets a notice of its own, with its records, from the next sweeps.".into();
    notice.what_to_do = vec![
        "See whether the notices before this one have one cause in common, and fix that first.".into(),
        "If nobody knows these certificates, see in CloudTrail who called RequestCertificate.".into(),
    ];
    notice
}
