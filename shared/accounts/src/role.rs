//! Roles of other accounts.

use std::fmt;

/// The ARN of an IAM role: `arn:aws:iam::ACCOUNT:role/NAME`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RoleArn(String);

impl RoleArn {
    /// Reads an ARN; `None` where it is not one of a role
    /// ([format](https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html#awsidentityandaccessmanagementiam-resources-for-iam-policies)).
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let good = matches!(parts[..], ["arn", partition, "iam", "", account, role]
            if partition.starts_with("aws")
                && account.len() == 12
                && account.bytes().all(|b| b.is_ascii_digit())
                && role.strip_prefix("role/").is_some_and(is_role_name))
            && (20..=2048).contains(&text.len());
        good.then(|| Self(text.to_owned()))
    }

    /// As it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The account of the role.
    pub fn account(&self) -> &str {
        self.0.split(':').nth(4).unwrap_or_default()
    }
}

/// A name, perhaps with a path before it.
fn is_role_name(text: &str) -> bool {
    !text.is_empty()
        && !text.ends_with('/')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-/".contains(&b))
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_arns_of_roles_are_read() {
        let role = "arn:aws:iam::111122223333:role/acm-autopilot/zones";
        assert_eq!(RoleArn::parse(role).map(|role| role.account().to_owned()), Some("111122223333".into()));
        assert!(RoleArn::parse("arn:aws-us-gov:iam::111122223333:role/zones").is_some());
        for text in [
            "",
            "zones",
            "arn:aws:iam::111122223333:user/zones",
            "arn:aws:iam::1111:role/zones",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:role/path/",
            "arn:aws:iam::111122223333:role/a b",
            "arn:aws:sts::111122223333:role/zones",
        ] {
            assert_eq!(RoleArn::parse(text), None, "{text}");
        }
    }
}
