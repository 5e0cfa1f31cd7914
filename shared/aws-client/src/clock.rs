//! What time it is, and how to wait: both as the SDK's configuration has them, so that a test that
//! gives the clients a virtual clock gives it to the functions too.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, default_async_sleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use jiff::Timestamp;

/// Shows the time, and waits.
#[derive(Debug, Clone)]
pub struct Clock {
    time: SharedTimeSource,
    sleep: Option<SharedAsyncSleep>,
}

impl Clock {
    /// The clock of these clients.
    pub fn of(config: &SdkConfig) -> Self {
        Self {
            time: config.time_source().unwrap_or_else(|| SharedTimeSource::new(SystemTimeSource::new())),
            sleep: config.sleep_impl().or_else(default_async_sleep),
        }
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        // A clock outside jiff's range (before the year -9999) is not a clock.
        Timestamp::try_from(self.time.now()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Waits.
    pub async fn sleep(&self, time: Duration) {
        if let Some(sleep) = &self.sleep {
            sleep.sleep(time).await;
        }
    }
}
