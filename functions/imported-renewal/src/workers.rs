//! One [`Worker`] for each account and Region.

use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use issuers::AcmeServices;
use organization::{Member, Spoke, SpokeRole, Targets};

use crate::credentials::{HubSdk, TargetSdk};
use crate::memory::Memories;
use crate::services::{Services, SpokeFacts};
use crate::worker::Worker;
use crate::{Config, import_count};

/// Makes workers when there is work, and keeps them.
#[derive(Debug, Clone)]
pub(crate) struct Workers(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    config: Config,
    hub: HubSdk,
    acme: AcmeServices,
    memories: Memories,
    targets: Targets<Kept>,
}

/// Of one account and Region.
#[derive(Debug)]
struct Kept {
    sdk: TargetSdk,
    latest: Mutex<Option<Latest>>,
}

/// What an account may have can change while its credentials are kept.
#[derive(Debug)]
struct Latest {
    spoke: Option<Spoke>,
    worker: Arc<Worker>,
}

impl Workers {
    /// `sdk` has the function's own credentials.
    pub(crate) fn new(config: Config, sdk: &SdkConfig) -> Self {
        let (connection, places) = (config.acme_connection.clone(), config.record_places.clone());
        Self(Arc::new(Shared {
            acme: AcmeServices::new(sdk, connection, places, import_count::FUNCTION),
            targets: Targets::new(sdk, SpokeRole::Renew, config.organization.settings.as_ref()),
            hub: HubSdk::new(sdk.clone()),
            memories: Memories::default(),
            config,
        }))
    }

    /// The one for this account and Region, with what it may have now.
    pub(crate) async fn get(&self, member: &Member) -> Arc<Worker> {
        let kept = self.0.targets.get(member, Kept::new).await;
        let mut latest = kept.latest.lock().unwrap_or_else(PoisonError::into_inner);
        match latest.as_ref().filter(|latest| latest.spoke == member.spoke) {
            Some(latest) => latest.worker.clone(),
            None => {
                let worker = Arc::new(self.0.worker(member, &kept.sdk));
                *latest = Some(Latest { spoke: member.spoke.clone(), worker: worker.clone() });
                worker
            }
        }
    }
}

impl Shared {
    fn worker(&self, Member { target, spoke }: &Member, sdk: &TargetSdk) -> Worker {
        let config = spoke.as_ref().map_or_else(|| self.config.clone(), |spoke| self.config.for_spoke(spoke));
        let services = Services {
            hub: self.hub.clone(),
            acme: self.acme.clone(),
            memory: self.memories.of(target),
            spoke: spoke.as_ref().map(|spoke| SpokeFacts { target: target.clone(), owner: spoke.owner.clone() }),
        };
        Worker::new(config, services, sdk, target)
    }
}

impl Kept {
    fn new(sdk: &SdkConfig) -> Self {
        Self { sdk: TargetSdk::new(sdk.clone()), latest: Mutex::default() }
    }
}

#[cfg(test)]
mod tests {
    use certificates::Target;
    use organization::Organization;
    use simulated_aws::Aws;

    use super::*;

    fn target(account: &str) -> Target {
        Target { partition: "aws".into(), account: account.into(), region: "us-east-1".into() }
    }

    async fn member(aws: &Aws, domains: &str) -> Member {
        let settings = format!(
            r#"{{"id": "o-a1b2c3d4e5", "accounts": [{{"id": "111122223333"}}], "regions": ["us-east-1"],
                "grants": [{{"accounts": ["111122223333"], "domains": ["{domains}"]}}]}}"#
        );
        let organization = Organization::new(Some(settings.parse().unwrap()), &aws.sdk_config());
        organization.member(&target("111122223333"), &target("123456789012")).await.unwrap()
    }

    /// An account that moves to another unit has other grants at once, and the same credentials.
    #[tokio::test]
    async fn a_worker_is_kept_while_its_account_may_have_the_same() {
        let aws = Aws::in_account("2026-11-20T08:00:00Z".parse().unwrap(), "123456789012", "us-east-1");
        let topic = aws.create_topic("notices");
        let config = Config::read(&[("NOTICE_TOPIC_ARN", topic.as_str())].into_iter().collect()).unwrap();
        let workers = Workers::new(config, &aws.sdk_config());
        let [before, after] = [member(&aws, "example.com").await, member(&aws, "example.net").await];
        let first = workers.get(&before).await;
        assert!(Arc::ptr_eq(&first, &workers.get(&before).await));
        let second = workers.get(&after).await;
        assert!(!Arc::ptr_eq(&first, &second));
        assert!(Arc::ptr_eq(&second, &workers.get(&after).await));
    }
}
