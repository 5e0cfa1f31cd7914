//! One evaluation of a rule.

use certificates::Target;
use jiff::Timestamp;
use rules::{Context, Rule, Settings};

use crate::event::ResultToken;

/// A rule with its parameters, and what AWS Config asks it for.
#[derive(Debug)]
pub(crate) struct RuleRun<'a> {
    pub(crate) rule: &'static Rule,
    pub(crate) settings: &'a Settings,
    pub(crate) here: &'a Target,
    pub(crate) token: &'a ResultToken,
    pub(crate) config_rule: &'a str,
    pub(crate) deadline: Timestamp,
}

impl RuleRun<'_> {
    pub(crate) fn context(&self, now: Timestamp) -> Context<'_> {
        Context { now, settings: self.settings, here: self.here }
    }
}
