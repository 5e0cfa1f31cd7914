//! Tests of the whole function against a simulated AWS, and of its policy over many states.
#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod acme;
mod convergence;
mod direct_read;
mod faults;
mod from_acme;
mod mutated_events;
mod notice_dedup;
mod notices;
mod occasions;
mod permissions;
mod renewal;
mod renewal_windows;
mod schemas;
mod secret;
mod sentences;
mod settings_parameter;
mod spokes;
mod suggested_window;
mod sweep;
mod sweep_candidates;
mod tag_filter;
mod trails;
mod wording;
mod world;
