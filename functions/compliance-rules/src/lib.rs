#![doc = include_str!("../README.md")]
#![allow(missing_docs, reason = "nobody links against a function: a comment says why, the name says what")]

mod answer;
mod clear;
mod config;
mod error;
mod event;
pub mod facts;
mod failures;
mod handler;
mod listed;
mod periodic;
mod private_ca;
mod report;
pub mod rules;
mod subject;

pub use answer::{Answer, Found, Outcome};
pub use config::Config;
pub use error::Error;
pub use event::{Occasion, Request, ResultToken};
pub use handler::Handler;
