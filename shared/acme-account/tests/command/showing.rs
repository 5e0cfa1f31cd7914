//! What is shown of an account.

use acme_account::Error;
use simulated_aws::Fault;

use crate::world::World;

#[tokio::test]
async fn records_are_recommended_for_the_domains() {
    let world = World::new();
    world.register("--agree-to-terms").await.unwrap();
    let url = world.ca.accounts()[0].clone();
    let said = world.run("show ca example.com *.example.net --delegation-zone acme.example.org").await.unwrap();
    let directory = world.ca.directory_url();
    assert_eq!(
        said,
        format!(
            "account    {url}\n\
             directory  {directory}\n\
             secret     acm-autopilot/acme/ca\n\
             \n\
             Certificates from this CA only for this account, and only with validation by DNS:\n\
             example.com. CAA 0 issue \"letsencrypt.org; accounturi={url}; validationmethods=dns-01\"\n\
             example.net. CAA 0 issue \"letsencrypt.org; accounturi={url}; validationmethods=dns-01\"\n\
             Keep CAA records of other CAs that issue for these domains, such as amazon.com for ACM.\n\
             \n\
             Validation in the delegation zone:\n\
             _acme-challenge.example.com. CNAME example.com.acme.example.org.\n\
             _acme-challenge.example.net. CNAME example.net.acme.example.org.\n"
        )
    );
}

#[tokio::test]
async fn without_domains_the_server_is_not_asked() {
    let world = World::new();
    world.register("--agree-to-terms").await.unwrap();
    let requests = world.calls("directory");
    let said = world.run("show ca").await.unwrap();
    assert!(said.starts_with(&format!("account    {}\n", world.ca.accounts()[0])) && !said.contains("CAA"), "{said}");
    assert_eq!(world.calls("directory"), requests);
}

#[tokio::test]
async fn a_ca_without_a_name_for_caa_is_said() {
    let world = World::new();
    world.register("--agree-to-terms").await.unwrap();
    world.ca.configure(|settings| settings.caa_identity = "not a name; \"".to_owned());
    let said = world.run("show ca example.com").await.unwrap();
    assert!(said.contains("names no CA for CAA records") && !said.contains("0 issue"), "{said}");
}

#[tokio::test]
async fn an_account_that_is_not_registered_is_said() {
    let world = World::new();
    let not_registered = Error::NotRegistered { name: "ca".to_owned() };
    assert_eq!(world.run("show ca").await, Err(not_registered.clone()));
    world.aws.fail("newAccount", 1, Fault::ServerError);
    world.register("--agree-to-terms").await.unwrap_err();
    assert_eq!(world.run("show ca").await, Err(not_registered), "its key alone is stored");
    world.register("--agree-to-terms").await.unwrap();
    let error = world.run("show ca localhost").await.unwrap_err().to_string();
    assert!(error.contains("`localhost` is not a domain"), "{error}");
}
