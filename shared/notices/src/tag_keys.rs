//! The tags of a certificate that its notices show.

use certificates::tags::Tags;
use lambda::Environment;

use crate::notice::Notice;

/// Their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagKeys {
    /// `OWNER_TAG_KEY`: names the owner.
    pub owner: String,
    /// `PURPOSE_TAG_KEY`: says what the certificate is for.
    pub purpose: String,
}

impl TagKeys {
    /// Reads the environment.
    pub fn read(environment: &Environment) -> Self {
        let key = |variable, default| environment.optional(variable).map_or(default, str::to_owned);
        let Self { owner, purpose } = Self::default();
        Self { owner: key("OWNER_TAG_KEY", owner), purpose: key("PURPOSE_TAG_KEY", purpose) }
    }
}

impl Default for TagKeys {
    fn default() -> Self {
        Self { owner: "Owner".into(), purpose: "Purpose".into() }
    }
}

impl Notice {
    /// With what these tags of its certificate say.
    pub fn set_tags(&mut self, tags: &Tags, keys: &TagKeys) {
        self.owner = tags.get(&keys.owner).map(str::to_owned);
        self.purpose = tags.get(&keys.purpose).map(str::to_owned);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_defaults() {
        assert_eq!(TagKeys::read(&std::iter::empty::<(&str, &str)>().collect()), TagKeys::default());
        let environment = [("OWNER_TAG_KEY", "Team"), ("PURPOSE_TAG_KEY", "Service")].into_iter().collect();
        assert_eq!(TagKeys::read(&environment), TagKeys { owner: "Team".into(), purpose: "Service".into() });
    }
}
