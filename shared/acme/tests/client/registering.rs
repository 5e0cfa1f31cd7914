//! Accounts, which are registered once.

use acme::{Advice, Error, ExternalAccount, Registration};
use simulated_aws::Fault;

use crate::world::{World, agreed, order_for};

/// "a key of thirty-two bytes or more" in base64url.
const MAC_KEY: &str = "YSBrZXkgb2YgdGhpcnR5LXR3byBieXRlcyBvciBtb3Jl";

fn bound() -> Registration {
    Registration { external_account: Some(ExternalAccount::new("kid-1", MAC_KEY).unwrap()), ..agreed() }
}

#[tokio::test]
async fn a_registration_that_crashed_anywhere_is_finished_by_the_same_again() {
    for fault in [Fault::Crash, Fault::CrashAfter, Fault::AnswerLost] {
        for call in 1.. {
            let world = World::without_account();
            world.ca.configure(|settings| settings.bad_nonce_percent = 0);
            world.ca.add_external_account("kid-1", b"a key of thirty-two bytes or more");
            world.aws.fail_call(call, fault.clone());
            let register = async || world.server().await?.register(&world.stored, &bound()).await;
            let first = register().await;
            if first.is_ok() && !world.aws.crashed() {
                assert!(call > 4, "every request was met");
                break;
            }
            world.aws.restart();
            let url = register().await.unwrap();
            assert_eq!(world.ca.accounts(), [url], "{fault:?} at {call}");
        }
    }
}

#[tokio::test]
async fn a_server_that_wants_the_binding_first_gets_it() {
    for code in ["externalAccountRequired", "malformed", "userActionRequired"] {
        let world = World::without_account();
        world.ca.add_external_account("kid-1", b"a key of thirty-two bytes or more");
        let message = "the request has no binding".to_owned();
        world.aws.fail_next("newAccount", 1, Fault::Error { code: code.to_owned(), message, status: 403 });
        let url = world.server().await.unwrap().register(&world.stored, &bound()).await.unwrap();
        assert_eq!(world.ca.accounts(), [url], "{code}");
    }
}

#[tokio::test]
async fn refused_registrations_say_who_must_act() {
    let world = World::without_account();
    let server = world.server().await.unwrap();
    let error = server.register(&world.stored, &Registration::default()).await.unwrap_err();
    assert!(error.to_string().contains("terms of service"), "{error}");
    world.ca.add_external_account("kid-1", b"a key of thirty-two bytes or more");
    let server = world.server().await.unwrap();
    assert!(server.requires_external_account() && server.terms_of_service().is_some());
    let error = server.register(&world.stored, &agreed()).await.unwrap_err();
    assert_eq!(error.advice(), Advice::CheckAccount, "{error}");
    server.register(&world.stored, &bound()).await.unwrap();
    let other = acme::StoredAccount::generate(&world.ca.directory_url()).unwrap();
    let error = server.register(&other, &bound()).await.unwrap_err();
    assert!(error.to_string().contains("used already"), "{error}");
    assert_eq!(error.advice(), Advice::CheckAccount);
    assert!(matches!(ExternalAccount::new("kid-1", "no base64url!"), Err(Error::Account(_))));
}

#[tokio::test]
async fn accounts_that_are_gone() {
    let world = World::new().await;
    world.ca.deactivate_account(world.stored.account_url.as_ref().unwrap());
    let error = world.issue(&order_for(&["www.example.com"])).await.unwrap_err();
    assert_eq!((error.advice(), error.is_retryable()), (Advice::CheckAccount, false), "{error}");

    let mut stored = world.stored.clone();
    stored.account_url = Some(world.ca.directory_url().replace("directory", "acct/7"));
    let account = world.server().await.unwrap().account(&stored).unwrap();
    let error = account.order(&order_for(&["www.example.com"])).await.unwrap_err();
    assert_eq!(error.advice(), Advice::CheckAccount, "{error}");

    stored.account_url = None;
    let server = world.server().await.unwrap();
    assert_eq!(server.account(&stored).err().map(|error| error.advice()), Some(Advice::CheckAccount));
    stored.directory = "https://other.example/directory".to_owned();
    assert!(matches!(server.account(&stored), Err(Error::Account("it belongs to another directory"))));
}
