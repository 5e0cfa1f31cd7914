//! What only DescribeCertificate and GetCertificate show, certificate by certificate.

mod due;
mod facts;
mod read;
mod server_certificates;

use futures::StreamExt;
use inventory::{Entry, Reading, Shard, Unreadable};
use jiff::Timestamp;

use crate::certificates::is_of_acm;
use crate::clients::Clients;
use crate::merge;
use crate::unreadable::unreadable;
use read::{Description, Reader};

/// Certificates that are read at the same time: an answer may take eight tenths of a second before it keeps others from
/// being asked for at ten a second.
const AT_ONCE: usize = 8;

/// How far a deep pass came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeepPass {
    /// Certificates that were described.
    pub read: usize,
    /// Certificates whose description is missing or older than a week.
    pub left: usize,
}

/// Describes what is due until `latest`.
pub(crate) async fn run(clients: &Clients, shard: &mut Shard, latest: Timestamp) -> DeepPass {
    let reader = Reader::new(clients, latest);
    let due = due::in_order(&shard.entries, clients.clock.now());
    let mut answers = futures::stream::iter(due).map(|due| reader.read(due)).buffer_unordered(AT_ONCE);
    let (mut gone, mut read) = (Vec::new(), 0);
    while let Some((place, answer)) = answers.next().await {
        match &answer.description {
            Description::Read(_) => read += 1,
            Description::Gone => gone.push(shard.entries[place].arn.clone()),
            Description::OutOfTime | Description::Failed(_) => {}
        }
        facts::set(&mut shard.entries[place], answer, shard.header.taken_at, clients.clock.now());
        if reader.describe.is_hopeless() {
            break;
        }
    }
    drop(answers);
    shard.entries.retain(|entry| !gone.contains(&entry.arn));
    if let Some(denied) = reader.describe.denied() {
        mark_unread(shard, &unreadable(&denied));
    }
    read += server_certificates::read(clients, shard, latest).await;
    finish(shard, read, clients.clock.now())
}

/// Those that nobody asked for any more.
fn mark_unread(shard: &mut Shard, denied: &Unreadable) {
    let is_open = |entry: &&mut Entry| is_of_acm(entry.kind) && entry.described == Reading::NotAsked;
    shard.entries.iter_mut().filter(is_open).for_each(|entry| facts::set_unread(entry, denied));
}

fn finish(shard: &mut Shard, read: usize, now: Timestamp) -> DeepPass {
    shard.entries.iter_mut().for_each(merge::replace_in_use_by);
    merge::set_unused(&mut shard.entries, &shard.header.sources, now);
    let is_left = |entry: &&Entry| due::lacks_description(entry, now) || server_certificates::is_left(entry, now);
    let left = shard.entries.iter().filter(is_left).count();
    DeepPass { read, left }
}
