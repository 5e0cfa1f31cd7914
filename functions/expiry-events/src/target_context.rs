//! What is kept for a target: its clients, and the settings that hold there.

use acme::Connection;
use acme::settings::AcmeSettings;
use aws_config::SdkConfig;
use notices::Topic;
use organization::{Member, Spoke};

use crate::acme_clients::AcmeClients;
use crate::policy::Settings;
use crate::renewal_windows::RenewalWindows;
use crate::trails::Trails;

/// No certificate is renewed earlier, whatever the ring of its account.
const EARLIEST_DAYS: u16 = 365;

/// Made of the credentials of the target's account alone, but for the topic, which is the hub's.
#[derive(Debug)]
pub(crate) struct TargetContext {
    pub(crate) acm: aws_sdk_acm::Client,
    pub(crate) tagging: aws_sdk_resourcegroupstagging::Client,
    pub(crate) topic: Topic,
    pub(crate) acme_clients: AcmeClients,
    pub(crate) windows: RenewalWindows,
    pub(crate) trails: Trails,
    pub(crate) settings: Settings,
    pub(crate) dry_run: bool,
}

/// What the function is configured with, from which that of a target is made.
#[derive(Debug)]
pub(crate) struct Configured {
    pub(crate) topic: Topic,
    pub(crate) acme: AcmeSettings,
    pub(crate) connection: Connection,
    pub(crate) settings: Settings,
    pub(crate) dry_run: bool,
}

impl TargetContext {
    /// `sdk` calls as the target's account.
    pub(crate) fn new(configured: &Configured, member: &Member, sdk: &SdkConfig) -> Self {
        let Configured { topic, acme, connection, settings, dry_run } = configured;
        let spoke = member.spoke.as_ref();
        Self {
            acm: aws_sdk_acm::Client::new(sdk),
            tagging: aws_sdk_resourcegroupstagging::Client::new(sdk),
            topic: spoke.map_or_else(|| topic.clone(), |spoke| topic.for_account(spoke.facts())),
            acme_clients: AcmeClients::default(),
            windows: RenewalWindows::new(sdk, acme.clone(), connection.clone()),
            trails: Trails::new(sdk),
            settings: spoke.map_or_else(|| settings.clone(), |spoke| in_spoke(settings, spoke)),
            dry_run: *dry_run || spoke.is_some_and(|spoke| spoke.is_read_only),
        }
    }
}

/// The grants and the ring of the account.
fn in_spoke(settings: &Settings, spoke: &Spoke) -> Settings {
    let is_granted = |directory: &&String| spoke.grants.acme_directories.contains(*directory);
    Settings {
        renew_before_days: settings.renew_before_days.saturating_add(spoke.renew_days_earlier).min(EARLIEST_DAYS),
        acme_directories: settings.acme_directories.iter().filter(is_granted).cloned().collect(),
        ..settings.clone()
    }
}
