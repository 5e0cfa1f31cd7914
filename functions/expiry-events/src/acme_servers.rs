//! ACME servers, reached with patience that does not delay a sweep.

use std::collections::HashMap;
use std::pin::pin;
use std::time::Duration;

use acme::settings::AcmeDirectory;
use acme::{Connection, Server};
use aws_client::Clock;
use futures::future::{Either, select};
use futures::lock::Mutex;
use jiff::{SignedDuration, Timestamp};

/// A request that takes longer counts as none.
const LONGEST_REQUEST: Duration = Duration::from_secs(5);
/// A server that does not answer is left alone for this time: not every certificate of a sweep waits for it.
const UNREACHABLE_FOR: SignedDuration = SignedDuration::from_hours(1);
/// Directories hardly ever change.
const DIRECTORY_LASTS: SignedDuration = SignedDuration::from_hours(24);

#[derive(Debug)]
pub(crate) struct AcmeServers {
    connection: Connection,
    clock: Clock,
    opened: Mutex<HashMap<String, Opened>>,
}

/// A server whose directory was read, or none while it is left alone.
#[derive(Debug)]
struct Opened {
    server: Option<Server>,
    until: Timestamp,
}

impl AcmeServers {
    pub(crate) fn new(connection: Connection, clock: Clock) -> Self {
        Self { connection, clock, opened: Mutex::default() }
    }

    /// What a server answers to this request; `None` when it is not available, or takes too long.
    pub(crate) async fn ask<T>(&self, directory: &AcmeDirectory, request: impl AsyncFnOnce(Server) -> T) -> Option<T> {
        let server = self.open(directory).await?;
        let answer = self.limited(request(server)).await;
        if answer.is_none() {
            self.keep(&mut *self.opened.lock().await, directory, warn(directory, "no answer in time"));
        }
        answer
    }

    /// One at a time: others that ask for the same server need not open it too.
    async fn open(&self, directory: &AcmeDirectory) -> Option<Server> {
        let mut all = self.opened.lock().await;
        if let Some(opened) = all.get(&directory.name).filter(|opened| self.clock.now() < opened.until) {
            return opened.server.clone();
        }
        let server = match self.limited(self.connection.open(directory, self.clock.clone())).await {
            Some(Ok(server)) => Some(server),
            Some(Err(error)) => warn(directory, &error.to_string()),
            None => warn(directory, "no answer in time"),
        };
        self.keep(&mut all, directory, server.clone());
        server
    }

    fn keep(&self, all: &mut HashMap<String, Opened>, directory: &AcmeDirectory, server: Option<Server>) {
        let lasts = if server.is_some() { DIRECTORY_LASTS } else { UNREACHABLE_FOR };
        all.insert(directory.name.clone(), Opened { server, until: self.clock.now() + lasts });
    }

    async fn limited<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        match select(pin!(work), pin!(self.clock.sleep(LONGEST_REQUEST))).await {
            Either::Left((done, _)) => Some(done),
            Either::Right(_) => None,
        }
    }
}

fn warn(directory: &AcmeDirectory, why: &str) -> Option<Server> {
    tracing::warn!(directory = directory.name, reason = "acme-server-not-available", "{why}");
    None
}
