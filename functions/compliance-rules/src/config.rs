//! The function's environment variables. What a rule wants is not here: it is in the rule's
//! InputParameters.

use aws_client::TrustStore;
use lambda::{ConfigurationError, Environment};

/// What the function is configured to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `DRY_RUN`: decide and answer, but report nothing to AWS Config.
    pub dry_run: bool,
    /// `TRUST_STORE`: whom the AWS clients trust.
    pub trust_store: TrustStore,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// A variable cannot be used; the error names it.
    pub fn read(environment: &Environment) -> Result<Self, ConfigurationError> {
        Ok(Self {
            dry_run: environment.flag("DRY_RUN")?,
            trust_store: environment.parsed("TRUST_STORE", TrustStore::default())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_needed_and_each_error_names_its_variable() {
        let read = |variables: &[(&str, &str)]| Config::read(&variables.iter().copied().collect());
        assert_eq!(read(&[]), Ok(Config { dry_run: false, trust_store: TrustStore::Amazon }));
        for (name, value) in [("DRY_RUN", "yes"), ("TRUST_STORE", "everybody")] {
            let error = read(&[(name, value)]).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(value), "{error}");
        }
    }
}
