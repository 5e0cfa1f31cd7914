//! What every function does the same way: start, configuration, logs, metrics, and how a failure
//! reaches the platform.

mod batch;
mod configuration;
mod configuration_error;
mod endpoint;
mod json_lines;
mod logs;
mod metrics;
mod payload;
mod retryable_error;
pub mod rotation;
mod run;
mod settings;
mod sqs;
mod sweep_schedule;

pub use batch::{Batch, PartialFailure};
pub use configuration::Environment;
pub use configuration_error::ConfigurationError;
pub use json_lines::json;
pub use metrics::{METRICS_NAMESPACE, Metrics};
pub use payload::{UnreadableEvent, read_event};
pub use retryable_error::RetryableError;
pub use run::{Invocation, InvocationError, StartError, configure, run, start};
pub use sqs::{BatchAnswer, BatchItemFailure, InvalidBatch, SqsMessage};
pub use sweep_schedule::SweepSchedule;
