//! The handle that tests hold.

mod faults;
mod happened;
mod origins;
mod state;

use std::sync::{Arc, Mutex, PoisonError};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use jiff::{SignedDuration, Span, Timestamp};

use crate::places::{Place, Present};
use faults::Hook;
pub(crate) use state::State;

/// The Region unless a test says otherwise.
const REGION: &str = "us-east-1";
/// The account unless a test says otherwise.
const ACCOUNT: &str = "123456789012";

/// AWS as one account sees it in one Region, and the SDK's HTTP client. Clones share everything; [`Aws::scoped`] gives
/// what another account sees, or the same one in another Region.
#[derive(Clone)]
pub struct Aws {
    shared: Arc<Shared>,
    /// Where this handle acts, when that is not the model's home.
    place: Option<Arc<Place>>,
}

struct Shared {
    state: Mutex<State>,
    hooks: Mutex<Vec<Hook>>,
}

impl std::fmt::Debug for Aws {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Aws(simulated)")
    }
}

impl Aws {
    /// An empty account 123456789012 in us-east-1, with its clock at `now`.
    ///
    /// Seeds this thread's `fastrand`, from which the SDK takes the jitter of its back-off, so that
    /// virtual time passes the same way in every run.
    pub fn new(now: Timestamp) -> Self {
        Self::in_account(now, ACCOUNT, REGION)
    }

    /// An empty account.
    pub fn in_account(now: Timestamp, account: &str, region: &str) -> Self {
        fastrand::seed(0);
        let state = State::new(now, account, region);
        Self { shared: Arc::new(Shared { state: Mutex::new(state), hooks: Mutex::new(Vec::new()) }), place: None }
    }

    /// The same AWS as this account sees it in this Region: what is set up, called and asked for with this handle is
    /// there, and empty at first. The clock, the record of calls, the faults and the public DNS are shared.
    pub fn scoped(&self, account: &str, region: &str) -> Self {
        Self { shared: self.shared.clone(), place: Some(Arc::new(Place::new(account, region))) }
    }

    pub(crate) fn state(&self) -> Present<'_> {
        // A test that panics while it holds the lock has failed already; others may go on.
        let mut state = Present(self.shared.state.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(place) = &self.place {
            state.enter(&place.account, &place.region);
        }
        state
    }

    /// The account's id.
    pub fn account(&self) -> String {
        self.state().account.clone()
    }

    /// The Region.
    pub fn region(&self) -> String {
        self.state().region.clone()
    }

    // Clock

    /// Virtual time.
    pub fn now(&self) -> Timestamp {
        self.state().now
    }

    /// Sets the clock.
    pub fn set_time(&self, now: Timestamp) {
        let mut state = self.state();
        state.now = now;
        state.sleepers.progress += 1;
    }

    /// Moves the clock. Days are of 24 hours.
    pub fn advance(&self, span: Span) {
        let days = span.get_days();
        let rest = span.days(0);
        let now = self.now();
        let later = now
            .checked_add(SignedDuration::from_hours(24 * i64::from(days)))
            .and_then(|later| later.checked_add(rest))
            .expect("a span of weeks, months or years has no fixed length; use days");
        self.set_time(later);
    }

    /// Lets each call take this much virtual time (default: none).
    pub fn set_call_duration(&self, duration: SignedDuration) {
        self.state().call_duration = duration;
    }

    /// The virtual clock for code that takes a time source.
    pub fn time_source(&self) -> SharedTimeSource {
        SharedTimeSource::new(self.clone())
    }

    /// A sleep that moves the virtual clock and costs no wall time.
    pub fn sleep_impl(&self) -> SharedAsyncSleep {
        SharedAsyncSleep::new(self.clone())
    }

    // Clients

    /// The HTTP client to give to an SDK configuration.
    pub fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// A configuration for SDK clients: this HTTP client, clock and Region, static credentials, and the
    /// SDK's standard retries (three attempts).
    pub fn sdk_config(&self) -> SdkConfig {
        let credentials = Credentials::new("AKIDSIMULATED", "simulated", None, None, "simulated-aws");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(self.region()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(self.http_client())
            .time_source(self.clone())
            .sleep_impl(self.clone())
            .retry_config(RetryConfig::standard())
            .build()
    }

    /// From now on every call lets the other tasks run first. Without this, calls are answered at once, and
    /// of two futures that are joined the first runs to completion before the second starts.
    pub fn interleave(&self) {
        self.set_interleaving(true);
    }

    /// Whether calls let the other tasks run first, as [`Aws::interleave`] says.
    pub fn set_interleaving(&self, interleaves: bool) {
        self.state().interleaves = interleaves;
    }

    pub(crate) fn interleaves(&self) -> bool {
        self.state().interleaves
    }

    /// From now on calls over AWS's published rates are throttled.
    pub fn enforce_quotas(&self) {
        self.state().quotas.enforced = true;
    }
}
