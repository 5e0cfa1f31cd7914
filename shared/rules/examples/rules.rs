//! Prints every rule with its parameters, defaults and limits as JSON: `infra/rules.json`.
//!
//! `cargo run -p rules --example rules > infra/rules.json`
#![allow(clippy::print_stdout, reason = "this is what it is for")]

fn main() {
    print!("{}", rules::describe());
}
