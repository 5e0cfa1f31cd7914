//! The filters of ListSecrets and BatchGetSecretValue.

use serde_json::Value;

use super::invalid;
use super::secret::Secret;
use crate::calls::ApiError;

/// All of them count.
pub(super) struct Filters<'a> {
    filters: Vec<Filter<'a>>,
}

struct Filter<'a> {
    key: &'a str,
    /// Any of them.
    values: Vec<&'a str>,
}

impl<'a> Filters<'a> {
    /// The service model leaves both members optional. The texts are in moto's
    /// `tests/test_secretsmanager/test_list_secrets.py`.
    pub(super) fn read(filters: &'a Value) -> Result<Self, ApiError> {
        let filters = filters.as_array().into_iter().flatten().map(|filter| {
            let key = filter["Key"].as_str().ok_or_else(|| invalid("Invalid filter key"))?;
            let values: Vec<_> = filter["Values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            if values.is_empty() {
                return Err(invalid(&format!("Invalid filter values for key: {key}")));
            }
            Ok(Filter { key, values })
        });
        Ok(Self { filters: filters.collect::<Result<_, _>>()? })
    }

    pub(super) fn match_secret(&self, secret: &Secret) -> bool {
        self.filters.iter().all(|filter| filter.values.iter().any(|value| filter.has(secret, value)))
    }
}

impl Filter<'_> {
    /// API reference, Filter, Values: "You can prefix your search value with an exclamation mark (!) in order to perform
    /// negation filters".
    fn has(&self, secret: &Secret, value: &str) -> bool {
        match value.strip_prefix('!') {
            Some(value) => !self.finds(secret, value),
            None => self.finds(secret, value),
        }
    }

    /// API reference, Filter, Key: name and tags by a prefix in the same case; descriptions "not case-sensitive"; all
    /// "breaks the filter value string into words and then searches all attributes for matches. Not case-sensitive". That
    /// descriptions are searched by words too is in moto's `tests/test_secretsmanager/test_list_secrets.py`, which is
    /// verified on AWS. No secret here is replicated or of another service.
    fn finds(&self, secret: &Secret, value: &str) -> bool {
        let tags = |member: &'static str| {
            secret.tags.iter().flatten().map(move |tag| tag[member].as_str().unwrap_or_default())
        };
        let description = secret.description.as_deref().unwrap_or_default();
        match self.key {
            "name" => secret.name.starts_with(value),
            "tag-key" => tags("Key").any(|key| key.starts_with(value)),
            "tag-value" => tags("Value").any(|text| text.starts_with(value)),
            "description" => has_words(description, value),
            "all" => {
                let attributes =
                    [secret.name.as_str(), description].into_iter().chain(tags("Key")).chain(tags("Value"));
                attributes.into_iter().any(|attribute| has_words(attribute, value))
            }
            _ => false,
        }
    }
}

/// Every word of the value starts one of the text.
fn has_words(text: &str, value: &str) -> bool {
    let (present, wanted) = (words(text), words(value));
    !wanted.is_empty() && wanted.iter().all(|wanted| present.iter().any(|word| word.starts_with(wanted)))
}

/// In lower case. A word ends before what is no letter or digit, and where a capital starts the next one: "AppBeta" is
/// "App" and "Beta", "COMPANYthings" is "COMPAN" and "Ythings" (moto's `tests/test_secretsmanager/test_list_secrets.py`,
/// test_with_all_filter_special_characters, which is verified on AWS).
fn words(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut words = vec![String::new()];
    for (place, letter) in letters.iter().enumerate() {
        let before = place.checked_sub(1).map(|before| letters[before]);
        let is_capital_before = before.is_some_and(char::is_uppercase);
        let is_small_after = letters.get(place + 1).is_some_and(|after| after.is_lowercase());
        if letter.is_uppercase() && (!is_capital_before || is_small_after) {
            words.push(String::new());
        }
        match words.last_mut() {
            Some(word) if letter.is_alphanumeric() => word.extend(letter.to_lowercase()),
            _ => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_at_signs_and_before_capitals() {
        for (text, expected) in [
            ("", ""),
            ("+", ""),
            ("my test", "my test"),
            ("prod/AppBeta/1a", "prod app beta 1a"),
            ("COMPANY", "company"),
            ("COMPANYthings", "compan ythings"),
            ("SecretFTag", "secret f tag"),
        ] {
            assert_eq!(words(text).join(" "), expected, "{text}");
        }
    }
}
