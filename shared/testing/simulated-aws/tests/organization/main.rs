//! AWS Organizations, Account Management, and who may do what in the accounts of an organization.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, missing_docs)]

mod access;
mod contacts;
mod controls;
mod lists;
mod pages;
mod policies;
mod raw;
mod regions;
mod roles;

use simulated_aws::{Aws, Organization, Server};

const MANAGEMENT: &str = "123456789012";
const SHOP: &str = "111122223333";
const LAB: &str = "444455556666";
const STRANGER: &str = "999999999999";
const WORKLOADS: &str = "ou-ab12-11111111";
const PRODUCTION: &str = "ou-ab12-22222222";

/// The management account, a unit in a unit with the shop in it, and a lab in the root.
fn start() -> (Aws, Server, Organization) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let organization = aws.create_organization("o-a1b2c3d4e5");
    organization.insert_unit(WORKLOADS, organization.root(), "workloads");
    organization.insert_unit(PRODUCTION, WORKLOADS, "production");
    organization.create_account(SHOP, "shop-prod", PRODUCTION);
    organization.create_account(LAB, "lab", organization.root());
    let server = aws.serve("127.0.0.1:0".parse().unwrap()).unwrap();
    (aws, server, organization)
}
