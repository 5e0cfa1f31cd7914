use aws_client::CallErrorKind;
use jiff::ToSpan;
use simulated_aws::{AlternateContact as Simulated, Aws, Fault};

use super::*;

const HUB: &str = "123456789012";
const SHOP: &str = "111122223333";
const CALL: &str = "GetAlternateContact";

fn start(is_trusted: bool) -> (Aws, Contacts) {
    let aws = Aws::in_account("2026-11-20T08:00:00Z".parse().unwrap(), HUB, "us-east-1");
    let organization = aws.create_organization("o-a1b2c3d4e5");
    organization.create_account(SHOP, "shop", organization.root());
    if is_trusted {
        organization.trust("account.amazonaws.com");
    }
    let contacts = Contacts::new(&aws.sdk_config());
    (aws, contacts)
}

fn set(aws: &Aws, kind: &str, name: &str) {
    let contact = Simulated::new(name, &format!("{name}@example.com"));
    aws.scoped(SHOP, "us-east-1").set_alternate_contact(kind, contact);
}

fn calls(aws: &Aws) -> usize {
    aws.calls().iter().filter(|call| call.operation == CALL).count()
}

fn found(kind: ContactType, name: &str) -> Result<Option<AccountContact>, CallError> {
    Ok(Some(AccountContact { kind, name: name.to_owned(), address: format!("{name}@example.com") }))
}

#[tokio::test]
async fn the_security_contact_comes_before_that_of_operations() {
    let (aws, contacts) = start(true);
    set(&aws, "OPERATIONS", "ops");
    assert_eq!(contacts.of(SHOP).await, found(ContactType::Operations, "ops"));
    set(&aws, "SECURITY", "sec");
    assert_eq!(contacts.of(SHOP).await, found(ContactType::Operations, "ops"), "kept for a day");
    aws.advance(24.hours());
    assert_eq!(contacts.of(SHOP).await, found(ContactType::Security, "sec"));
    assert_eq!(calls(&aws), 3);
}

#[tokio::test]
async fn an_account_is_asked_once_a_day_whatever_the_answer() {
    let (aws, contacts) = start(true);
    assert_eq!(
        (contacts.of(SHOP).await, contacts.of(SHOP).await, calls(&aws)),
        (Ok(None), Ok(None), 2),
        "there is none"
    );
    let (aws, contacts) = start(false);
    set(&aws, "SECURITY", "sec");
    let denied = contacts.of(SHOP).await;
    assert_eq!(denied.as_ref().unwrap_err().kind, CallErrorKind::Denied);
    assert_eq!((contacts.of(SHOP).await, calls(&aws)), (denied, 1), "denied");
    let (aws, contacts) = start(true);
    set(&aws, "SECURITY", "sec");
    aws.fail_always(CALL, Fault::ServerError);
    let failed = contacts.of(SHOP).await;
    assert!(failed.is_err());
    let before = calls(&aws);
    assert_eq!((contacts.of(SHOP).await, calls(&aws)), (failed, before), "AWS does not answer");
}

#[tokio::test]
async fn notices_that_are_sent_together_wait_for_one_answer() {
    let (aws, contacts) = start(true);
    set(&aws, "SECURITY", "sec");
    let answers = futures::future::join_all((0..4).map(|_| contacts.of(SHOP))).await;
    assert!(answers.iter().all(|answer| *answer == found(ContactType::Security, "sec")));
    assert_eq!(calls(&aws), 1);
}
