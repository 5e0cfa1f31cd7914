//! ACM's ACME endpoints, with the bindings that let clients register and the accounts that clients registered.

use aws_client::CallError;
use aws_sdk_acm::types::{AcmeAccountSummary, AcmeEndpointSummary, AcmeExternalAccountBindingSummary};
use aws_smithy_types::DateTime;
use certificates::rfc5280_time;
use inventory::{Entry, Identity, Kind, Reading, Source};
use jiff::Timestamp;

use super::{asked_ones, bare, counted, reading};
use crate::clients::Clients;
use crate::found::Found;
use crate::unreadable::unreadable;

/// Reads them all: a call for the endpoints, and two more for each.
pub(crate) async fn endpoints(clients: &Clients, asked: &impl Fn(Source) -> bool, at: Timestamp) -> Found {
    let all = reading(asked(Source::AcmeEndpoints), at, async {
        read(clients, at).await.map_err(|error| unreadable(&error))
    });
    let all = all.await;
    let sources = asked_ones([(Source::AcmeEndpoints, counted(&all, Vec::len))]);
    let entries = match all {
        Reading::Known { value, .. } => value,
        Reading::Unreadable(_) | Reading::NotAsked => Vec::new(),
    };
    Found { entries, sources, ..Found::default() }
}

async fn read(clients: &Clients, at: Timestamp) -> Result<Vec<Entry>, CallError> {
    let mut entries = Vec::new();
    for summary in list_endpoints(clients).await? {
        let Some(arn) = summary.acme_endpoint_arn() else { continue };
        let (bindings, accounts) = futures::try_join!(list_bindings(clients, arn), list_accounts(clients, arn))?;
        entries.push(endpoint(&summary, arn));
        entries.extend(bindings.iter().filter_map(|one| binding(one, arn, at)));
        entries.extend(accounts.iter().filter_map(|one| account(one, arn, at)));
    }
    Ok(entries)
}

async fn list_endpoints(clients: &Clients) -> Result<Vec<AcmeEndpointSummary>, CallError> {
    let (mut all, mut token) = (Vec::new(), None);
    loop {
        clients.pace.acme.acquire().await;
        let call = clients.acm.list_acme_endpoints().set_next_token(token).send().await;
        let page = call.map_err(|error| CallError::new("acm:ListAcmeEndpoints", &error))?;
        all.extend(page.acme_endpoints.unwrap_or_default());
        token = page.next_token;
        if token.is_none() {
            return Ok(all);
        }
    }
}

async fn list_bindings(clients: &Clients, of: &str) -> Result<Vec<AcmeExternalAccountBindingSummary>, CallError> {
    let (mut all, mut token) = (Vec::new(), None);
    loop {
        clients.pace.acme.acquire().await;
        let call = clients.acm.list_acme_external_account_bindings().acme_endpoint_arn(of).set_next_token(token);
        let page = call.send().await.map_err(|error| CallError::new("acm:ListAcmeExternalAccountBindings", &error))?;
        all.extend(page.external_account_bindings.unwrap_or_default());
        token = page.next_token;
        if token.is_none() {
            return Ok(all);
        }
    }
}

async fn list_accounts(clients: &Clients, of: &str) -> Result<Vec<AcmeAccountSummary>, CallError> {
    let (mut all, mut token) = (Vec::new(), None);
    loop {
        clients.pace.acme.acquire().await;
        let call = clients.acm.list_acme_accounts().acme_endpoint_arn(of).set_next_token(token).send().await;
        let page = call.map_err(|error| CallError::new("acm:ListAcmeAccounts", &error))?;
        all.extend(page.acme_accounts.unwrap_or_default());
        token = page.next_token;
        if token.is_none() {
            return Ok(all);
        }
    }
}

fn endpoint(summary: &AcmeEndpointSummary, arn: &str) -> Entry {
    Entry {
        status: summary.status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        created_at: summary.created_at().and_then(time),
        ..bare(arn, Kind::AcmeEndpoint, summary.endpoint_url().unwrap_or_else(|| id(arn)))
    }
}

/// A binding has no status in AWS's answers: `REVOKED` is what its RevokedAt says.
fn binding(summary: &AcmeExternalAccountBindingSummary, endpoint: &str, at: Timestamp) -> Option<Entry> {
    let arn = summary.acme_external_account_binding_arn()?;
    Some(Entry {
        status: summary.revoked_at().map(|_| "REVOKED".to_owned()).unwrap_or_default(),
        not_after: summary.expires_at().and_then(time),
        created_at: summary.created_at().and_then(time),
        in_use: Some(summary.last_used_at().is_some()),
        identity: belongs_to(endpoint, None, at),
        ..bare(arn, Kind::AcmeBinding, id(arn))
    })
}

fn account(summary: &AcmeAccountSummary, endpoint: &str, at: Timestamp) -> Option<Entry> {
    let url = summary.account_url()?;
    let name = summary.contacts().first().map_or_else(|| id(url), String::as_str);
    Some(Entry {
        status: summary.status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        created_at: summary.created_at().and_then(time),
        identity: belongs_to(endpoint, Some(id(url)), at),
        ..bare(url, Kind::AcmeAccount, name)
    })
}

fn belongs_to(endpoint: &str, account: Option<&str>, as_of: Timestamp) -> Reading<Identity> {
    let value = Identity {
        acme_endpoint: Some(endpoint.to_owned()),
        acme_account: account.map(str::to_owned),
        ..Identity::default()
    };
    Reading::Known { value, as_of }
}

/// The last part of an ARN or URL.
fn id(text: &str) -> &str {
    text.rsplit('/').next().unwrap_or(text)
}

fn time(at: &DateTime) -> Option<Timestamp> {
    rfc5280_time(at.secs(), 0)
}
