//! The report, as data. Each format shows the same of it.

use std::collections::BTreeMap;

use inventory::{Account, Entry, Kind, Source, Unreadable};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The version of the report's JSON. It changes when a reader of the older one would misread the newer.
pub const SCHEMA: u32 = 1;

/// Everything that is known, soonest expiry first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: u32,
    /// When it was made. Days are counted from here, in UTC.
    pub made_at: Timestamp,
    /// Numbers over everything.
    pub totals: Totals,
    /// The same numbers for each owner, by name; `""` are those without an owner.
    pub owners: BTreeMap<String, Totals>,
    /// Each account and Region.
    pub targets: Vec<TargetSummary>,
    /// What could not be read, and of how many: never to be taken for "none".
    pub gaps: Vec<Gap>,
    /// Expiries of the next 398 days, by week.
    pub weeks: Vec<Week>,
    /// Renewals a year as lifetimes shrink.
    pub forecast: Vec<Forecast>,
    /// What certificates and CAs cost a month.
    pub cost: Cost,
    /// Since the last report; `None` in the first one.
    pub changes: Option<Changes>,
    /// Rules that need what the inventory does not store, and how many rows they could not be asked of.
    pub unevaluated_rules: Vec<UnevaluatedRule>,
    /// Each certificate, CA and ACME endpoint: expired and soonest first, those without an end last.
    pub rows: Vec<Row>,
}

/// Numbers over some rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// All of them.
    pub entries: u64,
    /// Issued and past their expiry.
    pub expired: u64,
    /// Expired, and something uses them.
    pub expired_in_use: u64,
    /// Valid, and expire within 30 days.
    pub expiring: u64,
    /// Of these, those that nothing renews: nobody does, or a person has to.
    pub expiring_unhandled: u64,
    /// Of these, those of which it is not known.
    pub expiring_unknown: u64,
    /// Not ready for lifetimes of 47 days.
    pub not_ready: u64,
    /// Whether they are ready is not known.
    pub readiness_unknown: u64,
    /// Nothing uses them.
    pub unused: u64,
    /// Whether something uses them is not known.
    pub use_unknown: u64,
    /// Nobody is known to answer for them.
    pub without_owner: u64,
    /// Findings and rules that are not met.
    pub findings: u64,
    /// Days until the first expiry among those that have not expired; `None` where there is none.
    pub nearest_expiry_days: Option<i64>,
}

/// One account and Region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetSummary {
    /// The account.
    pub account: Account,
    /// The Region.
    pub region: String,
    /// When its shard was taken; `None`: there is no shard, or it is damaged, and `gaps` says why.
    pub taken_at: Option<Timestamp>,
    /// Numbers over its rows.
    pub totals: Totals,
    /// The rules about the account and Region as a whole that are not met, and those that could not be asked.
    pub rules: Vec<RuleResult>,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// What is missing.
    pub what: Missing,
    /// Why, by AWS's answer.
    pub why: Unreadable,
    /// Accounts and Regions that are affected, as `123456789012/eu-central-1`.
    pub targets: Vec<String>,
    /// How many rows lack it. For a list that was not read it is not known how many rows are missing.
    pub rows: Option<u64>,
}

/// What a gap is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Missing {
    /// A whole shard.
    Shard,
    /// A list: rows or uses may be missing.
    List(Source),
    /// Issuer, serial and validation of rows.
    Identity,
    /// Tags of rows.
    Tags,
    /// What only DescribeCertificate shows.
    Description,
    /// The chain.
    Chain,
    /// The owner.
    Owner,
}

/// A week of expiries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Week {
    /// Its first day, a Monday.
    pub starts: Date,
    /// Expiries of what ACM, a function or an ACME client renews.
    pub handled: u64,
    /// Expiries of what nobody renews, or a person has to.
    pub unhandled: u64,
    /// Expiries of which it is not known.
    pub unknown: u64,
}

/// Renewals in a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Forecast {
    /// The year, such as 2029.
    pub year: i16,
    /// The longest lifetime of public certificates then, in days.
    pub longest_lifetime_days: u16,
    /// Renewals that ACM, a function or an ACME client does.
    pub automatic: u64,
    /// Renewals that a person has to do.
    pub by_hand: u64,
    /// Renewals of which it is not known.
    pub unknown: u64,
    /// Accounts and Regions whose imports would be more than ACM's quota of a year, with their number.
    pub over_import_quota: BTreeMap<String, u64>,
}

/// What is paid a month, in US dollars.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// The day of the prices.
    pub prices_of: Option<Date>,
    /// Each kind of cost.
    pub items: Vec<CostItem>,
    /// Their sum.
    pub monthly_usd: f64,
}

/// One kind of cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CostItem {
    /// In words, such as `private CAs in general-purpose mode`.
    pub what: String,
    /// How many.
    pub count: u64,
    /// Price of one, a month.
    pub each_usd: f64,
    /// Of all.
    pub monthly_usd: f64,
}

/// What is different since the last report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Changes {
    /// When the last report was made.
    pub since: Timestamp,
    /// Each change.
    pub items: Vec<Change>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The ARN.
    pub arn: String,
    /// What people call it.
    pub name: String,
    /// What happened.
    pub what: Difference,
    /// In words, such as `eu-west-1/app/shop now uses it`.
    pub detail: String,
}

/// How a row differs from the last report's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Difference {
    /// It was not there.
    New,
    /// It is not there any more, and its account and Region were read.
    Gone,
    /// Another certificate under the same ARN.
    Replaced,
    /// Something uses it that did not.
    NewConsumer,
    /// Another owner.
    OwnerChanged,
}

/// One certificate, CA or ACME endpoint with its verdicts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// What was read of it.
    pub entry: Entry,
    /// Its account.
    pub account: Account,
    /// Its Region.
    pub region: String,
    /// Calendar days until its expiry in UTC, negative after it; `None` without an expiry.
    pub days_left: Option<i64>,
    /// Who renews it.
    pub renewal: RenewedBy,
    /// Whether something uses it.
    pub use_verdict: UseVerdict,
    /// Whether it is ready for lifetimes of 47 days.
    pub readiness: Readiness,
    /// What else people should know.
    pub findings: Vec<Finding>,
    /// The rules that are not met, and those that could not be asked; what is compliant is left out.
    pub rules: Vec<RuleResult>,
    /// What to do next, with exact commands; empty where nothing is to be done.
    pub steps: Vec<Step>,
}

/// Who renews a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RenewedBy {
    /// Who.
    pub who: Renewer,
    /// In words, with what prevents it where nobody does.
    pub why: String,
}

/// Who renews.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Renewer {
    /// ACM's managed renewal.
    Acm,
    /// imported-renewal, by the certificate's tags.
    Autopilot,
    /// The ACME client that holds the key.
    AcmeClient,
    /// A person, each time: e-mail validation, IAM, client certificates of API Gateway.
    Person,
    /// Nobody.
    Nobody,
    /// It was not possible to read what decides it.
    Unknown,
    /// It ended or never began, or it has no expiry.
    NotNeeded,
}

/// Whether something uses a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UseVerdict {
    /// The verdict.
    pub verdict: Use,
    /// In words: by what, since when unused, or what could not be read.
    pub why: String,
}

/// Whether something uses a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Use {
    /// By a resource of AWS.
    InUse,
    /// Its key is outside AWS: exported, an ACME client's, a client certificate.
    OutsideAws,
    /// By nothing, seen twice at least a day apart, and everything was read.
    Unused,
    /// Not known: something could not be read, or it was seen only once.
    Unknown,
    /// CAs and endpoints.
    NotApplicable,
}

/// Whether a certificate is ready for lifetimes of 47 days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Readiness {
    /// The verdict.
    pub verdict: Ready,
    /// Why, and the one thing to do where it is not.
    pub why: String,
}

/// The verdict about 47 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ready {
    /// It renews without a person.
    Ready,
    /// A person would have to act each time.
    NotReady,
    /// The shorter lifetimes do not apply: private CAs, Amazon's own roots.
    Exempt,
    /// It was not possible to read what decides it.
    Unknown,
}

/// Something that people should know of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Of which kind.
    pub kind: FindingKind,
    /// In words.
    pub text: String,
}

/// A kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FindingKind {
    /// Expired, and something uses it.
    ExpiredInUse,
    /// Another entry has the same issuer and serial.
    SameCertificate,
    /// Another certificate has the same names.
    SameNames,
    /// One wildcard would cover it and others, in an account for tests.
    WildcardWouldDo,
    /// Tagged `acm-autopilot:pinned`: never renewed silently.
    Pinned,
    /// Certificates of production and of tests are in one account.
    MixedPurposes,
    /// Its key was exported: each renewal has to be fetched again.
    ExportedCopies,
    /// InUseBy has a resource, and no KMS grant is for it.
    NoGrant,
    /// A certificate above it expires before it does.
    ChainExpiresFirst,
}

/// What a compliance rule says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleResult {
    /// The rule's name.
    pub rule: String,
    /// The verdict.
    pub verdict: RuleVerdict,
    /// Why.
    pub why: String,
}

/// Whether a rule is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RuleVerdict {
    /// It is not.
    NonCompliant,
    /// Something that it needs could not be read.
    Unknown,
}

/// A rule that needs what the inventory does not store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnevaluatedRule {
    /// The rule's name.
    pub rule: String,
    /// What it needs.
    pub why: String,
    /// Rows that it could not be asked of.
    pub rows: u64,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// In words.
    pub text: String,
    /// A command to paste; `None` where there is none.
    pub command: Option<String>,
}

/// Whether an entry is a certificate, and not a CA or an ACME endpoint.
pub fn is_certificate(kind: Kind) -> bool {
    !matches!(kind, Kind::PrivateCa | Kind::AcmeEndpoint | Kind::AcmeBinding | Kind::AcmeAccount)
}
