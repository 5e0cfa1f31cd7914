//! What this function keeps in the inventory's bucket, below `activity/`.

use certificates::Target;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use object_store::Store;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::policy::lasting::Memory;
use crate::report::Reported;

const JSON: &str = "application/json";
/// Keys of S3 have at most 1,024 bytes.
const LONGEST_PART: usize = 200;

/// An act in the audit, noticed or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    /// The act.
    pub(crate) act: Reported,
    /// What came of it: `noticed`, `held`, or why nobody had to know.
    pub(crate) outcome: String,
}

/// That a state was noticed by its event, so that no sweep repeats it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Noticed {
    /// When.
    pub(crate) at: Timestamp,
    /// By which event.
    pub(crate) event_id: String,
    /// The names that the notice had: another certificate under the same ARN may have others.
    #[serde(default)]
    pub(crate) names: Vec<String>,
}

impl Noticed {
    /// Whether the notice had all of these names.
    pub(crate) fn had(&self, names: &[String]) -> bool {
        names.iter().all(|name| self.names.contains(name))
    }
}

/// Who sends the notice of the first act of an hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct First {
    event_id: String,
}

/// The same act by the same principal in the same account within one hour.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Series {
    /// Such as `2026-11-28T06`, in UTC.
    pub(crate) hour: String,
    /// Kind, account, Region and principal.
    pub(crate) of: String,
}

/// The journal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Journal<'a>(pub(crate) &'a Store);

impl Series {
    /// Of an act that is handled now.
    pub(crate) fn new(act: &Reported, now: Timestamp) -> Self {
        let principal = act.principal.as_deref().unwrap_or("unknown");
        let of = [act.kind.as_str(), &act.account, &act.region, principal].map(part).join("/");
        Self { hour: hour(now), of }
    }

    fn held(&self, event_id: &str) -> String {
        format!("activity/held/{}/{}/{}.json", self.hour, self.of, part(event_id))
    }

    fn first(&self) -> String {
        format!("activity/first/{}/{}.json", self.hour, self.of)
    }

    fn sent(&self) -> String {
        format!("activity/sent/{}/{}.json", self.hour, self.of)
    }
}

impl Journal<'_> {
    /// Whether this event is the first of its series. It stays the first when it is delivered again.
    pub(crate) async fn is_first(&self, series: &Series, event_id: &str) -> Result<bool, Error> {
        let (key, own) = (series.first(), First { event_id: event_id.to_owned() });
        if self.0.create(&key, JSON, bytes(&own)).await? {
            return Ok(true);
        }
        Ok(self.read::<First>(&key).await? == Some(own))
    }

    /// Keeps an act for the digest of its hour.
    pub(crate) async fn hold(&self, series: &Series, act: &Reported) -> Result<(), Error> {
        let id = act.event_id.as_deref().unwrap_or_default();
        Ok(self.0.write(&series.held(id), JSON, bytes(act)).await?)
    }

    /// The series of a day with acts that were held back and whose digest was not sent, with the keys of the acts.
    pub(crate) async fn held(&self, day: &str) -> Result<Vec<(Series, Vec<String>)>, Error> {
        let sent = self.0.keys(&format!("activity/sent/{day}")).await?;
        let mut all: Vec<(Series, Vec<String>)> = Vec::new();
        for key in self.0.keys(&format!("activity/held/{day}")).await? {
            let Some(series) = series_of(&key) else { continue };
            match all.last_mut() {
                Some((last, keys)) if *last == series => keys.push(key),
                _ => all.push((series, vec![key])),
            }
        }
        all.retain(|(series, _)| !sent.contains(&series.sent()));
        Ok(all)
    }

    /// The acts that were kept under these keys.
    pub(crate) async fn acts(&self, keys: &[String]) -> Result<Vec<Reported>, Error> {
        let mut acts = Vec::new();
        for key in keys {
            acts.extend(self.read::<Reported>(key).await?);
        }
        Ok(acts)
    }

    /// Its digest was sent.
    pub(crate) async fn remember_digest(&self, series: &Series) -> Result<(), Error> {
        Ok(self.0.write(&series.sent(), JSON, b"{}".to_vec()).await?)
    }

    /// Adds an act to the audit, once however often its event comes.
    pub(crate) async fn record(&self, entry: &Entry) -> Result<(), Error> {
        let id = entry.act.event_id.as_deref().unwrap_or_default();
        self.0.create(&act_key(entry.act.at, id), JSON, bytes(entry)).await?;
        Ok(())
    }

    /// Whether an act is in the audit, so that its event comes again.
    pub(crate) async fn is_recorded(&self, at: Timestamp, event_id: &str) -> Result<bool, Error> {
        Ok(self.0.read(&act_key(at, event_id)).await?.is_some())
    }

    /// The keys of the acts of a month, such as `2026-11`, or of a day.
    pub(crate) async fn recorded(&self, time: &str) -> Result<Vec<String>, Error> {
        Ok(self.0.keys(&format!("activity/acts/{time}")).await?)
    }

    /// An act of the audit.
    pub(crate) async fn entry(&self, key: &str) -> Result<Option<Entry>, Error> {
        self.read(key).await
    }

    /// Who noticed a state, and when.
    pub(crate) async fn noticed(&self, state: &str) -> Result<Option<Noticed>, Error> {
        self.read(&noticed_key(state)).await
    }

    /// An event noticed a state.
    pub(crate) async fn remember_noticed(&self, state: &str, noticed: &Noticed) -> Result<(), Error> {
        Ok(self.0.write(&noticed_key(state), JSON, bytes(noticed)).await?)
    }

    /// What the last sweep knew of an account and Region.
    pub(crate) async fn memory(&self, target: &Target) -> Result<Memory, Error> {
        Ok(self.read(&memory_key(target)).await?.unwrap_or_default())
    }

    /// What the next sweep has to know.
    pub(crate) async fn remember(&self, target: &Target, memory: &Memory) -> Result<(), Error> {
        Ok(self.0.write(&memory_key(target), JSON, bytes(memory)).await?)
    }

    /// A damaged object is the same as none, but for the log: a notice twice is better than none.
    async fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        let Some(bytes) = self.0.read(key).await? else { return Ok(None) };
        let read = serde_json::from_slice(&bytes);
        Ok(read.inspect_err(|cause| tracing::warn!(key, reason = "object-not-used", %cause)).ok())
    }
}

fn act_key(at: Timestamp, event_id: &str) -> String {
    format!("activity/acts/{}/{}.json", day(at), part(event_id))
}

fn noticed_key(state: &str) -> String {
    format!("activity/noticed/{}.json", state.split('/').map(part).collect::<Vec<_>>().join("/"))
}

fn memory_key(target: &Target) -> String {
    format!("activity/memory/{}/{}.json", target.account, target.region)
}

/// The hour of a time in UTC.
pub(crate) fn hour(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H").to_string()
}

/// The day of a time in UTC.
pub(crate) fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string()
}

/// `activity/held/HOUR/KIND/ACCOUNT/REGION/PRINCIPAL/EVENT.json`.
fn series_of(key: &str) -> Option<Series> {
    let (series, _) = key.strip_prefix("activity/held/")?.rsplit_once('/')?;
    let (hour, of) = series.split_once('/')?;
    Some(Series { hour: hour.to_owned(), of: of.to_owned() })
}

/// A text of others as one part of a key.
fn part(text: &str) -> String {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || ":._@+=,-".contains(*c);
    let plain = text.chars().map(|c| if is_plain(&c) { c } else { '!' }).take(LONGEST_PART).collect::<String>();
    // Names of folders to some programs.
    if plain.trim_matches('.').is_empty() { format!("!{plain}") } else { plain }
}

fn bytes(value: &impl Serialize) -> Vec<u8> {
    // Plain structs with string keys: there is nothing in them that JSON cannot hold.
    serde_json::to_vec(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_keys_are_plain_and_short() {
        for (text, expected) in [
            ("arn:aws:sts::1:assumed-role/admin/eve", "arn:aws:sts::1:assumed-role!admin!eve"),
            ("../../shards", "..!..!shards"),
            ("..", "!.."),
            ("", "!"),
            ("é\n", "!!"),
        ] {
            assert_eq!(part(text), expected, "{text:?}");
        }
        assert_eq!(part(&"x".repeat(5_000)).len(), LONGEST_PART);
    }

    #[test]
    fn a_key_names_its_series() {
        let series = Series { hour: "2026-11-28T06".into(), of: "key-exported/1/us-east-1/eve".into() };
        assert_eq!(series_of(&series.held("event/1")), Some(series));
        assert_eq!(series_of("activity/first/2026"), None);
    }
}
