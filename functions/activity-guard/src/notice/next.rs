//! What happens without anybody's help.

use crate::policy::ActKind;
use crate::report::Reported;

pub(super) fn what_happens_next(act: &Reported) -> &'static str {
    match act.kind {
        ActKind::ValidationRecordDeleted => {
            "dns-validation creates the record again with its next sweep, where it may write into the zone. If somebody deletes it \
             again, you get another notice."
        }
        ActKind::CertificateRequested => {
            "If nobody validates its domains within 72 hours, the request fails and nothing is issued."
        }
        ActKind::CaDeleted => "After its restoration period AWS deletes the CA and its key for good.",
        ActKind::AutopilotTagsChanged => {
            "expiry-events and imported-renewal correct what they can see to be wrong with their next sweep."
        }
        _ => {
            "Nothing happens automatically. The same act by the same principal within this hour comes as one notice at its end."
        }
    }
}
