//! The handle that tests hold.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use jiff::{SignedDuration, Span, Timestamp};

use crate::clock::Sleepers;
use crate::faults::Faults;
use crate::places::{Place, Present, Regional};
use crate::quotas::Quotas;
use crate::{Call, Fault, Notice, PutEvent};
use crate::{acm, acme_server, apigateway, config, eventbridge, pca, route53, secrets, sns, sqs, ssm, sts};

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

/// Something that happens just before a call.
struct Hook {
    operation: String,
    left: u64,
    action: Box<dyn FnOnce(&Aws) + Send>,
}

/// Everything that the model knows.
pub(crate) struct State {
    pub(crate) now: Timestamp,
    /// Where the present call takes place, with what its services have there.
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) home: Place,
    pub(crate) elsewhere: BTreeMap<Place, Regional>,
    pub(crate) sleepers: Sleepers,
    pub(crate) faults: Faults,
    pub(crate) calls: Vec<Call>,
    pub(crate) quotas: Quotas,
    pub(crate) acm: acm::Store,
    pub(crate) acme: acme_server::Store,
    pub(crate) apigateway: apigateway::Store,
    pub(crate) pca: pca::Store,
    pub(crate) sns: sns::Store,
    pub(crate) events: eventbridge::Store,
    pub(crate) sqs: sqs::Store,
    pub(crate) secrets: secrets::Store,
    pub(crate) config: config::Store,
    pub(crate) route53: route53::Store,
    pub(crate) ssm: ssm::Store,
    pub(crate) sts: sts::Store,
    /// How long ACM's ResourceRecords take to appear; `None` for the usual time.
    pub(crate) record_delay: Option<SignedDuration>,
    /// How long AWS Private CA takes to issue.
    pub(crate) issuance_delay: SignedDuration,
    /// Whether AWS Config's recorder runs.
    pub(crate) records_configuration: bool,
    call_duration: SignedDuration,
    interleaves: bool,
    counter: u64,
}

impl State {
    /// A number that was not given before.
    pub(crate) fn next_number(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// An id of UUID form that was not given before. Later ids are greater.
    pub(crate) fn next_uuid(&mut self) -> String {
        format!("00000000-0000-4000-8000-{:012x}", self.next_number())
    }

    /// `aws`, `aws-cn` or `aws-us-gov`, from the Region.
    pub(crate) fn partition(&self) -> &'static str {
        match self.region.as_str() {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition(), self.region, self.account)
    }
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
        let state = State {
            now,
            account: account.to_owned(),
            region: region.to_owned(),
            home: Place::new(account, region),
            elsewhere: BTreeMap::new(),
            sleepers: Sleepers::default(),
            faults: Faults::default(),
            calls: Vec::new(),
            quotas: Quotas::default(),
            acm: acm::Store::default(),
            acme: acme_server::Store::default(),
            apigateway: apigateway::Store::default(),
            pca: pca::Store::default(),
            sns: sns::Store::default(),
            events: eventbridge::Store::default(),
            sqs: sqs::Store::default(),
            secrets: secrets::Store::default(),
            config: config::Store::default(),
            route53: route53::Store::default(),
            ssm: ssm::Store::default(),
            sts: sts::Store::default(),
            record_delay: None,
            issuance_delay: SignedDuration::ZERO,
            records_configuration: false,
            call_duration: SignedDuration::ZERO,
            interleaves: false,
            counter: 0,
        };
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

    // Faults

    /// The `k`-th call from now (from 1, whatever the operation) meets this fault.
    pub fn fail_call(&self, k: u64, fault: Fault) {
        self.state().faults.arm_nth(None, k, fault);
    }

    /// The `n`-th call of this operation from now (from 1) meets this fault.
    pub fn fail(&self, operation: &str, n: u64, fault: Fault) {
        self.state().faults.arm_nth(Some(operation), n, fault);
    }

    /// The next `times` calls of this operation meet this fault.
    pub fn fail_next(&self, operation: &str, times: u64, fault: Fault) {
        self.state().faults.arm_next(operation, times, fault);
    }

    /// Every call of this operation meets this fault, until [`Aws::clear_faults`].
    pub fn fail_always(&self, operation: &str, fault: Fault) {
        self.fail_next(operation, u64::MAX, fault);
    }

    /// Disarms every fault. Does not end a crash: see [`Aws::restart`].
    pub fn clear_faults(&self) {
        self.state().faults.clear();
    }

    /// Whether [`Fault::Crash`] or [`Fault::CrashAfter`] took place and nobody restarted.
    pub fn crashed(&self) -> bool {
        self.state().faults.crashed()
    }

    /// A new process takes the place of the crashed one: calls are served again.
    pub fn restart(&self) {
        self.state().faults.restart();
    }

    /// Just before the `n`-th call of this operation from now (from 1), `action` takes place:
    /// an operator changes a tag, a second renewal runs, a CA is disabled.
    pub fn before(&self, operation: &str, n: u64, action: impl FnOnce(&Self) + Send + 'static) {
        let hook = Hook { operation: operation.to_owned(), left: n, action: Box::new(action) };
        self.hooks().push(hook);
    }

    fn hooks(&self) -> MutexGuard<'_, Vec<Hook>> {
        self.shared.hooks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a call: the clock moves, hooks run.
    pub(crate) fn begin(&self, operation: &str) {
        let mut due = Vec::new();
        let mut hooks = self.hooks();
        for mut hook in std::mem::take(&mut *hooks) {
            if hook.operation == operation {
                hook.left = hook.left.saturating_sub(1);
                if hook.left == 0 {
                    due.push(hook.action);
                    continue;
                }
            }
            hooks.push(hook);
        }
        drop(hooks);
        for action in due {
            action(self);
        }
        let mut state = self.state();
        state.now = state.now.checked_add(state.call_duration).unwrap_or(state.now);
        state.sleepers.progress += 1;
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

    // What happened

    /// Every call so far, in order.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// How often each operation was called.
    pub fn call_counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for call in &self.state().calls {
            *counts.entry(call.operation.clone()).or_default() += 1;
        }
        counts
    }

    /// Every call, message and event so far, in order, without keeping them: for runs of so many calls that
    /// copies would cost time.
    pub fn take_record(&self) -> (Vec<Call>, Vec<Notice>, Vec<PutEvent>) {
        let mut state = self.state();
        let State { calls, sns, events, .. } = &mut *state;
        (std::mem::take(calls), std::mem::take(&mut sns.published), std::mem::take(&mut events.put))
    }

    /// Forgets the calls, notices and events so far (not their effects on certificates).
    pub fn forget_record(&self) {
        let mut state = self.state();
        state.calls.clear();
        state.sns.published.clear();
        state.events.put.clear();
    }

    /// Every message that SNS accepted, in order.
    pub fn published(&self) -> Vec<Notice> {
        self.state().sns.published.clone()
    }

    /// Every event that EventBridge accepted, in order.
    pub fn events(&self) -> Vec<PutEvent> {
        self.state().events.put.clone()
    }
}
