//! Accounts are registered once.

use acme_account::Error;
use simulated_aws::{AcmeOutage, Fault};

use crate::world::{MAC_KEY, SECRET, World, eab, file};

#[tokio::test]
async fn an_account_is_registered_and_kept() {
    let world = World::new();
    let said = world.register("--contact ca@example.com --agree-to-terms").await.unwrap();
    let [url] = world.ca.accounts().try_into().unwrap();
    assert_eq!(said, format!("Registered the account {url}\nIt is in the secret {SECRET}\n"));
    let stored = world.stored().await;
    assert_eq!((stored.account_url.as_ref(), &stored.directory), (Some(&url), &world.ca.directory_url()));
    let operations: Vec<_> = world.aws.calls().into_iter().map(|call| call.operation).collect();
    let at = |operation: &str| operations.iter().position(|one| one == operation).unwrap();
    assert!(at("CreateSecret") < at("newAccount") && at("newAccount") < at("PutSecretValue"));
}

#[tokio::test]
async fn the_secret_can_be_found_and_its_key_is_not_in_the_record() {
    let world = World::new();
    world.register("--agree-to-terms").await.unwrap();
    let client = aws_sdk_secretsmanager::Client::new(&world.aws.sdk_config());
    let described = client.describe_secret().secret_id(SECRET).send().await.unwrap();
    let [tag] = described.tags() else { panic!() };
    assert_eq!((tag.key(), tag.value()), (Some("acm-autopilot:acme-account"), Some("ca")));
    assert!(described.description().unwrap().contains(&world.ca.directory_url()));
    assert!(!world.aws.record().contains("keyPkcs8"), "{}", world.aws.record());
}

#[tokio::test]
async fn a_registered_account_is_left_alone() {
    let world = World::new();
    world.register("--agree-to-terms").await.unwrap();
    let before = world.stored().await;
    let requests = world.calls("newAccount");
    let said = world.register("").await.unwrap();
    assert!(said.contains("is registered already\nNothing was changed"), "{said}");
    assert_eq!((world.stored().await, world.calls("newAccount")), (before, requests));
    assert_eq!(world.calls("PutSecretValue"), 1);
}

#[tokio::test]
async fn terms_are_agreed_to_first() {
    let world = World::new();
    let error = world.register("").await.unwrap_err().to_string();
    assert!(error.contains("https://letsencrypt.org/documents/") && error.contains("--agree-to-terms"), "{error}");
    assert_eq!(world.calls("CreateSecret"), 0);
}

#[tokio::test]
async fn an_external_account_is_asked_for_before_a_secret_is_made() {
    let world = World::new().with_external_account();
    assert_eq!(world.register("--agree-to-terms").await, Err(Error::ExternalAccountRequired));
    assert_eq!(world.calls("CreateSecret"), 0);
    world.ca.configure(|settings| settings.external_account_announced = false);
    let error = world.register("--agree-to-terms").await.unwrap_err();
    assert_eq!(error, Error::ExternalAccountRequired, "the directory does not say so, the refusal does");
    world.register(&format!("--agree-to-terms {}", eab("asked"))).await.unwrap();
    assert_eq!(world.ca.accounts().len(), 1);
}

#[tokio::test]
async fn a_key_of_an_external_account_is_good_once() {
    let world = World::new().with_external_account();
    let line = format!("--agree-to-terms {}", eab("once"));
    world.register(&line).await.unwrap();
    let other = format!("register other --url {} {line}", world.ca.directory_url());
    let error = world.run(&other).await.unwrap_err().to_string();
    for said in ["was used already", "get a new one", "stays in the secret acm-autopilot/acme/other"] {
        assert!(error.contains(said), "{error}");
    }
    world.ca.add_external_account("kid-1", b"a key of thirty-two bytes or more");
    world.run(&other).await.unwrap();
    assert_eq!((world.ca.accounts().len(), world.calls("CreateSecret")), (2, 2), "the stored key was used");
}

#[tokio::test]
async fn a_key_that_cannot_be_read_is_not_repeated() {
    let world = World::new().with_external_account();
    let path = file("wrong", &format!("{MAC_KEY}!"));
    let line = |path: &str| format!("--agree-to-terms --eab-kid kid-1 --eab-hmac-file {path}");
    let error = world.register(&line(path.to_str().unwrap())).await.unwrap_err();
    assert_eq!(error, Error::ExternalAccountKey);
    assert!(!format!("{error} {error:?}").contains(MAC_KEY));
    let error = world.register(&line("/not/there")).await.unwrap_err().to_string();
    assert!(error.starts_with("/not/there: No such file"), "{error}");
}

#[tokio::test]
async fn what_the_ca_refuses_is_said_with_what_to_do() {
    let world = World::new();
    let error = world.register("--contact nobody --agree-to-terms").await.unwrap_err().to_string();
    assert!(error.contains("is not an e-mail address; correct what it names"), "{error}");
    for (outage, hint) in [(AcmeOutage::HtmlPage, "continues where it stopped"), (AcmeOutage::NoConnection, "--roots")]
    {
        world.ca.configure(|settings| settings.outage = Some(outage));
        let error = world.register("--agree-to-terms").await.unwrap_err().to_string();
        assert!(error.contains(hint), "{error}");
    }
    world.ca.configure(|settings| settings.outage = None);
    world.register("--agree-to-terms").await.unwrap();
    let url = format!("{}/more", world.ca.directory_url());
    let error = world.run(&format!("register b --url {url} --agree-to-terms")).await.unwrap_err().to_string();
    assert!(error.contains("check --url") || error.contains("correct what it names"), "{error}");
}

#[tokio::test]
async fn what_else_a_secret_may_hold_is_left_alone() {
    let world = World::new();
    let client = aws_sdk_secretsmanager::Client::new(&world.aws.sdk_config());
    client.create_secret().name(SECRET).send().await.unwrap();
    let error = world.register("--agree-to-terms").await.unwrap_err();
    assert_eq!(error, Error::SecretExists { secret: SECRET.to_owned() }, "it has no value");
    client.put_secret_value().secret_id(SECRET).secret_string("a password").send().await.unwrap();
    let error = world.register("--agree-to-terms").await.unwrap_err();
    assert_eq!(error, Error::NotAnAccount { secret: SECRET.to_owned() });
    assert!(!error.to_string().contains("a password"));
    assert_eq!(world.calls("PutSecretValue"), 1);
}

#[tokio::test]
async fn an_account_at_another_server_is_not_overwritten() {
    let world = World::new();
    world.register("--agree-to-terms").await.unwrap();
    let other = world.aws.acme_server("other").directory_url();
    let error = world.run(&format!("register ca --url {other} --agree-to-terms")).await.unwrap_err().to_string();
    assert!(error.contains(&world.ca.directory_url()) && error.contains(&other), "{error}");
    assert_eq!(world.calls("PutSecretValue"), 1);
}

#[tokio::test]
async fn what_secrets_manager_refuses_is_said_with_what_to_do() {
    for operation in ["GetSecretValue", "CreateSecret", "PutSecretValue"] {
        let world = World::new();
        world.aws.fail_next(operation, 1, Fault::AccessDenied);
        let error = world.register("--agree-to-terms").await.unwrap_err().to_string();
        assert!(error.contains(&format!("allow secretsmanager:{operation} on the secret {SECRET}")), "{error}");
        world.register("--agree-to-terms").await.unwrap();
        assert_eq!(world.ca.accounts().len(), 1, "{operation}");
    }
    for (code, status, said) in
        [("LimitExceededException", 400, "correct what AWS names"), ("InternalFailure", 500, "wait")]
    {
        let world = World::new();
        let (code, message) = (code.to_owned(), "there are too many secrets".to_owned());
        world.aws.fail_next("CreateSecret", 9, Fault::Error { code, message, status });
        let error = world.register("--agree-to-terms").await.unwrap_err().to_string();
        assert!(error.contains(said) && error.contains("too many secrets"), "{error}");
    }
    let world = World::new();
    let (code, message) = ("InvalidRequestException".to_owned(), "marked for deletion".to_owned());
    world.aws.fail_next("GetSecretValue", 1, Fault::Error { code, message, status: 400 });
    let error = world.register("--agree-to-terms").await.unwrap_err().to_string();
    assert!(error.contains("aws secretsmanager restore-secret --secret-id acm-autopilot/acme/ca"), "{error}");
}
