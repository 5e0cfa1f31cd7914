//! Tests of the whole report.

mod completeness;
mod formats;
mod hostile;
mod html;
mod outlook;
mod sample;
mod scale;
