//! Custom domains of Cognito user pools.
//!
//! Cloud Control API lists the pools and nothing that names their domains: `AWS::Cognito::UserPool` has no such property,
//! and `AWS::Cognito::UserPoolDomain` has no list and needs the domain to be read. So only an account without user pools
//! is known to have no custom domains.

use inventory::Unreadable;

use super::clients::Clients;
use super::cloud_control;
use super::listed::Listed;

const TYPE: &str = "AWS::Cognito::UserPool";

pub(super) async fn read(clients: &Clients) -> Listed {
    let mut listed = Listed::default();
    let mut pools = Vec::new();
    if let Err(error) = cloud_control::list(clients, TYPE, &mut pools).await {
        listed.fail(&error);
    } else if !pools.is_empty() {
        listed.missing = Some(not_listable(pools.len()));
    }
    listed
}

fn not_listable(pools: usize) -> Unreadable {
    Unreadable {
        code: "NotListable".to_owned(),
        action: "cognito-idp:DescribeUserPoolDomain".to_owned(),
        explanation: format!(
            "The number of user pools here is {pools}, and Cloud Control API does not list their custom domains. \
             ACM's InUseBy shows a certificate of such a domain as used by a distribution that AWS owns. \
             See the domain of a pool with: aws cognito-idp describe-user-pool --user-pool-id ID"
        ),
    }
}
