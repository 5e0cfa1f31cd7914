//! What tests and other tools do with secrets. Nothing is checked or recorded.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::create::new_secret;
use super::secret::{CURRENT, Content, Secret};
use crate::Aws;
use crate::aws::State;

impl Aws {
    /// Somebody creates a secret that has no value yet, and gives its ARN.
    pub fn insert_secret(&self, name: &str) -> String {
        let mut state = self.state();
        let secret = new_secret(&mut state, name, &Value::Null);
        let arn = secret.arn.clone();
        state.secrets.secrets.insert(name.to_owned(), secret);
        arn
    }

    /// Somebody writes a new version, which gets the label AWSCURRENT.
    ///
    /// # Panics
    /// When there is no such secret.
    pub fn set_secret_value(&self, name: &str, text: &str) {
        let mut state = self.state();
        let (id, now) = (state.next_uuid(), state.now);
        let content = Content { member: "SecretString", text: text.to_owned() };
        secret(&mut state, name).add(&id, content, &[CURRENT], now).expect("the version is new");
    }

    /// The value of the version with the label AWSCURRENT.
    pub fn secret_value(&self, name: &str) -> Option<String> {
        let mut state = self.state();
        let version = state.secrets.secrets.get_mut(name)?.version_with(CURRENT)?;
        Some(version.content.text.clone())
    }

    /// Somebody sets all tags of a secret.
    ///
    /// # Panics
    /// When there is no such secret.
    pub fn set_secret_tags(&self, name: &str, tags: &[(&str, &str)]) {
        let tags = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        secret(&mut self.state(), name).tags = Some(tags);
    }

    /// Somebody schedules a secret for deletion in 30 days, or, with `false`, restores it.
    ///
    /// # Panics
    /// When there is no such secret.
    pub fn set_secret_deleted(&self, name: &str, is_deleted: bool) {
        let mut state = self.state();
        let at = state.now + SignedDuration::from_hours(24 * 30);
        secret(&mut state, name).deleted_at = is_deleted.then_some(at);
    }

    /// Whether there is such a secret; 30 days after it was scheduled for deletion there is none.
    pub fn has_secret(&self, name: &str) -> bool {
        self.state().secrets.secrets.contains_key(name)
    }

    /// Somebody deletes a secret without a recovery window.
    pub fn remove_secret(&self, name: &str) {
        self.state().secrets.secrets.remove(name);
    }
}

fn secret<'a>(state: &'a mut State, name: &str) -> &'a mut Secret {
    state.secrets.secrets.get_mut(name).unwrap_or_else(|| panic!("there is no secret {name}"))
}
