//! The strings of a secret that may be the password of what is encrypted in it.

use zeroize::Zeroizing;

use crate::signs::is_for_a_password;

/// How many are tried at most, so that a secret with many strings does not take long.
const MAX_TRIED: usize = 16;
/// Longer strings are something else.
const MAX_LENGTH: usize = 512;

/// A password that is tried.
pub(crate) struct Candidate<'a> {
    /// Its characters.
    pub text: &'a str,
    /// Whether there is none at all, which PKCS #12 knows beside an empty one
    /// ([RFC 7292, B.1](https://www.rfc-editor.org/rfc/rfc7292#appendix-B.1) and what implementations make of it).
    pub is_null: bool,
}

/// Strings that may be passwords.
#[derive(Default)]
pub(crate) struct Strings {
    by_name: Vec<Zeroizing<String>>,
    others: Vec<Zeroizing<String>>,
}

impl Strings {
    /// Adds a string, with the name of its field.
    pub(crate) fn add(&mut self, name: Option<&str>, value: &str) {
        let list = if name.is_some_and(is_for_a_password) { &mut self.by_name } else { &mut self.others };
        if value.len() <= MAX_LENGTH && list.len() < MAX_TRIED {
            list.push(Zeroizing::new(value.to_owned()));
        }
    }

    /// Those to try, the likeliest first: fields that are named after passwords, those given beside the secret, all other
    /// strings, and none.
    pub(crate) fn candidates<'a>(&'a self, given: &'a [&'a str]) -> Vec<Candidate<'a>> {
        let text = |text: &'a Zeroizing<String>| text.as_str();
        let known = self.by_name.iter().map(text).chain(given.iter().copied());
        let likely = known.chain(self.others.iter().map(text)).take(MAX_TRIED).flat_map(with_and_without_line_break);
        let none = [Candidate { text: "", is_null: false }, Candidate { text: "", is_null: true }];
        likely.map(|text| Candidate { text, is_null: false }).chain(none).collect()
    }

    /// Whether there is any.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_name.is_empty() && self.others.is_empty()
    }
}

/// `echo` adds a line break to a password that is piped into a secret.
fn with_and_without_line_break(text: &str) -> impl Iterator<Item = &str> {
    let without = text.trim_end_matches(['\r', '\n']);
    std::iter::once(text).chain((without != text).then_some(without))
}
