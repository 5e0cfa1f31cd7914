//! What earlier runs read, where the person asked for it to be kept.

use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use certificates::Target;
use inventory::Shard;
use inventory_report::Snapshot;

use crate::error::Error;

/// A folder, or nothing.
#[derive(Debug, Clone)]
pub(crate) struct Kept(Option<PathBuf>);

impl Kept {
    pub(crate) fn new(folder: Option<&Path>) -> Self {
        Self(folder.map(Path::to_owned))
    }

    /// The last shard. One that is damaged or of another version counts as none: everything is read again.
    pub(crate) fn shard(&self, target: &Target) -> Result<Option<Shard>, Error> {
        let Some(bytes) = self.read(&name(target))? else { return Ok(None) };
        Ok(Shard::read(BufReader::new(bytes.as_slice())).ok().filter(|shard| shard.header.target() == *target))
    }

    pub(crate) fn keep_shard(&self, target: &Target, shard: &Shard) -> Result<(), Error> {
        let mut bytes = Vec::new();
        shard.write(&mut bytes).map_err(|error| Error::file(Path::new(&name(target)), &error))?;
        self.write(&name(target), &bytes)
    }

    /// What the last report of the account was, for what has changed since.
    pub(crate) fn snapshot(&self, account: &str) -> Result<Option<Snapshot>, Error> {
        let bytes = self.read(&format!("{account}-snapshot.json"))?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    pub(crate) fn keep_snapshot(&self, account: &str, snapshot: &Snapshot) -> Result<(), Error> {
        let file = format!("{account}-snapshot.json");
        let bytes = serde_json::to_vec(snapshot);
        self.write(&file, &bytes.map_err(|error| Error::file(Path::new(&file), &error.into()))?)
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(path) = self.0.as_ref().map(|folder| folder.join(name)) else { return Ok(None) };
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::file(&path, &error)),
        }
    }

    /// Under another name first: a run that is stopped leaves the whole old file or the whole new one.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let Some(folder) = &self.0 else { return Ok(()) };
        let (path, new) = (folder.join(name), folder.join(format!("{name}.new")));
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&new, bytes));
        written.and_then(|()| fs::rename(&new, &path)).map_err(|error| Error::file(&path, &error))
    }
}

/// Both parts come from AWS or were checked as names of Regions.
fn name(target: &Target) -> String {
    let plain = |text: &str| text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>();
    format!("{}-{}.jsonl", plain(&target.account), plain(&target.region))
}
