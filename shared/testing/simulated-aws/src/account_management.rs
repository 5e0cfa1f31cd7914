//! AWS Account Management: GetAlternateContact, ListRegions.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::Aws;
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;
use crate::wire::Incoming;

/// The name by which organizations trust this service, and by which its administrators are delegated.
const PRINCIPAL: &str = "account.amazonaws.com";

/// The contacts of each account by their type.
#[derive(Debug, Default)]
pub(crate) struct Store {
    contacts: BTreeMap<(String, String), AlternateContact>,
}

/// Whom AWS asks beside an account's owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlternateContact {
    /// The person's or team's name.
    pub name: String,
    /// The title.
    pub title: String,
    /// The e-mail address.
    pub email: String,
    /// The phone number.
    pub phone: String,
}

impl AlternateContact {
    /// API reference, AlternateContactType.
    pub(crate) const KINDS: [&str; 3] = ["BILLING", "OPERATIONS", "SECURITY"];

    /// Somebody with this name and address.
    pub fn new(name: &str, email: &str) -> Self {
        let (title, phone) = ("Team".to_owned(), "+49 30 1234567".to_owned());
        Self { name: name.to_owned(), title, email: email.to_owned(), phone }
    }
}

impl Aws {
    /// Sets a contact of this handle's account: `OPERATIONS`, `SECURITY` or `BILLING`.
    ///
    /// # Panics
    /// When there is no such type of contact.
    pub fn set_alternate_contact(&self, kind: &str, contact: AlternateContact) {
        assert!(AlternateContact::KINDS.contains(&kind), "{kind} is not a type of contact");
        let mut state = self.state();
        let key = (state.account.clone(), kind.to_owned());
        state.account_management.contacts.insert(key, contact);
    }
}

/// The operation and its input, from method, path and body.
pub(crate) fn decode(request: &Incoming<'_>) -> Result<(String, Value), String> {
    let body: &[u8] = if request.body.is_empty() { b"{}" } else { request.body };
    let mut input: Value = serde_json::from_slice(body).map_err(|error| format!("not JSON: {error}"))?;
    // As text, like what other services of this protocol have in their query strings.
    if let Some(most) = input["MaxResults"].as_u64() {
        input["MaxResults"] = most.to_string().into();
    }
    let operation = match (request.method, request.path) {
        ("POST", "/getAlternateContact") => "GetAlternateContact".to_owned(),
        ("POST", "/listRegions") => "ListRegions".to_owned(),
        (method, path) => format!("{method} {path}"),
    };
    Ok((operation, input))
}

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "GetAlternateContact" => get(state, input),
        "ListRegions" => list_regions(state, input),
        other => Err(not_modelled("account", other)),
    }
}

fn get(state: &State, input: &Value) -> Answer {
    let account = account(state, input, "GetAlternateContact")?;
    let kind = input["AlternateContactType"].as_str().unwrap_or_default();
    let contact = state.account_management.contacts.get(&(account.to_owned(), kind.to_owned()));
    // The text is in prowler-cloud/prowler, which compares it.
    let none =
        || ApiError::new("ResourceNotFoundException", "No contact of the inputted alternate contact type found.");
    let contact = contact.ok_or_else(|| none().status(404))?;
    Ok(json!({
        "AlternateContact": {
            "AlternateContactType": kind,
            "EmailAddress": contact.email,
            "Name": contact.name,
            "PhoneNumber": contact.phone,
            "Title": contact.title,
        },
    }))
}

/// API reference, ListRegions: all Regions with their states, or those in the states that are asked for, in pages. Who may ask
/// for which account is the same as for contacts.
fn list_regions(state: &State, input: &Value) -> Answer {
    let account = account(state, input, "ListRegions")?;
    let wanted = |status: &str| match &input["RegionOptStatusContains"] {
        Value::Array(wanted) => wanted.iter().any(|one| one == status),
        _ => true,
    };
    let regions = state.authorization.regions(account, &state.region);
    let regions: Vec<_> = regions.into_iter().filter(|(_, status)| wanted(status)).collect();
    let start = page_start(input)?;
    // API reference, MaxResults: at most 50. The default is unverified.
    let page = input["MaxResults"].as_str().and_then(|most| most.parse().ok()).unwrap_or(50);
    let shown = regions.iter().skip(start).take(page);
    let shown: Vec<_> = shown.map(|(name, status)| json!({ "RegionName": name, "RegionOptStatus": status })).collect();
    let end = start + shown.len();
    let mut answer = json!({ "Regions": shown });
    if end < regions.len() {
        answer["NextToken"] = end.to_string().into();
    }
    Ok(answer)
}

fn page_start(input: &Value) -> Result<usize, ApiError> {
    let Some(token) = input["NextToken"].as_str() else { return Ok(0) };
    // That a token of nobody's is answered so is unverified.
    token.parse().map_err(|_| ApiError::validation("The NextToken is not valid."))
}

/// API reference, GetAlternateContact, AccountId: without it, the caller's own account; with it, the caller must be in the
/// management account or be a delegated administrator, the organization must trust the service, and "the management account
/// can't specify its own AccountId". From a member account even its own id is refused (turbot/steampipe-plugin-aws).
fn account<'a>(state: &'a State, input: &'a Value, operation: &str) -> Result<&'a str, ApiError> {
    let (caller, organizations) = (state.caller_account(), &state.organizations);
    let Some(asked) = input["AccountId"].as_str() else { return Ok(caller) };
    if !organizations.administers(caller, PRINCIPAL) {
        return Err(denied(state, operation, ""));
    }
    if !organizations.trusts(caller, PRINCIPAL) {
        return Err(denied(
            state,
            operation,
            " (Your organization must first enable trusted access with AWS Account Management.)",
        ));
    }
    if organizations.is_management(asked) && asked == caller {
        let why =
            " (The management account can only be managed using the standalone context from the management account.)";
        return Err(denied(state, operation, why));
    }
    // What a delegated administrator gets for the management account is unverified.
    if organizations.are_together(caller, asked) && !organizations.is_management(asked) {
        return Ok(asked);
    }
    Err(denied(state, operation, ""))
}

/// The texts are in turbot/steampipe-plugin-aws and awslabs/aws-deployment-framework; that of an account outside the
/// organization is unverified.
fn denied(state: &State, operation: &str, why: &str) -> ApiError {
    let caller = state.caller_arn();
    let text = format!("User: {caller} is not authorized to perform: account:{operation}{why}");
    ApiError::new("AccessDeniedException", text).status(403)
}
