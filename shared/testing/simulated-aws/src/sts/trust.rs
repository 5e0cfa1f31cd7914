//! Whom a role's trust policy lets in.

use crate::aws::State;
use crate::calls::ApiError;
use crate::permissions::like;

/// Whom a role's trust policy lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleRule {
    /// Nobody: AssumeRole is answered with AccessDenied.
    Refused,
    /// Who gives this external id (IAM user guide, "The confused deputy problem"); others get AccessDenied.
    ExternalId(String),
    /// Who meets each of these conditions; others get AccessDenied.
    Trust(RoleTrust),
}

/// The conditions of a trust policy. What is not set is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleTrust {
    account: Option<String>,
    principal: Option<String>,
    external_id: Option<String>,
    organization: Option<String>,
}

impl RoleTrust {
    /// The caller is in this account.
    #[must_use]
    pub fn account(mut self, id: &str) -> Self {
        self.account = Some(id.to_owned());
        self
    }

    /// `aws:PrincipalArn` is like this (`*`, `?`): of a session it is the ARN of its role, with the role's path.
    #[must_use]
    pub fn principal_like(mut self, pattern: &str) -> Self {
        self.principal = Some(pattern.to_owned());
        self
    }

    /// `sts:ExternalId` is this.
    #[must_use]
    pub fn external_id(mut self, id: &str) -> Self {
        self.external_id = Some(id.to_owned());
        self
    }

    /// `aws:PrincipalOrgID`, the organization of the caller's account, is this.
    #[must_use]
    pub fn organization(mut self, id: &str) -> Self {
        self.organization = Some(id.to_owned());
        self
    }

    fn is_met(&self, state: &State, external_id: Option<&str>) -> bool {
        let caller = state.caller_account();
        let equal = |wanted: &Option<String>, given: Option<&str>| wanted.is_none() || wanted.as_deref() == given;
        equal(&self.account, Some(caller))
            && self.principal.as_ref().is_none_or(|pattern| like(pattern, &state.principal_arn()))
            && equal(&self.external_id, external_id)
            && equal(&self.organization, state.organizations.id_of_account(caller))
    }
}

/// AccessDenied, with the text that Netflix/security_monkey#77 shows. It is all that a caller learns: nothing
/// distinguishes a missing role from a missing external id.
pub(super) fn check(state: &State, role: &str, external_id: Option<&str>) -> Result<(), ApiError> {
    let trusted = match state.sts.rules.get(role) {
        None => true,
        Some(RoleRule::Refused) => false,
        Some(RoleRule::ExternalId(wanted)) => external_id == Some(wanted),
        Some(RoleRule::Trust(trust)) => trust.is_met(state, external_id),
    };
    if trusted {
        return Ok(());
    }
    let caller = state.caller_arn();
    let why = format!("User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role}");
    Err(ApiError::new("AccessDenied", why).status(403))
}
