//! AWS accounts other than the function's own: their roles, the credentials that these give, and what it looks like when
//! AWS refuses a role.

mod credentials;
mod role;

pub use credentials::{is_role_refusal, with_role};
pub use role::RoleArn;
