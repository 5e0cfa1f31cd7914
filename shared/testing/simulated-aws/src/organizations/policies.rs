//! Service control policies that deny.

use super::Organization;
use super::tree::Tree;
use crate::aws::State;
use crate::permissions::like;

/// A service control policy, attached to one target. Beside it FullAWSAccess is attached everywhere.
#[derive(Debug)]
pub(super) struct Policy {
    /// A root, unit or account.
    pub(super) target: String,
    /// Patterns such as `acm:*`.
    pub(super) actions: Vec<String>,
    /// Patterns of `aws:PrincipalArn` of those that it does not deny anything (`ArnNotLike`).
    pub(super) except: Vec<String>,
}

impl Policy {
    fn denies(&self, action: &str, principal: &str) -> bool {
        let has = |patterns: &[String], text: &str| patterns.iter().any(|pattern| like(pattern, text));
        has(&self.actions, action) && !has(&self.except, principal)
    }
}

impl Organization {
    /// From now on a service control policy denies these actions (patterns such as `acm:*`) to everybody in this account,
    /// or in the accounts below this unit or root. Gives the policy's id.
    pub fn deny(&self, target: &str, actions: &[&str]) -> String {
        self.deny_except(target, actions, &[])
    }

    /// Like [`Organization::deny`], but not to principals whose `aws:PrincipalArn` is like one of these: of a session, that
    /// is the ARN of its role.
    pub fn deny_except(&self, target: &str, actions: &[&str], principals: &[&str]) -> String {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let policy = Policy { target: target.to_owned(), actions: owned(actions), except: owned(principals) };
        self.change(|tree, _| tree.attach(policy))
    }

    /// Deletes a service control policy.
    pub fn delete_policy(&self, id: &str) {
        self.change(|tree, _| {
            tree.policies.remove(id);
            Ok(())
        });
    }
}

/// The ARN of a policy that denies the caller this action. User guide, "Service control policies": an SCP affects all users
/// and roles in the accounts below where it is attached, the root user too, and nobody in the management account.
pub(crate) fn denying_policy(state: &State, action: &str) -> Option<String> {
    let account = state.caller_account();
    let tree = state.organizations.of_account(account).filter(|tree| tree.management != account)?;
    let principal = state.principal_arn();
    let id = tree.path_up(account).find_map(|target| tree.denying(target, action, &principal))?;
    Some(tree.arn(state.partition(), "policy", &format!("service_control_policy/{id}")))
}

impl Tree {
    fn denying(&self, target: &str, action: &str, principal: &str) -> Option<&str> {
        let denies = |policy: &Policy| policy.target == target && policy.denies(action, principal);
        self.policies.iter().find(|(_, policy)| denies(policy)).map(|(id, _)| id.as_str())
    }
}
