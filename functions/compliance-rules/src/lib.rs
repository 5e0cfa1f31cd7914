#![doc = include_str!("../README.md")]
#![allow(missing_docs, reason = "a function is not a library: comments say why, names say what")]

mod answer;
mod change;
mod config;
mod error;
mod event;
mod handler;
mod history;
mod results;
mod run;
mod stale_results;
mod sweep;

pub use answer::{Answer, Found, Outcome};
pub use config::Config;
pub use error::Error;
pub use event::{Request, ResultToken, Trigger};
pub use handler::Handler;
