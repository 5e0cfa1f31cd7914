//! The command line.

use std::path::PathBuf;

/// What `--help` prints.
pub const USAGE: &str = "\
acme-account register NAME [--url URL] [--roots FILE] [--contact EMAIL]... [--eab-kid KID --eab-hmac-file FILE]
                      --agree-to-terms
acme-account show NAME [DOMAIN]... [--delegation-zone ZONE] [--roots FILE]

register makes a key, keeps it in the secret acm-autopilot/acme/NAME and registers an account for it. If it was interrupted,
run it again: it continues with the same key. An account that is registered is left alone.
show prints the account, and the DNS records that are recommended for the domains.

  NAME                    name of the directory, as AcmeSettings and the tag acm-autopilot:acme have it
  --url URL               the directory; may be left out for letsencrypt, letsencrypt-staging, google and zerossl
  --roots FILE            PEM of the roots that a private server's TLS certificate chains up to
  --contact EMAIL         where the CA may write to; may be given several times
  --eab-kid KID           id of the external account key that the CA gave you
  --eab-hmac-file FILE    file with that key in base64url; - reads it from standard input
  --agree-to-terms        you agree to the CA's terms of service
  --delegation-zone ZONE  zone into which validation is delegated

Credentials and Region are those in the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION.";

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Register an account.
    Register(Register),
    /// Show an account.
    Show(Show),
    /// Explain the command line.
    Help,
}

/// An account to register.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Register {
    /// The directory's name.
    pub name: String,
    /// Its URL, unless it is known by the name.
    pub url: Option<String>,
    /// The file with the roots of a private server.
    pub roots: Option<PathBuf>,
    /// E-mail addresses.
    pub contacts: Vec<String>,
    /// The id of an external account key and the file with the key, or `-`.
    pub external_account: Option<(String, PathBuf)>,
    /// The operator agrees to the CA's terms.
    pub agrees_to_terms: bool,
}

/// An account to show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Show {
    /// The directory's name.
    pub name: String,
    /// Domains whose records are shown.
    pub domains: Vec<String>,
    /// The zone into which their validation is delegated.
    pub delegation_zone: Option<String>,
    /// The file with the roots of a private server.
    pub roots: Option<PathBuf>,
}

/// The command line cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(String);

impl Command {
    /// Reads the command line, without the program's name.
    ///
    /// # Errors
    /// When it has something that is not known, or lacks something. The text of an argument that may be a key is not repeated.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, UsageError> {
        let mut arguments = arguments.into_iter();
        let command = arguments.next().unwrap_or_default();
        let rest: Vec<String> = arguments.collect();
        let asks_for_help = rest.iter().any(|one| one == "--help");
        match command.as_str() {
            "register" if !asks_for_help => register(rest).map(Self::Register),
            "show" if !asks_for_help => show(rest).map(Self::Show),
            "register" | "show" | "help" | "--help" | "-h" => Ok(Self::Help),
            "" => Err(wrong("say what to do: register or show")),
            _ => Err(wrong("the first argument has to be register or show")),
        }
    }
}

fn register(arguments: Vec<String>) -> Result<Register, UsageError> {
    let (mut found, mut names) = (Register::default(), Vec::new());
    let (mut key_id, mut key_file) = (None, None);
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().ok_or_else(|| wrong(format!("{argument} needs a value")));
        match argument.as_str() {
            "--url" => found.url = Some(value()?),
            "--roots" => found.roots = Some(value()?.into()),
            "--contact" => found.contacts.push(value()?),
            "--eab-kid" => key_id = Some(value()?),
            "--eab-hmac-file" => key_file = Some(value()?.into()),
            "--agree-to-terms" => found.agrees_to_terms = true,
            "--eab-hmac" | "--eab-hmac-key" => {
                return Err(wrong(
                    "the external account key is not an argument, which others on this machine could read: \
                                  use --eab-hmac-file",
                ));
            }
            _ => names.push(positional(argument)?),
        }
    }
    found.external_account = match (key_id, key_file) {
        (Some(id), Some(file)) => Some((id, file)),
        (None, None) => None,
        _ => return Err(wrong("--eab-kid and --eab-hmac-file belong together")),
    };
    found.name = match <[String; 1]>::try_from(names) {
        Ok([name]) => name,
        Err(_) => return Err(wrong("register needs the name of one directory, such as letsencrypt")),
    };
    Ok(found)
}

fn show(arguments: Vec<String>) -> Result<Show, UsageError> {
    let (mut found, mut names) = (Show::default(), Vec::new());
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().ok_or_else(|| wrong(format!("{argument} needs a value")));
        match argument.as_str() {
            "--delegation-zone" => found.delegation_zone = Some(value()?),
            "--roots" => found.roots = Some(value()?.into()),
            _ => names.push(positional(argument)?),
        }
    }
    let mut names = names.into_iter();
    found.name = names.next().ok_or_else(|| wrong("show needs the name of a directory, such as letsencrypt"))?;
    found.domains = names.collect();
    Ok(found)
}

/// An argument that is not an option.
fn positional(argument: String) -> Result<String, UsageError> {
    match argument.split_once('=') {
        _ if !argument.starts_with('-') => Ok(argument),
        Some((name, _)) => Err(wrong(format!("{name} takes its value as the next argument, without ="))),
        None => Err(wrong(format!("{argument} is not known"))),
    }
}

fn wrong(why: impl Into<String>) -> UsageError {
    UsageError(why.into())
}

#[cfg(test)]
mod tests;
