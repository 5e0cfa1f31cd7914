//! An account with a few certificates, and a person.

use std::path::PathBuf;

use certificate_report::{Command, Display, Error, Finished, Options, run};
use simulated_aws::{AlternateContact, Aws, CertificateSpec, Key};

pub(crate) const LOAD_BALANCER: &str =
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188";
pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/auditor";

pub(crate) struct World {
    pub(crate) aws: Aws,
    name: String,
    /// Imported, renewed by imported-renewal, and due.
    pub(crate) due: String,
    /// Its validation record is missing in the account's zone.
    pub(crate) pending: String,
}

impl World {
    /// The name is that of the test, whose files are in a folder of their own.
    pub(crate) fn new(name: &str) -> Self {
        let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
        let ca = aws.create_private_ca(Key::P256);
        let imported = |name: &str| CertificateSpec::imported(name).dns(name);
        aws.insert_certificate(
            imported("shop.example.com").days_left(9).in_use_by(LOAD_BALANCER).tag("Owner", "shop team"),
        );
        aws.insert_certificate(imported("old.example.com").days_left(-3));
        aws.insert_certificate(CertificateSpec::amazon_issued("www.example.com").dns("www.example.com").days_left(200));
        let due = imported("api.example.com").issued_by(&ca).days_left(20);
        let due = aws
            .insert_certificate(due.tag("acm-autopilot:renew-from", "private-ca").tag("acm-autopilot:private-ca", &ca));
        aws.create_hosted_zone("example.com");
        let pending = aws.request_certificate(&["new.example.com"], &[]);
        aws.advance(jiff::ToSpan::minutes(5));
        aws.forget_record();
        Self { aws, name: name.to_owned(), due, pending }
    }

    /// Somebody answers for the account.
    pub(crate) fn with_contact(self) -> Self {
        self.aws.set_alternate_contact("SECURITY", AlternateContact::new("security", "sec@example.com"));
        self
    }

    pub(crate) fn folder(&self) -> PathBuf {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("certificate-report").join(&self.name);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    pub(crate) fn options(&self, line: &str) -> Options {
        let out = self.folder().join("report.html").display().to_string();
        let words = line.split_whitespace().map(str::to_owned).chain(["--out".to_owned(), out]);
        match Command::parse(words).unwrap() {
            Command::Report(options) => options,
            Command::Help => panic!("{line}"),
        }
    }

    pub(crate) async fn try_run(&self, line: &str) -> Result<Finished, Error> {
        run(&self.aws.sdk_config(), &self.options(line), Display::Nothing).await
    }

    pub(crate) async fn run(&self, line: &str) -> Finished {
        self.try_run(line).await.unwrap()
    }

    /// By somebody who may do this only.
    pub(crate) async fn run_with(&self, actions: &[&str], line: &str) -> Finished {
        self.aws.limit_role(ROLE, actions);
        run(&self.aws.sdk_config_as(ROLE, "me"), &self.options(line), Display::Nothing).await.unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(self.folder().join("report.json")).unwrap()).unwrap()
    }
}
