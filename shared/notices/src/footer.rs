//! The last lines of a notice for people: who sent it, and how to stop it.

use crate::foreign::foreign;
use crate::kind::Kind;
use crate::notice::Notice;

/// The last lines of the text.
pub(crate) fn footer(notice: &Notice) -> String {
    let sender = match &notice.sent_by {
        Some(function) => format!("acm-autopilot, function {},", foreign(function)),
        None => "acm-autopilot".to_owned(),
    };
    // A hub sends notices about other accounts than its own.
    let place = if notice.account_name.is_some() { "about" } else { "in" };
    let sent =
        format!("--\nSent by {sender} {place} account {}, Region {}.\n", notice.account_for_people(), notice.region);
    // A muted certificate's failed renewals are still reported.
    if notice.kind == Kind::RenewalFailed {
        return sent;
    }
    format!(
        "{sent}To mute this certificate until {}: {}\n\
         Value=off mutes it for good, Value=on ends that; failed renewals are always reported.\n",
        notice.mute_until,
        notice.mute_command()
    )
}

impl Notice {
    /// The id of the account, and its name where it has one.
    pub(crate) fn account_for_people(&self) -> String {
        match self.account_name.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => format!("{} ({})", self.account, foreign(name)),
            None => self.account.clone(),
        }
    }

    /// Mutes the certificate for a while, when it is pasted into a shell.
    pub(crate) fn mute_command(&self) -> String {
        let Self { region, certificate_arn, mute_until, .. } = self;
        format!(
            "aws acm add-tags-to-certificate --region {region} --certificate-arn {certificate_arn} \
             --tags Key=acm-autopilot:notices,Value=off-until:{mute_until}"
        )
    }

    /// Shows the certificate with all its names and records.
    pub(crate) fn describe_command(&self) -> String {
        let Self { region, certificate_arn, .. } = self;
        format!("aws acm describe-certificate --region {region} --certificate-arn {certificate_arn}")
    }
}
