//! Typed configuration from environment variables. Each error names its variable.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use crate::configuration_error::ConfigurationError;
use crate::{endpoint, settings};

/// What the names of all variables begin with that move the endpoint of an AWS service
/// ([service-specific endpoints](https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html)).
const ENDPOINTS: &str = "AWS_ENDPOINT_URL";

/// The environment variables of a function.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    /// Of those that come from `SETTINGS`: the path of the field.
    paths: BTreeMap<&'static str, &'static str>,
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables, paths: BTreeMap::new() }
    }
}

impl Environment {
    /// The environment of this process.
    #[expect(clippy::disallowed_methods, reason = "the one place where functions read their environment")]
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// Refuses `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>` that would send private keys and credentials over the
    /// network in clear text: who may only set variables must not be able to read them.
    ///
    /// # Errors
    /// One of them is neither an https URL nor one of this machine.
    pub fn refuse_plain_endpoints(&self) -> Result<(), ConfigurationError> {
        let endpoints = self.variables.iter().filter(|(name, value)| name.starts_with(ENDPOINTS) && !value.is_empty());
        for (name, value) in endpoints {
            if !endpoint::is_safe(value) {
                let value = value.chars().take(200).collect();
                return Err(ConfigurationError::PlainEndpoint { name: name.clone(), value });
            }
        }
        Ok(())
    }

    /// With the fields of `SETTINGS` as the variables that they stand for, unless these are set themselves.
    ///
    /// # Errors
    /// `SETTINGS` is not an object of known fields.
    pub fn with_settings(&self) -> Result<Self, ConfigurationError> {
        let mut all = self.clone();
        for setting in self.optional(settings::SETTINGS).map_or(Ok(Vec::new()), settings::read)? {
            if self.optional(setting.variable).is_none() {
                all.variables.insert(setting.variable.to_owned(), setting.value);
                all.paths.insert(setting.variable, setting.path);
            }
        }
        Ok(all)
    }

    /// A variable that may be missing; an empty one counts as missing, since templates cannot leave
    /// one out.
    pub fn optional(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// A variable that has to be there.
    ///
    /// # Errors
    /// It is missing or empty.
    pub fn required(&self, name: &'static str, meaning: &'static str) -> Result<&str, ConfigurationError> {
        self.optional(name).ok_or(ConfigurationError::Missing { name, meaning })
    }

    /// A typed variable with a default.
    ///
    /// # Errors
    /// It is there and cannot be read.
    pub fn parsed<T>(&self, name: &'static str, default: T) -> Result<T, ConfigurationError>
    where
        T: FromStr,
        T::Err: Display,
    {
        Ok(self.parsed_optional(name)?.unwrap_or(default))
    }

    /// A typed variable that may be missing.
    ///
    /// # Errors
    /// It is there and cannot be read.
    pub fn parsed_optional<T>(&self, name: &'static str) -> Result<Option<T>, ConfigurationError>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.optional(name)
            .map(|value| value.parse().map_err(|error: T::Err| self.invalid(name, value, error.to_string())))
            .transpose()
    }

    /// A whole number within limits, with a default.
    ///
    /// # Errors
    /// It is no number, or outside the limits.
    pub fn number<T>(
        &self,
        name: &'static str,
        limits: std::ops::RangeInclusive<T>,
        default: T,
    ) -> Result<T, ConfigurationError>
    where
        T: FromStr + PartialOrd + Display,
    {
        let Some(text) = self.optional(name) else { return Ok(default) };
        text.parse().ok().filter(|number| limits.contains(number)).ok_or_else(|| {
            self.invalid(name, text, format!("use a whole number from {} to {}", limits.start(), limits.end()))
        })
    }

    /// `true` or `false`; missing is `false`.
    ///
    /// # Errors
    /// Something else: `DRY_RUN=yes` must not be taken for no.
    pub fn flag(&self, name: &'static str) -> Result<bool, ConfigurationError> {
        match self.optional(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(self.invalid(name, other, "use `true` or `false`".into())),
        }
    }

    fn invalid(&self, name: &'static str, value: &str, problem: String) -> ConfigurationError {
        let name = self.paths.get(name).copied().unwrap_or(name);
        ConfigurationError::Invalid { name, value: value.chars().take(200).collect(), problem }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_counts_as_missing() {
        let environment: Environment = [("TOPIC", " "), ("DRY_RUN", "")].into_iter().collect();
        assert_eq!(
            environment.required("TOPIC", "an ARN").unwrap_err().to_string(),
            "the environment variable TOPIC is missing: set it to an ARN"
        );
        assert_eq!(environment.flag("DRY_RUN"), Ok(false));
        assert_eq!(environment.number("DAYS", 1..=9, 5), Ok(5));
    }

    #[test]
    fn an_endpoint_without_tls_is_refused_by_name() {
        let environment: Environment =
            [("AWS_ENDPOINT_URL", ""), ("AWS_ENDPOINT_URL_ACM", "http://10.0.0.7:4566")].into_iter().collect();
        let error = environment.refuse_plain_endpoints().unwrap_err().to_string();
        assert!(error.contains("AWS_ENDPOINT_URL_ACM is `http://10.0.0.7:4566`: use an https:// URL"), "{error}");
        let good: Environment =
            [("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"), ("AWS_ENDPOINT_URL_ACM", "https://acm.example.com")]
                .into_iter()
                .collect();
        assert_eq!(good.refuse_plain_endpoints(), Ok(()));
    }

    #[test]
    fn each_error_names_its_variable_and_says_what_is_allowed() {
        let environment: Environment = [("DRY_RUN", "yes"), ("DAYS", "ten"), ("MORE", "10")].into_iter().collect();
        for (error, says) in [
            (environment.flag("DRY_RUN").unwrap_err(), "DRY_RUN is `yes`: use `true` or `false`"),
            (environment.number("DAYS", 1..=9, 5).unwrap_err(), "DAYS is `ten`: use a whole number from 1 to 9"),
            (environment.number("MORE", 1..=9, 5).unwrap_err(), "MORE is `10`"),
            (environment.parsed::<bool>("DAYS", false).unwrap_err(), "DAYS is `ten`"),
        ] {
            assert!(error.to_string().contains(says), "{error}");
        }
    }
}
