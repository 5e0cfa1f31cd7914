//! One JSON object a line, which CloudWatch Logs Insights can query.

use std::fmt::{self, Debug, Display};
use std::io::Write;
use std::time::SystemTime;

use jiff::Timestamp;
use lambda_runtime::tracing::field::{Field, Visit};
use lambda_runtime::tracing::span::{Attributes, Id, Record};
use lambda_runtime::tracing::subscriber::Layer;
use lambda_runtime::tracing::subscriber::fmt::MakeWriter;
use lambda_runtime::tracing::subscriber::layer::Context;
use lambda_runtime::tracing::subscriber::registry::LookupSpan;
use lambda_runtime::tracing::{Event, Subscriber};
use serde::Serialize;
use serde_json::{Map, Value};

/// A value to log as JSON, not as a text that holds JSON: `tracing::info!(actions = %lambda::json(&actions))`.
pub fn json<T: Serialize>(value: &T) -> impl Display + use<T> {
    Nested(serde_json::to_value(value).unwrap_or_default())
}

struct Nested(Value);

impl Display for Nested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, f)
    }
}

/// Writes each event as one line with `timestamp`, `level`, the fields of the event and those of the spans that it
/// happened in (`requestId`), all at the top: Lambda takes a line without `timestamp` for INFO, and people filter by
/// `certificate_arn` and `requestId`.
pub(crate) struct JsonLines<W>(W);

impl<W> JsonLines<W> {
    pub(crate) fn new(writer: W) -> Self {
        Self(writer)
    }
}

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Fields::default();
        event.record(&mut line);
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(fields) = span.extensions().get::<Fields>() {
                line.0.extend(fields.0.clone());
            }
        }
        line.0.insert("timestamp".into(), now().into());
        line.0.insert("level".into(), event.metadata().level().as_str().into());
        let text = format!("{}\n", Value::Object(line.0));
        // A log that cannot be written must not fail the work that it reports.
        let _ = self.0.make_writer_for(event.metadata()).write_all(text.as_bytes());
    }
}

#[expect(clippy::disallowed_methods, reason = "a line is written when it is written, whatever clock the work goes by")]
fn now() -> String {
    Timestamp::try_from(SystemTime::now()).map(|now| format!("{now:.3}")).unwrap_or_default()
}

/// Fields by name.
#[derive(Debug, Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn set(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().trim_start_matches("r#").to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value);
    }

    /// Takes all that is recorded with `%` and `?`, thus what [`json`] made too.
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = format!("{value:?}");
        let nested = if text.starts_with(['{', '[']) { serde_json::from_str(&text).ok() } else { None };
        self.set(field, nested.unwrap_or(Value::String(text)));
    }
}

#[cfg(test)]
mod tests {
    use lambda_runtime::tracing::subscriber::filter::LevelFilter;
    use serde_json::json;

    use crate::logs::tests::lines_of;

    #[test]
    fn keys_are_at_the_top_beside_time_and_level() {
        let lines = lines_of(LevelFilter::INFO, || {
            tracing::error!(certificate_arn = "arn:aws:acm:x", outcome = "failed", left = 3, "the sweep");
            tracing::debug!("too low");
        });
        assert_eq!(lines.len(), 1, "{lines:?}");
        let mut line = lines[0].clone();
        let timestamp = line.as_object_mut().unwrap().remove("timestamp").unwrap();
        assert!(timestamp.as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{timestamp}");
        let expected = json!({
            "level": "ERROR", "certificate_arn": "arn:aws:acm:x", "outcome": "failed", "left": 3, "message": "the sweep",
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn nested_values_are_json_and_texts_stay_texts() {
        let actions = json!([{ "action": "publish-notice", "days": 7 }]);
        let lines = lines_of(LevelFilter::INFO, || {
            tracing::info!(
                actions = %super::json(&actions),
                planned = Some(tracing::field::display(&actions)),
                reason = %"{ not JSON",
                name = "[1]"
            );
        });
        assert_eq!((&lines[0]["actions"], &lines[0]["planned"]), (&actions, &actions));
        assert_eq!((&lines[0]["reason"], &lines[0]["name"]), (&json!("{ not JSON"), &json!("[1]")));
    }

    #[test]
    fn an_event_cannot_pose_as_another_request() {
        let lines = lines_of(LevelFilter::INFO, || {
            let span = tracing::info_span!(target: "lambda_runtime::layers::trace", "request", requestId = "r-1");
            let _request = span.entered();
            tracing::info!(requestId = "r-2", level = "ERROR", timestamp = "never");
        });
        assert_eq!((&lines[0]["requestId"], &lines[0]["level"]), (&json!("r-1"), &json!("INFO")));
        assert_ne!(lines[0]["timestamp"], "never");
    }
}
