//! The private key: made in memory or read from a secret, given to ImportCertificate, and nowhere else.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use simulated_aws::Fault;
use tracing_subscriber::fmt::MakeWriter;

use crate::checks::no_key;
use crate::world::{World, due};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Everything that is logged until the guard is dropped.
    fn capture() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(log.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test(flavor = "current_thread")]
async fn no_log_line_of_any_level_holds_a_private_key() {
    let (log, guard) = Log::capture();
    // A renewal, one whose import is refused, and one whose import needs several tries.
    for fault in [None, Some(Fault::AccessDenied), Some(Fault::Throttled)] {
        let world = World::new();
        let arn = world.insert(due());
        if let Some(fault) = fault {
            world.aws.fail("ImportCertificate", 1, fault);
        }
        world.request(&arn).await.unwrap();
        assert!(world.count("ImportCertificate") >= 1);
        world.check_messages();
    }
    drop(guard);
    let log = log.text();
    assert!(log.contains("transmitting request") && log.contains("renewal-failed"), "the log was captured");
    no_key(&log);
}

/// Neither does the answer of Secrets Manager, nor what is wrong with it.
#[tokio::test(flavor = "current_thread")]
async fn no_log_line_of_any_level_holds_the_value_of_a_secret() {
    let (good, bad) = (World::new(), World::new());
    let (arn, other) = (good.delivered().await, bad.delivered().await);
    bad.write(&format!("{}-----BEGIN PRIVATE KEY-----\\nMIGHAgEAMBMG\\n-----END PRIVATE KEY-----", "x".repeat(40)))
        .await;
    let (log, guard) = Log::capture();
    good.renew(&arn).await;
    bad.request(&other).await.unwrap();
    drop(guard);
    let log = log.text();
    assert!(log.contains("transmitting request") && log.contains("DescribeSecret"), "the log was captured");
    no_key(&log);
    assert!(!log.contains("MIGHAgEAMBMG") && !log.contains(&"x".repeat(40)));
}

#[tokio::test]
async fn every_renewal_has_a_key_of_its_own() {
    let world = World::new();
    let mut keys = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let arn = world.insert(due());
        world.renew(&arn).await;
        keys.insert(world.certificate(&arn).private_key.unwrap().pem());
    }
    assert_eq!(keys.len(), 3);
}
