//! The directory that a command is about, as the settings of the functions would have it.

use acme::settings::{AcmeDirectory, AcmeSettings};
use serde_json::json;

use crate::error::Error;

/// The directory of this name. What the functions would refuse is refused here.
pub(crate) fn configured(name: &str, url: Option<&str>, roots: Option<&str>) -> Result<AcmeDirectory, Error> {
    // Which domains it may issue for is nothing to the account.
    let mut directory = json!({ "name": name, "domains": ["*"] });
    if let Some(url) = url {
        directory["url"] = json!(url);
    }
    if let Some(roots) = roots {
        directory["roots"] = json!(roots);
    }
    let settings: AcmeSettings =
        json!({ "directories": [directory] }).to_string().parse().map_err(Error::of_settings)?;
    settings.directory(name).cloned().ok_or_else(|| Error::Directory(format!("{name} is not a directory")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_what_the_functions_take() {
        let known = configured("letsencrypt", None, None).unwrap();
        assert_eq!(known.url, "https://acme-v02.api.letsencrypt.org/directory");
        assert_eq!(known.account_secret(), "acm-autopilot/acme/letsencrypt");
        for (name, url, roots, named) in [
            ("Let's Encrypt", None, None, "`name` has to be"),
            ("internal", None, None, "`url` is missing"),
            ("internal", Some("http://ca.example/"), None, "https://"),
            ("internal", Some("https://ca.example/"), Some("no PEM"), "`roots`"),
        ] {
            let error = configured(name, url, roots).unwrap_err().to_string();
            assert!(error.contains(named) && !error.contains("directory 1"), "{error}");
        }
    }
}
