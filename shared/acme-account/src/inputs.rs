//! Files that the command line names.

use std::io::Read;
use std::path::Path;

use acme::ExternalAccount;
use zeroize::Zeroizing;

use crate::error::Error;

/// Keys of external accounts have 32 to 64 bytes.
const LARGEST_KEY: u64 = 4_096;

/// The roots of a private server.
pub(crate) fn roots(file: Option<&Path>) -> Result<Option<String>, Error> {
    let read = |file: &Path| std::fs::read_to_string(file).map_err(|error| Error::file(file, &error));
    file.map(read).transpose()
}

/// The external account. The key's text is overwritten in memory; it is never part of an error.
pub(crate) fn external_account(given: Option<&(String, std::path::PathBuf)>) -> Result<Option<ExternalAccount>, Error> {
    let Some((key_id, file)) = given else { return Ok(None) };
    let key = key(file).map_err(|error| Error::file(file, &error))?;
    ExternalAccount::new(key_id, &key).map(Some).map_err(|_| Error::ExternalAccountKey)
}

fn key(file: &Path) -> std::io::Result<Zeroizing<String>> {
    // With all its room from the start, the text is never moved to another place in memory.
    let mut key = Zeroizing::new(String::with_capacity(LARGEST_KEY as usize));
    if file == Path::new("-") {
        std::io::stdin().lock().take(LARGEST_KEY).read_to_string(&mut key)?;
    } else {
        std::fs::File::open(file)?.take(LARGEST_KEY).read_to_string(&mut key)?;
    }
    Ok(key)
}
