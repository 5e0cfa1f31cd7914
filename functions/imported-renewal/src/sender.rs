//! Where the function is that sends a notice, for those who read the notice.

use certificates::Target;

#[derive(Debug, Clone, Default)]
pub(crate) struct Sender {
    /// Its Region, where its log and its metrics are.
    pub(crate) region: String,
    /// Where its log is, as far as that is known.
    pub(crate) log_group: Option<String>,
    /// The account and Region that the notice is about, where it is not the function's own.
    pub(crate) spoke: Option<Target>,
}
