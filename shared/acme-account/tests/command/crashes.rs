//! A command that is terminated anywhere is finished by the same command.

use simulated_aws::Fault;

use crate::world::{World, eab};

#[tokio::test]
async fn after_every_call_the_same_command_finishes_the_registration() {
    let line = format!("--agree-to-terms {}", eab("crashes"));
    for fault in [Fault::Crash, Fault::CrashAfter, Fault::AnswerLost, Fault::ConnectionReset, Fault::ServerError] {
        for call in 1.. {
            let world = World::new().with_external_account();
            world.aws.fail_call(call, fault.clone());
            let first = world.register(&line).await;
            if first.is_ok() && world.aws.calls().len() < usize::try_from(call).unwrap() {
                assert!(call > 7, "{fault:?}: every call was met");
                break;
            }
            world.aws.restart();
            world.register(&line).await.unwrap_or_else(|error| panic!("{fault:?} at {call}: {error}"));
            let [url] = world.ca.accounts().try_into().unwrap();
            assert_eq!(world.stored().await.account_url.as_ref(), Some(&url), "{fault:?} at {call}");
        }
    }
}

/// The key of the external account is used up, and may be thrown away, as soon as the account exists.
#[tokio::test]
async fn an_account_that_exists_is_found_without_the_external_account() {
    let world = World::new().with_external_account();
    world.aws.fail("PutSecretValue", 1, Fault::Crash);
    world.register(&format!("--agree-to-terms {}", eab("found"))).await.unwrap_err();
    world.aws.restart();
    assert_eq!((world.ca.accounts().len(), &world.stored().await.account_url), (1, &None));
    world.register("--agree-to-terms").await.unwrap();
    assert_eq!(world.stored().await.account_url.as_ref(), Some(&world.ca.accounts()[0]));
}

/// Two operators at once: one of them makes the secret.
#[tokio::test]
async fn a_secret_that_appears_meanwhile_is_not_overwritten() {
    let world = World::new();
    world.aws.before("CreateSecret", 1, |aws| {
        let client = aws_sdk_secretsmanager::Client::new(&aws.sdk_config());
        let theirs = acme::StoredAccount::generate(&aws.acme_server("letsencrypt").directory_url()).unwrap();
        let create =
            client.create_secret().name(crate::world::SECRET).secret_string(theirs.to_secret().unwrap().as_str());
        let create = create.send();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(create).unwrap();
        })
        .join()
        .unwrap();
    });
    let error = world.register("--agree-to-terms").await.unwrap_err().to_string();
    assert!(error.contains("run the command again"), "{error}");
    let mut theirs = world.stored().await;
    world.register("--agree-to-terms").await.unwrap();
    theirs.account_url = Some(world.ca.accounts()[0].clone());
    assert_eq!(world.stored().await, theirs);
}
