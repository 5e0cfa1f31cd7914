//! A secret and its versions.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{invalid, not_found};
use crate::acm::{epoch, without_nulls};
use crate::calls::{ApiError, decode_blob};

/// User guide, "Secret versions": the labels that Secrets Manager moves automatically.
pub(super) const CURRENT: &str = "AWSCURRENT";
const PREVIOUS: &str = "AWSPREVIOUS";
/// User guide, "Quotas": a secret value is at most 65,536 bytes.
const LARGEST_VALUE: usize = 65_536;
/// API reference, UpdateSecret: "Secrets Manager removes outdated versions when there are more than 100, but it does not
/// remove versions created less than 24 hours ago".
const MOST_VERSIONS: usize = 100;
const YOUNGEST_OUTDATED: SignedDuration = SignedDuration::from_hours(24);

#[derive(Debug)]
pub(super) struct Secret {
    /// Greater for later secrets.
    pub(super) number: u64,
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) description: Option<String>,
    /// Of a key other than aws/secretsmanager. That there is such a key is not checked.
    pub(super) kms_key_id: Option<String>,
    /// `None` until there are tags; an empty list when they were removed.
    pub(super) tags: Option<Vec<Value>>,
    pub(super) created_at: Timestamp,
    pub(super) changed_at: Timestamp,
    pub(super) accessed_at: Option<Timestamp>,
    /// When it is deleted for good, if it is scheduled for deletion.
    pub(super) deleted_at: Option<Timestamp>,
    /// In the order of their creation.
    pub(super) versions: Vec<Version>,
}

#[derive(Debug)]
pub(super) struct Version {
    pub(super) id: String,
    pub(super) content: Content,
    /// A version without a label is deprecated.
    pub(super) stages: BTreeSet<String>,
    pub(super) created_at: Timestamp,
    pub(super) accessed_at: Option<Timestamp>,
}

/// What is secret.
#[derive(PartialEq, Eq)]
pub(super) struct Content {
    /// SecretString or SecretBinary.
    pub(super) member: &'static str,
    /// As the protocol carries it.
    pub(super) text: String,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Content").finish_non_exhaustive()
    }
}

impl Content {
    /// API reference, PutSecretValue: "You must include SecretString or SecretBinary, but not both".
    pub(super) fn read(input: &Value) -> Result<Option<Self>, ApiError> {
        let (member, text, length) = match (input["SecretString"].as_str(), input["SecretBinary"].as_str()) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => return Err(invalid("You can't specify both a binary and a string value.")),
            (Some(text), None) => ("SecretString", text, text.len()),
            (None, Some(blob)) => ("SecretBinary", blob, decode_blob(blob).map_or(0, |bytes| bytes.len())),
        };
        if !(1..=LARGEST_VALUE).contains(&length) {
            return Err(ApiError::constraint("secretString", "have length between 1 and 65536"));
        }
        Ok(Some(Self { member, text: text.to_owned() }))
    }
}

impl Secret {
    pub(super) fn is_named(&self, id: &str) -> bool {
        self.name == id || self.arn == id || self.arn.rsplit_once('-').is_some_and(|(partial, _)| partial == id)
    }

    /// The text is recorded from AWS: LocalStack's `tests/aws/services/secretsmanager/
    /// test_secretsmanager.snapshot.json`, test_secret_version_not_found.
    pub(super) fn version(&mut self, id: &str) -> Result<&mut Version, ApiError> {
        self.versions.iter_mut().find(|version| version.id == id).ok_or_else(|| {
            not_found(&format!("Secrets Manager can't find the specified secret value for VersionId: {id}"))
        })
    }

    pub(super) fn version_with(&mut self, stage: &str) -> Option<&mut Version> {
        self.versions.iter_mut().find(|version| version.stages.contains(stage))
    }

    /// A new version with these labels, or the version that has this id and content already. The text is in moto's
    /// `tests/test_secretsmanager/test_secretsmanager.py`, test_update_different_secret_value_with_same_token, which is
    /// verified on AWS.
    pub(super) fn add(&mut self, id: &str, content: Content, stages: &[&str], now: Timestamp) -> Result<(), ApiError> {
        match self.versions.iter().find(|version| version.id == id) {
            Some(present) if present.content == content => return Ok(()),
            Some(_) => {
                let why = "because that value is already in use for a version of secret";
                let why = format!("You can't use ClientRequestToken {id} {why} {}.", self.arn);
                return Err(ApiError::new("ResourceExistsException", why));
            }
            None => {}
        }
        let stages_so_far = BTreeSet::new();
        let version = Version { id: id.to_owned(), content, stages: stages_so_far, created_at: now, accessed_at: None };
        self.versions.push(version);
        for stage in stages {
            self.attach(stage, id);
        }
        self.changed_at = now;
        self.remove_outdated(now);
        Ok(())
    }

    /// API reference, UpdateSecretVersionStage: "Each staging label can be attached to only one version at a time", and
    /// "Whenever you move AWSCURRENT, Secrets Manager automatically moves the label AWSPREVIOUS to the version that
    /// AWSCURRENT was removed from".
    pub(super) fn attach(&mut self, stage: &str, id: &str) {
        let before = self.detach(stage);
        if let Ok(version) = self.version(id) {
            version.stages.insert(stage.to_owned());
        }
        if let Some(before) = before.filter(|before| stage == CURRENT && before != id) {
            self.attach(PREVIOUS, &before);
        }
    }

    /// Takes the label from its version, and gives that one's id.
    pub(super) fn detach(&mut self, stage: &str) -> Option<String> {
        let version = self.version_with(stage)?;
        version.stages.remove(stage);
        Some(version.id.clone())
    }

    fn remove_outdated(&mut self, now: Timestamp) {
        let mut surplus = self.versions.len().saturating_sub(MOST_VERSIONS);
        self.versions.retain(|version| {
            let is_old = now.duration_since(version.created_at) >= YOUNGEST_OUTDATED;
            let goes = surplus > 0 && is_old && version.stages.is_empty();
            surplus -= usize::from(goes);
            !goes
        });
    }

    /// What DescribeSecret and ListSecrets answer; they have the labels in members of different names.
    pub(super) fn metadata(&self, member_of_stages: &str) -> Value {
        let labelled = self.versions.iter().filter(|version| !version.stages.is_empty());
        let stages: BTreeMap<_, _> = labelled.map(|version| (&version.id, &version.stages)).collect();
        without_nulls(json!({
            "ARN": self.arn,
            "Name": self.name,
            "Description": self.description,
            "KmsKeyId": self.kms_key_id,
            "CreatedDate": epoch(self.created_at),
            "LastChangedDate": epoch(self.changed_at),
            "LastAccessedDate": self.accessed_at.map(date),
            // API reference, DescribeSecret, DeletedDate: "The date the secret is scheduled for deletion".
            "DeletedDate": self.deleted_at.map(epoch),
            "Tags": self.tags,
            member_of_stages: (!stages.is_empty()).then_some(stages),
        }))
    }
}

/// API reference, DescribeSecret, LastAccessedDate: "ignores the time portion of the date".
pub(super) fn date(at: Timestamp) -> i64 {
    at.as_second() / 86_400 * 86_400
}
