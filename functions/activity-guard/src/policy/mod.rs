//! What an act is and whether anybody has to know of it. Pure.

pub mod act;
mod acts;
pub mod lasting;
pub mod verdict;

pub use act::{Act, ActKind};
pub use acts::recognize;
