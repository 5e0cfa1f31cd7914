//! What to do after a failed call or request.

use acme::Advice;
use aws_client::CallError;

pub(crate) fn after_call(error: &CallError) -> &'static str {
    match error.is_retryable() {
        true => "wait, and run the same command again: whatever was done stays done",
        false => "correct what AWS names, and run the same command again",
    }
}

pub(crate) fn after_request(error: &acme::Error) -> &'static str {
    match (error, error.advice()) {
        (acme::Error::Unavailable { .. }, _) => {
            "check --url and, for a private server, --roots, or wait, and run the same command again: it continues where it \
             stopped"
        }
        (_, Advice::Wait) => "wait, and run the same command again: it continues where it stopped",
        (acme::Error::Unusable { .. }, _) => "check --url: it has to be the URL of an ACME directory",
        (_, Advice::CheckAccount) => "do what the CA asks for on its website, and run the same command again",
        _ => "correct what it names, such as the address in --contact, and run the same command again",
    }
}
