//! Lookups of one private CA.

use aws_sdk_acmpca::Client;
use rules::facts::{Fact, Lookup, Policy, PrivateCa};

use crate::LookupError;
use crate::certificate_facts::chain;

/// Adds to a CA's facts; `None` when it is gone.
pub(crate) async fn look_up(client: &Client, ca: &mut PrivateCa, lookup: Lookup) -> Result<Option<()>, LookupError> {
    let arn = ca.arn.clone();
    let failed = |cause| LookupError::Read { resource: arn.to_string(), cause };
    Ok(match lookup {
        Lookup::Tags => {
            let tags = private_ca::list_tags(client, &arn).await.map_err(failed)?;
            tags.map(|tags| ca.tags = Fact::Known(tags))
        }
        Lookup::Permissions => {
            let permissions = private_ca::list_permissions(client, &arn).await.map_err(failed)?;
            permissions.map(|permissions| ca.permissions = Fact::Known(permissions))
        }
        Lookup::Policy => {
            let json = private_ca::policy(client, &arn).await.map_err(failed)?;
            let unreadable = |cause| LookupError::UnreadablePolicy { resource: arn.to_string(), cause };
            ca.policy = Fact::Known(json.map(|json| Policy::read(&json).map_err(unreadable)).transpose()?);
            Some(())
        }
        Lookup::Chain => {
            let pem = private_ca::certificate(client, &arn).await.map_err(failed)?;
            ca.chain = Fact::Known(pem.map(|pem| chain(&arn, &pem)).transpose()?);
            Some(())
        }
        // No other fact of a CA is found anywhere else.
        _ => {
            let found = private_ca::describe(client, &arn).await.map_err(failed)?;
            found.map(|description| ca.learn(PrivateCa::from_description(description)))
        }
    })
}
