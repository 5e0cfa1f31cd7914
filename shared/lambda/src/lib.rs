//! What every function does the same way: start, configuration, logs, metrics, and how a failure
//! reaches the platform.

mod configuration;
mod endpoint;
mod json_lines;
mod logs;
mod metrics;
mod payload;
pub mod rotation;
mod run;
mod settings;

pub use configuration::{ConfigurationError, Environment};
pub use json_lines::json;
pub use metrics::{METRICS_NAMESPACE, Metrics};
pub use payload::{UnreadableEvent, read_event};
pub use run::{Invocation, InvocationError, RetryableError, StartError, configure, run, start};
