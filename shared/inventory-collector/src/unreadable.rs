//! A failed call as what the inventory shows of it.

use aws_client::{CallError, CallErrorKind};
use inventory::Unreadable;
use notices::foreign_message;

/// Where AWS gave no code: there was no answer at all.
const NO_ANSWER: &str = "NoAnswer";
/// How services answer where the Region is off in the account, or the credentials are not good any more
/// (ekristen/aws-nuke#774; EC2's AuthFailure: API reference of EC2, "Client error codes").
const UNKNOWN_CREDENTIALS: [&str; 5] =
    ["UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure", "OptInRequired", "ExpiredTokenException"];

/// Why the call's source, or a fact, could not be read, with what to do about it.
pub(crate) fn unreadable(error: &CallError) -> Unreadable {
    Unreadable {
        code: error.code.clone().unwrap_or_else(|| NO_ANSWER.to_owned()),
        action: error.operation.to_owned(),
        explanation: explanation(error),
    }
}

fn explanation(error: &CallError) -> String {
    let action = error.operation;
    let what = match error.kind {
        _ if is_about_credentials(error) => {
            "AWS does not know the credentials here. Check whether the Region is enabled in this account, or sign in \
             again."
                .to_owned()
        }
        CallErrorKind::Denied => {
            format!("Nothing allows {action}. Allow it in the caller's policy, and check service control policies.")
        }
        CallErrorKind::Throttled => {
            format!("AWS throttled {action}, retries included. The next pass reads it again.")
        }
        CallErrorKind::Unavailable => {
            format!("AWS did not answer {action}, retries included. The next pass reads it again.")
        }
        CallErrorKind::Refused => format!("AWS refused {action}. Its message says why."),
    };
    format!("{what} AWS's message: {}", foreign_message(&error.message))
}

fn is_about_credentials(error: &CallError) -> bool {
    error.code.as_deref().is_some_and(|code| UNKNOWN_CREDENTIALS.contains(&code))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn error(code: Option<&str>, kind: CallErrorKind) -> CallError {
        let message = "User\u{202e} is not\nwelcome".to_owned();
        CallError { operation: "kms:ListGrants", code: code.map(str::to_owned), message, kind }
    }

    #[test]
    fn each_kind_says_what_to_do() {
        for (code, kind, shown, part) in [
            (Some("AccessDeniedException"), CallErrorKind::Denied, "AccessDeniedException", "Allow it in the caller's"),
            (Some("Throttling"), CallErrorKind::Throttled, "Throttling", "The next pass reads it again"),
            (None, CallErrorKind::Unavailable, "NoAnswer", "did not answer kms:ListGrants"),
            (Some("NotFoundException"), CallErrorKind::Refused, "NotFoundException", "AWS refused kms:ListGrants"),
            (Some("InvalidClientTokenId"), CallErrorKind::Refused, "InvalidClientTokenId", "the Region is enabled"),
        ] {
            let unreadable = unreadable(&error(code, kind));
            assert_eq!((unreadable.code.as_str(), unreadable.action.as_str()), (shown, "kms:ListGrants"));
            assert!(unreadable.explanation.contains(part), "{}", unreadable.explanation);
            assert!(
                unreadable.explanation.ends_with("AWS's message: User is not welcome"),
                "{}",
                unreadable.explanation
            );
        }
    }
}
