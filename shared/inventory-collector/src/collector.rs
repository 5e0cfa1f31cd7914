//! The two passes.

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use inventory::{Shard, Source};
use jiff::Timestamp;

use crate::target_facts::TargetFacts;

/// Reads one account and Region, with the credentials of its SDK configuration.
#[derive(Debug)]
pub struct Collector {
    #[expect(dead_code, reason = "its clients come from it")]
    sdk: SdkConfig,
    #[expect(dead_code, reason = "only these are asked")]
    sources: BTreeSet<Source>,
}

/// How far a deep pass came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeepPass {
    /// Certificates that were described.
    pub read: usize,
    /// Certificates whose description is missing or older than a week.
    pub left: usize,
}

impl Collector {
    /// A collector that asks these sources.
    pub fn new(sdk: &SdkConfig, sources: BTreeSet<Source>) -> Self {
        Self { sdk: sdk.clone(), sources }
    }

    /// Lists everything. `previous` is the last shard of this account and Region.
    pub async fn fast_pass(&self, _of: &TargetFacts, _previous: Option<&Shard>) -> Shard {
        unimplemented!()
    }

    /// Describes certificates until `latest`: those never described first, then the one described longest ago.
    pub async fn deep_pass(&self, _shard: &mut Shard, _latest: Timestamp) -> DeepPass {
        unimplemented!()
    }
}
