//! What tools write into secrets, and what it means.

use jiff::SignedDuration;
use simulated_aws::{Aws, Certificate, CertificateSpec, Key, PrivateKey};

use super::{Content, Issued, key_material};
use crate::model_state::ModelState;
use crate::place::is_in_hub;
use crate::population::Blueprint;

/// What is written into a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// A new certificate for the names of the present one.
    Newer,
    /// The certificate that is in place.
    PresentAgain,
    /// One that expires before the present one.
    Older,
    /// A new one that lacks the present names.
    OtherNames,
    /// A new one with a name more.
    MoreNames,
    OtherKey,
    /// A new one of a CA that did not issue the present one.
    OtherIssuer,
    Placeholder,
    /// A new one whose key is cut off.
    CutOff,
    Password,
}

impl Written {
    /// What a tool writes before it delivers at last.
    pub(crate) const BROKEN: [Self; 9] = [
        Self::PresentAgain,
        Self::PresentAgain,
        Self::Older,
        Self::OtherNames,
        Self::MoreNames,
        Self::OtherKey,
        Self::OtherIssuer,
        Self::Placeholder,
        Self::CutOff,
    ];
}

/// Writes a new version, and sends the events of that.
pub(super) fn write(aws: &Aws, state: &mut ModelState, name: &str, written: Written) {
    let now = aws.now();
    let secret = &state.secrets.all[name];
    let (arn, certificate) = (secret.arn.clone(), secret.certificate.clone());
    let tracked = &state.certificates[&certificate];
    let (blueprint, present) = (tracked.blueprint.clone(), tracked.seen.clone());
    let issued = issue(aws, &blueprint, &present, written);
    // The grants of spokes let it.
    let issuer_may_change = state.issuer_may_change || !is_in_hub(&certificate);
    let (value, content) = value(issued.as_ref(), written, issuer_may_change);
    if let Some(issued) = &issued {
        state.secrets.issued_for.entry(issued.serial.clone()).or_insert(certificate);
        state.secrets.keys.extend(key_material::fragment(issued));
    }
    aws.set_secret_value(name, &value);
    super::actions::change(aws, state, name, |secret| {
        secret.content = content;
        (secret.written, secret.is_prompt) = (now, true);
    });
    if written == Written::Newer {
        let expiry = issued.map_or(now, |issued| issued.not_after);
        state.secrets.all.entry(name.to_owned()).and_modify(|secret| secret.tool.expiry = expiry);
    }
    let events = state.secret_events.written(name, &arn, now);
    state.operator_events.extend(events);
}

/// The certificate that is written, if one is.
fn issue(aws: &Aws, blueprint: &Blueprint, present: &Certificate, written: Written) -> Option<Certificate> {
    let days = blueprint.days;
    let spec = |blueprint: &Blueprint| blueprint.spec(aws, days, 0);
    let names = |names: Vec<String>| Blueprint { names, ..blueprint.clone() };
    let spec: CertificateSpec = match written {
        Written::PresentAgain => return Some(present.clone()),
        Written::Placeholder | Written::Password => return None,
        Written::Newer | Written::CutOff => spec(blueprint),
        Written::Older => {
            let earlier = present.not_after - SignedDuration::from_hours(24);
            spec(blueprint).not_before(earlier.min(aws.now()) - SignedDuration::from_hours(24)).not_after(earlier)
        }
        Written::OtherNames => spec(&names(vec!["login.bank.example".to_owned()])),
        Written::MoreNames => {
            let more = blueprint.names.iter().cloned().chain(["login.bank.example".to_owned()]);
            spec(&names(more.collect()))
        }
        Written::OtherKey => spec(blueprint).key(if blueprint.key == Key::P384 { Key::P256 } else { Key::P384 }),
        // The one outside AWS.
        Written::OtherIssuer => Blueprint { issuer: String::new(), ..blueprint.clone() }.spec(aws, days, 0),
    };
    Some(aws.issue_outside(&spec))
}

/// The secret's value, and what it means.
fn value(issued: Option<&Certificate>, written: Written, issuer_may_change: bool) -> (String, Content) {
    let canary = key_material::CANARY;
    let Some(issued) = issued else {
        return match written {
            Written::Password => (format!(r#"{{"password": "{canary}"}}"#), Content::SomethingElse),
            _ => ("NotGenerated".to_owned(), Content::NotYet),
        };
    };
    let (leaf, chain) = (issued.pem.as_deref().unwrap_or_default(), issued.chain.as_deref().unwrap_or_default());
    let key = issued.private_key.as_ref().map(PrivateKey::pem).unwrap_or_default();
    let text = format!("{leaf}{chain}{key}");
    let fits = match written {
        Written::OtherNames | Written::MoreNames | Written::OtherKey => false,
        Written::OtherIssuer => issuer_may_change,
        _ => true,
    };
    let certificate = Content::Certificate(Issued {
        serial: issued.serial.clone(),
        not_before: issued.not_before,
        not_after: issued.not_after,
        fits,
        only_after: (!issuer_may_change).then(|| issued.issuer.clone()),
    });
    match written {
        Written::CutOff => (text[..text.len() - 40].to_owned(), Content::NotYet),
        Written::PresentAgain if key.is_empty() => ("NotGenerated".to_owned(), Content::NotYet),
        Written::PresentAgain | Written::Older => (text, Content::NotYet),
        _ => (text, certificate),
    }
}
