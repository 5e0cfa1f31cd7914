//! The Online Certificate Status Protocol, OCSP ([RFC 6960](https://www.rfc-editor.org/rfc/rfc6960)), in its profile for
//! many clients ([RFC 5019](https://www.rfc-editor.org/rfc/rfc5019)): requests for one certificate, and what responders
//! answer. Sending them is left to the caller: `POST` with the content type `application/ocsp-request`, to the URL in the
//! certificate.
//!
//! Requests name one certificate by SHA-1 hashes of its issuer, as RFC 5019, 2.1.1, demands, and have no extensions. The
//! responder of AWS Private CA supports none, and answers for the first certificate only
//! ([Certificate authorities](https://docs.aws.amazon.com/privateca/latest/userguide/creating-managing.html)). So there is
//! no nonce, and an old response may be sent again until its `nextUpdate`. The hashes identify the issuer, and protect
//! nothing.
//!
//! ```
//! use jiff::{SignedDuration, Timestamp};
//! use ocsp::{Question, Status, read, state};
//!
//! # fn watch(certificate: x509::Certificate, ca: x509::Certificate, send: fn(&[u8]) -> Vec<u8>, now: Timestamp)
//! #     -> Result<(), Box<dyn std::error::Error>> {
//! let question = Question::new(&certificate, &ca)?;
//! let answer = read(&send(question.request()), &question, now)?;
//! let is_revoked = matches!(answer.status, Status::Revoked { .. });
//! println!("revoked: {is_revoked}, {:?}", state(&answer, now));
//! # Ok(())
//! # }
//! ```

mod answer;
mod asn1;
mod error;
mod question;
mod responder;
mod response;
mod state;
#[cfg(test)]
mod tests;

pub use answer::{Answer, Responder, Status};
pub use error::{MAX_RESPONSE, Refusal, ResponseError};
pub use question::{NoQuestion, Question};
pub use response::read;
pub use state::{State, state};
