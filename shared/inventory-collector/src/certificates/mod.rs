//! What ACM has: certificates with their identities and tags, and ACME endpoints.

mod acme;
mod entry;
mod identities;
mod previous;

use std::collections::HashMap;

use acm::Listing;
use certificates::CertificateArn;
use inventory::{Reading, Source, SourceReading, Tags, Unreadable};
use jiff::Timestamp;

use crate::clients::Clients;
use crate::found::Found;
use crate::unreadable::unreadable;

pub(crate) use acme::endpoints;
pub(crate) use entry::{bare, is_of_acm};
pub(crate) use previous::keep;

type ByArn<T> = HashMap<CertificateArn, T>;

/// Reads the certificates of ACM, each with its identity and tags.
pub(crate) async fn certificates(clients: &Clients, asked: &impl Fn(Source) -> bool, at: Timestamp) -> Found {
    let (listing, identities, tags) = futures::join!(
        reading(asked(Source::Certificates), at, async {
            acm::list(&clients.acm).await.map_err(|error| unreadable(&error))
        }),
        reading(asked(Source::Identities), at, async {
            identities::search(&clients.acm, &clients.pace.search).await.map_err(|error| unreadable(&error))
        }),
        reading(asked(Source::Tags), at, tags(clients)),
    );
    let listed = listing.known().map_or(&[][..], |listing| &listing.certificates);
    let complete = |summary| {
        let mut entry = entry::from_summary(summary);
        entry.identity = of_certificate(&identities, &summary.arn, Absent::Unknown);
        entry.tags = of_certificate(&tags, &summary.arn, Absent::Empty);
        entry
    };
    let entries = listed.iter().map(complete).collect();
    let sources = [
        (Source::Certificates, listed_count(&listing)),
        (Source::Identities, counted(&identities, HashMap::len)),
        (Source::Tags, counted(&tags, HashMap::len)),
    ];
    Found { entries, uses: HashMap::new(), sources: asked_ones(sources) }
}

/// Runs a list if it is asked for.
pub(crate) async fn reading<T>(
    asked: bool,
    as_of: Timestamp,
    list: impl Future<Output = Result<T, Unreadable>>,
) -> Reading<T> {
    if !asked {
        return Reading::NotAsked;
    }
    match list.await {
        Ok(value) => Reading::Known { value, as_of },
        Err(unreadable) => Reading::Unreadable(unreadable),
    }
}

/// How a source answered, for the header.
pub(crate) fn counted<T>(reading: &Reading<T>, count: impl Fn(&T) -> usize) -> Reading<u64> {
    match reading {
        Reading::Known { value, as_of } => {
            Reading::Known { value: u64::try_from(count(value)).unwrap_or(u64::MAX), as_of: *as_of }
        }
        Reading::Unreadable(unreadable) => Reading::Unreadable(unreadable.clone()),
        Reading::NotAsked => Reading::NotAsked,
    }
}

/// A source that was not asked is not in the header.
pub(crate) fn asked_ones(sources: impl IntoIterator<Item = (Source, Reading<u64>)>) -> Vec<SourceReading> {
    let asked = sources.into_iter().filter(|(_, found)| *found != Reading::NotAsked);
    asked.map(|(source, found)| SourceReading { source, found }).collect()
}

async fn tags(clients: &Clients) -> Result<ByArn<Tags>, Unreadable> {
    let all = tagged_certificates::list_tags(&clients.tagging, &clients.pace.tags).await;
    let owned = |tags: certificates::tags::Tags| {
        tags.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect::<Tags>()
    };
    let all = all.map_err(|error| unreadable(&error))?;
    Ok(all.into_iter().map(|(arn, tags)| (arn, owned(tags))).collect())
}

/// What it means that a list does not have a certificate.
#[derive(Clone, Copy)]
enum Absent {
    /// GetResources has "resources that are currently tagged, or have ever been tagged": the others have no tags.
    Empty,
    /// Whether SearchCertificates shows Amazon N2 certificates and those of ACME clients without being asked for them is
    /// unverified. The deep pass reads what it did not show.
    Unknown,
}

fn of_certificate<T: Clone + Default>(all: &Reading<ByArn<T>>, arn: &CertificateArn, absent: Absent) -> Reading<T> {
    match all {
        Reading::Known { value, as_of } => match (value.get(arn), absent) {
            (Some(value), _) => Reading::Known { value: value.clone(), as_of: *as_of },
            (None, Absent::Empty) => Reading::Known { value: T::default(), as_of: *as_of },
            (None, Absent::Unknown) => Reading::NotAsked,
        },
        Reading::Unreadable(unreadable) => Reading::Unreadable(unreadable.clone()),
        Reading::NotAsked => Reading::NotAsked,
    }
}

/// A listing with entries that cannot be read is not complete, and says so.
fn listed_count(listing: &Reading<Listing>) -> Reading<u64> {
    let strange = listing.known().map_or(0, |listing| listing.unreadable.len());
    if strange == 0 {
        return counted(listing, |listing| listing.certificates.len());
    }
    Reading::Unreadable(Unreadable {
        code: "MalformedAnswer".to_owned(),
        action: "acm:ListCertificates".to_owned(),
        explanation: format!(
            "ACM listed {strange} certificates whose ARNs this program cannot read. They are missing here. Update the \
             program, or report this."
        ),
    })
}
