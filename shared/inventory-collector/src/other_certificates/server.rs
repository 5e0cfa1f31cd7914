//! IAM's server certificates.

use std::collections::HashMap;

use aws_client::CallError;
use aws_sdk_iam::Client;
use aws_sdk_iam::types::{ServerCertificate, ServerCertificateMetadata};
use certificates::rfc5280_time;
use inventory::{Entry, Kind, Reading, Shard};
use jiff::Timestamp;

use super::body;
use crate::certificates::bare;
use crate::unreadable::unreadable;

const LIST: &str = "iam:ListServerCertificates";
const GET: &str = "iam:GetServerCertificate";
/// The most that ListServerCertificates takes
/// ([MaxItems](https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServerCertificates.html)).
const PAGE: i32 = 1000;

/// What became of a server certificate that was read.
#[derive(Debug)]
pub(crate) enum Deepened {
    /// The entry has what it shows.
    Read,
    /// It was deleted since it was listed.
    Gone,
    /// The entry says why, unless it has what an earlier call showed.
    Failed(CallError),
}

/// All of them. The list has neither names nor tags.
///
/// # Errors
/// A page could not be read. Part of the list is never an answer.
pub(super) async fn list(client: &Client) -> Result<Vec<Entry>, CallError> {
    let (mut all, mut marker) = (Vec::new(), None);
    loop {
        let call = client.list_server_certificates().max_items(PAGE).set_marker(marker);
        let page = call.send().await.map_err(|error| CallError::new(LIST, &error))?;
        all.extend(page.server_certificate_metadata_list().iter().map(listed));
        marker = match (page.is_truncated, page.marker) {
            (false, _) => return Ok(all),
            (true, None) => return Err(CallError::incomplete_answer(LIST, "Marker")),
            (true, next) => next,
        };
    }
}

fn listed(one: &ServerCertificateMetadata) -> Entry {
    Entry {
        id: Some(one.server_certificate_id().to_owned()),
        not_after: one.expiration().and_then(|at| rfc5280_time(at.secs(), 0)),
        created_at: one.upload_date().and_then(|at| rfc5280_time(at.secs(), 0)),
        ..bare(one.arn(), Kind::IamServer, one.server_certificate_name())
    }
}

/// Whether its certificate and tags were not read yet. Tags that change later are read again after a week.
pub(crate) fn is_due(entry: &Entry, now: Timestamp) -> bool {
    let is_recent = |as_of: Timestamp| now.duration_since(as_of) < jiff::SignedDuration::from_hours(7 * 24);
    let read = matches!(&entry.tags, Reading::Known { as_of, .. } if is_recent(*as_of));
    entry.kind == Kind::IamServer && !read
}

/// Reads names, key, issuer, chain and tags, with one call.
pub(crate) async fn deepen(client: &Client, entry: &mut Entry, at: Timestamp) -> Deepened {
    let call = client.get_server_certificate().server_certificate_name(&entry.name).send().await;
    match call {
        Ok(answer) => match &answer.server_certificate {
            Some(read) => set(entry, read, at),
            None => failed(entry, CallError::incomplete_answer(GET, "ServerCertificate")),
        },
        Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_entity_exception()) => {
            Deepened::Gone
        }
        Err(error) => failed(entry, CallError::new(GET, &error)),
    }
}

fn set(entry: &mut Entry, read: &ServerCertificate, as_of: Timestamp) -> Deepened {
    // Another one may have been uploaded under the same name since: the next listing has it.
    let arn = read.server_certificate_metadata().map(|metadata| (metadata.arn(), metadata.upload_date()));
    let is_same = arn.is_some_and(|(arn, uploaded)| {
        arn == entry.arn && uploaded.and_then(|at| rfc5280_time(at.secs(), 0)) == entry.created_at
    });
    if !is_same {
        return Deepened::Gone;
    }
    body::set(entry, GET, read.certificate_body(), read.certificate_chain(), as_of);
    let tags = read.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect();
    entry.tags = Reading::Known { value: tags, as_of };
    Deepened::Read
}

fn failed(entry: &mut Entry, error: CallError) -> Deepened {
    let why = unreadable(&error);
    set_unread(&mut entry.identity, &why);
    set_unread(&mut entry.chain, &why);
    set_unread(&mut entry.tags, &why);
    Deepened::Failed(error)
}

fn set_unread<T>(reading: &mut Reading<T>, why: &inventory::Unreadable) {
    if reading.known().is_none() {
        *reading = Reading::Unreadable(why.clone());
    }
}

/// Keeps what was read earlier, with its age. The certificate under an ARN is another one when its dates are others.
pub(crate) fn keep(entries: &mut [Entry], previous: &Shard) {
    let is_server = |entry: &&Entry| entry.kind == Kind::IamServer;
    let earlier = previous.entries.iter().filter(is_server);
    let earlier: HashMap<&str, &Entry> = earlier.map(|entry| (entry.arn.as_str(), entry)).collect();
    for entry in entries.iter_mut().filter(|entry| entry.kind == Kind::IamServer) {
        let is_same =
            |earlier: &&&Entry| (earlier.created_at, earlier.not_after) == (entry.created_at, entry.not_after);
        if let Some(earlier) = earlier.get(entry.arn.as_str()).filter(is_same) {
            *entry = Entry { uses: Vec::new(), ..(*earlier).clone() };
        }
    }
}
