//! Verdicts over all shards of the inventory, and the report in HTML, CSV and JSON.
//!
//! Pure: shards and `now` in, a [`Report`] and texts out. What could not be read is said in every format and total.

mod changes;
mod cost;
mod csv;
mod elsewhere;
mod facts;
mod forecast;
mod gaps;
mod html;
mod json;
mod life;
mod metrics_values;
mod model;
mod place;
mod reduce;
#[cfg(any(test, feature = "sample"))]
pub mod sample;
mod settings;
mod sources;
#[cfg(test)]
mod tests;
mod totals;
mod verdicts;
mod weeks;

pub use changes::{Seen, Snapshot};
pub use csv::write_csv;
pub use html::{HtmlOptions, Scope, write_html};
pub use json::write_json;
pub use metrics_values::{MetricValue, NOBODY, OTHERS, metric_name, metric_values};
pub use model::*;
pub use reduce::{UnusableShard, reduce};
pub use settings::ReportSettings;
pub use totals::owner_name;
