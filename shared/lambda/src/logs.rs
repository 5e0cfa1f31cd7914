//! Logs on standard output, in the form that Lambda's logging controls ask for.

use lambda_runtime::tracing::subscriber::filter::{FilterFn, LevelFilter, filter_fn};
use lambda_runtime::tracing::subscriber::fmt::{self, MakeWriter};
use lambda_runtime::tracing::subscriber::layer::SubscriberExt;
use lambda_runtime::tracing::subscriber::registry;
use lambda_runtime::tracing::subscriber::util::SubscriberInitExt;
use lambda_runtime::tracing::{Metadata, Subscriber};

use crate::Environment;
use crate::json_lines::JsonLines;

/// Sends logs to standard output: JSON when the function's log format is JSON, from the level that is
/// set for the function
/// ([logging controls](https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html)).
pub(crate) fn start_logging() {
    let environment = Environment::of_process();
    let level = level(environment.optional("AWS_LAMBDA_LOG_LEVEL"));
    if environment.optional("AWS_LAMBDA_LOG_FORMAT").is_some_and(|format| format.eq_ignore_ascii_case("json")) {
        start(json(level, std::io::stdout));
    } else {
        start(text(level, std::io::stdout));
    }
}

/// Lambda has one level more than we have: FATAL. Nothing here is worse than an error.
fn level(name: Option<&str>) -> LevelFilter {
    match name {
        Some(name) if name.eq_ignore_ascii_case("fatal") => LevelFilter::ERROR,
        Some(name) => name.parse().unwrap_or(LevelFilter::INFO),
        None => LevelFilter::INFO,
    }
}

fn json<W>(level: LevelFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    registry().with(JsonLines::new(writer)).with(shown_from(level))
}

fn text<W>(level: LevelFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    registry().with(fmt::layer().with_target(false).without_time().with_writer(writer)).with(shown_from(level))
}

/// What is shown: events of this level or a higher one. The span of a request is kept at every level, since a
/// warning without its request is worth little.
fn shown_from(level: LevelFilter) -> FilterFn<impl Fn(&Metadata<'_>) -> bool> {
    filter_fn(move |metadata: &Metadata<'_>| {
        if metadata.is_span() {
            return metadata.target() == "lambda_runtime::layers::trace";
        }
        *metadata.level() <= level && !repeats_an_error(metadata)
    })
    .with_max_level_hint(level.max(LevelFilter::INFO))
}

/// The runtime logs each error of ours once more, as Rust's debug text. A panic, which it logs at the same place, has a
/// field `error` and is shown.
fn repeats_an_error(metadata: &Metadata<'_>) -> bool {
    metadata.target() == "lambda_runtime::layers::panic" && metadata.fields().field("error").is_none()
}

/// Fails only when there is a subscriber already, which then has the logs.
fn start(subscriber: impl Subscriber + Send + Sync + 'static) {
    let _ = subscriber.try_init();
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use serde_json::Value;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// The lines that this code logs, as JSON.
    pub(crate) fn lines_of(level: LevelFilter, code: impl FnOnce()) -> Vec<Value> {
        let lines = Lines::default();
        let writer = lines.clone();
        tracing::subscriber::with_default(json(level, move || writer.clone()), code);
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn request_span() -> tracing::Span {
        tracing::info_span!(
            target: "lambda_runtime::layers::trace", "Lambda runtime invoke", requestId = "r-1", xrayTraceId = "x-1"
        )
    }

    #[test]
    fn a_warning_names_its_request_at_every_level() {
        for level in [LevelFilter::INFO, LevelFilter::WARN, LevelFilter::ERROR] {
            let lines = lines_of(level, || {
                let _request = request_span().entered();
                tracing::info!(outcome = "notified");
                tracing::error!(outcome = "failed");
            });
            assert_eq!(lines.len(), if level == LevelFilter::INFO { 2 } else { 1 }, "{lines:?}");
            assert!(lines.iter().all(|line| line["requestId"] == "r-1" && line["xrayTraceId"] == "x-1"), "{lines:?}");
        }
    }

    #[test]
    fn spans_of_others_are_not_shown() {
        let lines = lines_of(LevelFilter::TRACE, || {
            let _call = tracing::info_span!("invoke", service = "acm").entered();
            tracing::info!(outcome = "notified");
        });
        assert_eq!(lines[0].get("service"), None);
    }

    #[test]
    fn lambdas_levels_are_known() {
        for (name, expected) in [
            (None, LevelFilter::INFO),
            (Some("WARN"), LevelFilter::WARN),
            (Some("debug"), LevelFilter::DEBUG),
            (Some("FATAL"), LevelFilter::ERROR),
            (Some("loud"), LevelFilter::INFO),
        ] {
            assert_eq!(level(name), expected, "{name:?}");
        }
    }
}
