//! Tests of the whole report.

mod completeness;
mod formats;
mod hostile;
mod sample;
mod scale;
