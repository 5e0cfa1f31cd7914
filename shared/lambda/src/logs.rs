//! Logs on standard output, in the form that Lambda's logging controls ask for.

use lambda_runtime::tracing::subscriber::filter::LevelFilter;
use lambda_runtime::tracing::subscriber::fmt::MakeWriter;
use lambda_runtime::tracing::subscriber::util::SubscriberInitExt;
use lambda_runtime::tracing::{Subscriber, subscriber};

use crate::Environment;

/// Sends logs to standard output: JSON when the function's log format is JSON, from the level that is
/// set for the function
/// ([logging controls](https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html)).
pub fn start_logging() {
    let environment = Environment::of_process();
    let level = environment.optional("AWS_LAMBDA_LOG_LEVEL").and_then(|level| level.parse().ok());
    let level = level.unwrap_or(LevelFilter::INFO);
    if environment.optional("AWS_LAMBDA_LOG_FORMAT").is_some_and(|format| format.eq_ignore_ascii_case("json")) {
        start(json(level, std::io::stdout));
    } else {
        start(subscriber::fmt().with_max_level(level).with_target(false).without_time().finish());
    }
}

/// One object a line with `timestamp`, `level` and the keys of the event itself, not nested: Lambda
/// takes a line without `timestamp` for INFO, and people filter by `certificate_arn`.
fn json<W>(level: LevelFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    subscriber::fmt().json().flatten_event(true).with_max_level(level).with_target(false).with_writer(writer).finish()
}

/// Fails only when there is a subscriber already, which then has the logs.
fn start(subscriber: impl Subscriber + Send + Sync + 'static) {
    let _ = subscriber.try_init();
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::Value;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn keys_stand_at_the_top_beside_time_and_level() {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = json(LevelFilter::INFO, move || writer.clone());
        tracing::subscriber::with_default(subscriber, || {
            tracing::error!(certificate_arn = "arn:aws:acm:x", outcome = "failed");
            tracing::debug!("too low");
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        let line: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&line["certificate_arn"], &line["outcome"]), (&"arn:aws:acm:x".into(), &"failed".into()));
        assert_eq!(line["level"], "ERROR");
        assert!(line["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{line}");
    }
}
