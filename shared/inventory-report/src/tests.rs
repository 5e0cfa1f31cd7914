//! Tests of the whole report.

mod completeness;
mod formats;
mod hostile;
mod outlook;
mod sample;
mod scale;
