//! A strict, deterministic AWS in process, for tests of code that uses the real AWS SDK clients.
//!
//! [`Aws`] is an HTTP client for the SDK: requests are serialized by the SDK, answered by a model of the
//! service, and recorded. There is no network, no wall clock and no random id. The model refuses what
//! AWS documents to refuse (emulators accept much of it), and its clock moves only when a test moves it, or when
//! an SDK client waits between two attempts.
//!
//! ```
//! use jiff::{Timestamp, ToSpan};
//! use simulated_aws::{Aws, CertificateSpec, Fault, Key};
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let aws = Aws::new("2026-11-20T08:00:00Z".parse::<Timestamp>().unwrap());
//! let ca = aws.create_private_ca(Key::P256);
//! let topic = aws.create_topic("notices");
//! let certificate = aws.insert_certificate(
//!     CertificateSpec::imported("www.example.com")
//!         .key(Key::Rsa2048)
//!         .dns("www.example.com")
//!         .dns("*.api.example.com")
//!         .ip("10.0.0.7".parse().unwrap())
//!         .issued_by(&ca)
//!         .days_left(20)
//!         .tag("acm-autopilot:renew-from", "private-ca")
//!         .in_use_by("arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1"),
//! );
//!
//! // The second DescribeCertificate from now is throttled; the SDK tries again automatically.
//! aws.fail("DescribeCertificate", 2, Fault::Throttled);
//!
//! let acm = aws_sdk_acm::Client::new(&aws.sdk_config());
//! for _ in 0..2 {
//!     let answer = acm.describe_certificate().certificate_arn(&certificate).send().await.unwrap();
//!     assert_eq!(answer.certificate().unwrap().domain_name(), Some("www.example.com"));
//! }
//!
//! aws.advance(30.days());
//! assert!(aws.certificate(&certificate).unwrap().not_after < aws.now());
//! assert_eq!(aws.calls().len(), 3);
//! # let _ = topic;
//! # });
//! ```
//!
//! # What there is
//! - Clock: [`Aws::now`], [`Aws::set_time`], [`Aws::advance`]; [`Aws::sdk_config`] carries a time source
//!   and a sleep that run on it, so retries and polling cost no wall time.
//! - Set-up: [`Aws::insert_certificate`], [`Aws::create_private_ca`], [`Aws::insert_private_ca`],
//!   [`Aws::create_topic`], [`Aws::create_event_bus`], [`Aws::set_tags`], [`Aws::set_in_use_by`],
//!   [`Aws::set_certificate`], [`Aws::set_ca_status`], [`Aws::create_hosted_zone`], [`Aws::set_record`],
//!   [`Aws::remove_record`], [`Aws::remove_hosted_zone`], [`Aws::request_certificate`], [`Aws::set_caa`],
//!   [`Aws::set_parameter`], [`Aws::create_queue`], [`Aws::set_domain_name`], [`Aws::insert_secret`],
//!   [`Aws::set_secret_value`], [`Aws::set_secret_tags`], [`Aws::set_secret_deleted`], [`Aws::issue_outside`],
//!   [`Aws::create_load_balancer`], [`Aws::create_classic_load_balancer`], [`Aws::create_distribution`],
//!   [`Aws::insert_resource`] (for Cloud Control API), [`Aws::insert_configuration_item`], [`Aws::record_configuration`],
//!   [`Aws::new_result_token`], [`Aws::insert_bucket`], [`Aws::insert_object`],
//!   [`Aws::insert_server_certificate`], [`Aws::insert_client_certificate`], [`Aws::add_grant`], [`Aws::revoke_grant`].
//! - Other accounts and Regions: [`Aws::scoped`], [`Aws::create_hosted_zone_in`], [`Aws::set_role`]. Credentials that
//!   AssumeRole gives act in the role's account until they expire; an access key of twelve digits acts in that account.
//! - Organizations: [`Aws::create_organization`] and the methods of [`Organization`] (units, accounts, their states and tags,
//!   delegated administrators, service control policies), [`Aws::answer_empty_pages`], [`Aws::set_alternate_contact`].
//! - ACME endpoints of ACM: [`Aws::create_acme_endpoint`], [`Aws::create_acme_binding`], [`Aws::register_acme_account`].
//! - Event history: [`Aws::record_trail_event`].
//! - Permissions of callers: [`Aws::set_role`] with [`RoleTrust`], [`Aws::limit_role`], [`Aws::sdk_config_as`],
//!   [`Organization::deny`], [`Aws::disable_region`].
//! - Public DNS: [`Aws::delegate`], [`Aws::undelegate`], [`Aws::name_servers`]; ACM searches validation records and
//!   CAA in delegated public zones only. `Aws::serve_dns` (feature `server`) answers resolvers.
//! - Renewal by ACM: [`Aws::start_managed_renewal`], [`Aws::set_managed_renewal_days`], [`Aws::validation_record`].
//! - Time and people: [`Aws::age_request`], [`Aws::set_days_left`], [`Aws::answer_validation_mail`].
//! - Faults: [`Aws::fail_call`], [`Aws::fail`], [`Aws::fail_next`], [`Aws::fail_always`],
//!   [`Aws::clear_faults`], [`Aws::restart`].
//! - CAs that speak ACME: [`Aws::acme_server`], reached at `https://acme.simulated/acme/NAME/directory` through the same
//!   HTTP client; their requests are calls of the service `acme`, such as `newOrder`.
//! - Trouble: [`Aws::misissue`], [`Aws::before`] (something happens just before a call), [`Aws::enforce_quotas`],
//!   [`Aws::interleave`] (for two invocations at the same time), [`Aws::set_yearly_import_quota`],
//!   [`Aws::forget_root_hierarchies`] (an endpoint without Amazon N2 certificates),
//!   [`Aws::set_tagging_delay`], [`Aws::set_issuance_delay`], [`Aws::set_issuance_polls`], [`Aws::set_call_duration`].
//! - Permissions of templates: [`permissions`] reads what the deployment template allows a function.
//! - What happened: [`Aws::calls`], [`Aws::calls_here`], [`Aws::calls_by_role`], [`Aws::published`], [`Aws::events`], [`Aws::certificate`],
//!   [`Aws::private_ca`], [`Aws::records`], [`Aws::queued`], [`Aws::evaluations`], [`Aws::results`],
//!   [`Aws::object`], [`Aws::object_keys`], [`Aws::grants`].
//! - Determinism: [`Aws::record`] is the record as text, the same in every run.
//! - Other programs: `Aws::serve` (feature `server`) answers on a loopback port.
//!
//! # Operations
//! README.md lists what is modelled of each service, with its rules. Any other operation is answered with the
//! error `NotModelled`, naming the operation.
//!
//! # Retries
//! Each attempt of the SDK is a call. The SDK lets all clients of a service in one process share a budget for
//! retries (500, of which a retry that fails costs up to 14), so that tests of one program would disturb each
//! other: the model pays back what its faults cost, and the budget never runs out.
//! The SDK also tries again after `LimitExceededException`, which it takes for throttling.
//!
//! Where AWS documents no error code or no order of checks, the model's choice is marked "unverified"
//! in the comment of the rule.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "test support: a wrong set-up should end the test where it is written"
)]

mod account_management;
mod acm;
mod acme_server;
mod apigateway;
mod authorization;
mod aws;
mod calls;
mod clock;
mod cloudcontrol;
mod cloudfront;
mod cloudtrail;
mod config;
mod connector;
#[cfg(feature = "server")]
mod controls;
mod der;
#[cfg(feature = "server")]
mod dns_server;
mod eventbridge;
mod faults;
mod iam;
mod keys;
mod kms;
mod load_balancers;
mod md5;
mod organizations;
mod parameters;
mod pca;
pub mod permissions;
mod places;
mod quotas;
mod reading;
mod record;
#[cfg(test)]
mod recorded;
mod recorder;
mod retries;
mod route53;
mod s3;
mod secrets;
#[cfg(feature = "server")]
mod server;
mod services;
mod sns;
mod sqs;
mod ssm;
mod sts;
mod tagging;
mod wire;
mod x509;

pub use account_management::AlternateContact;
pub use acm::{Certificate, CertificateSpec};
pub use acme_server::{AcmeCertificate, AcmeOrder, AcmeOutage, AcmeRenewalInfo, AcmeServer, AcmeSettings, RetryAfter};
pub use apigateway::DomainName;
pub use aws::Aws;
pub use calls::{Call, CallResult};
pub use cloudfront::Distribution;
pub use cloudtrail::{Trail, TrailEvent};
pub use config::Evaluation;
#[cfg(feature = "server")]
pub use dns_server::DnsServer;
pub use eventbridge::PutEvent;
pub use faults::Fault;
pub use keys::{Key, PrivateKey};
pub use load_balancers::LoadBalancer;
pub use organizations::{AccountState, Organization};
pub use pca::{Misissue, PrivateCa, PrivateCaSpec};
pub use route53::DnsRecord;
pub use s3::S3Object;
#[cfg(feature = "server")]
pub use server::Server;
pub use sns::Notice;
pub use sqs::QueuedMessage;
pub use sts::{RoleRule, RoleTrust};
