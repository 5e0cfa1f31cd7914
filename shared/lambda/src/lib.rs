//! What every function does the same way: start, configuration, logs, metrics, and how a failure
//! reaches the platform.

mod configuration;
mod logs;
mod metrics;
mod run;

pub use configuration::{ConfigurationError, Environment};
pub use logs::start_logging;
pub use metrics::Metrics;
pub use run::{Failure, Invocation, InvocationError, StartError, configure, configured, run};
