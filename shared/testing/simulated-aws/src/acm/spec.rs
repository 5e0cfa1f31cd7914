//! Descriptions of certificates that tests put into ACM.

use std::net::IpAddr;

use jiff::Timestamp;

use crate::Key;
use crate::x509::{AltName, Rdn, rdns};

/// A certificate to put into ACM, without ACM's checks: it may be expired already.
#[derive(Debug, Clone)]
pub struct CertificateSpec {
    pub(super) kind: &'static str,
    pub(super) subject: Vec<Rdn>,
    pub(super) names: Vec<AltName>,
    pub(super) key: Key,
    pub(super) key_usages: Vec<String>,
    pub(super) extended_key_usages: Vec<String>,
    pub(super) not_before: Option<Timestamp>,
    pub(super) not_after: Option<Timestamp>,
    pub(super) days_left: Option<i64>,
    pub(super) tags: Vec<(String, String)>,
    pub(super) in_use_by: Vec<String>,
    pub(super) ca: Option<String>,
    pub(super) thin: bool,
    pub(super) status: String,
    pub(super) eligible: Option<bool>,
    pub(super) exportable: bool,
    pub(super) key_pair_origin: Option<String>,
    pub(super) acme: Option<(String, String)>,
    pub(super) managed_by: Option<String>,
    pub(super) root_hierarchy: Option<String>,
    pub(super) client_auth_only: bool,
    pub(super) validation_method: &'static str,
    pub(super) validation_status: String,
    pub(super) with_records: bool,
    pub(super) renewal: Option<(String, Option<String>)>,
    pub(super) failure_reason: Option<String>,
}

impl CertificateSpec {
    fn new(kind: &'static str, common_name: &str) -> Self {
        Self {
            kind,
            subject: rdns(&[("CN", common_name)]),
            names: Vec::new(),
            key: Key::Rsa2048,
            key_usages: vec!["DIGITAL_SIGNATURE".to_owned(), "KEY_ENCIPHERMENT".to_owned()],
            extended_key_usages: vec!["TLS_WEB_SERVER_AUTHENTICATION".to_owned()],
            not_before: None,
            not_after: None,
            days_left: None,
            tags: Vec::new(),
            in_use_by: Vec::new(),
            ca: None,
            thin: false,
            status: "ISSUED".to_owned(),
            eligible: None,
            exportable: false,
            key_pair_origin: None,
            acme: None,
            managed_by: None,
            root_hierarchy: None,
            client_auth_only: false,
            validation_method: "DNS",
            validation_status: "SUCCESS".to_owned(),
            with_records: true,
            renewal: None,
            failure_reason: None,
        }
    }

    /// An imported certificate: RSA 2048, issued 335 days ago by a CA outside AWS, 30 days left,
    /// for TLS servers, named only by its subject until SANs are added.
    pub fn imported(common_name: &str) -> Self {
        Self::new("IMPORTED", common_name)
    }

    /// A public certificate of ACM's, validated by DNS, issued, not in use.
    pub fn amazon_issued(domain: &str) -> Self {
        Self::new("AMAZON_ISSUED", domain).dns(domain)
    }

    /// A certificate that ACM requested from a private CA and renews automatically when it is in use.
    pub fn private(domain: &str, ca_arn: &str) -> Self {
        Self::new("PRIVATE", domain).dns(domain).issued_by(ca_arn)
    }

    /// The key's type and size.
    #[must_use]
    pub fn key(mut self, key: Key) -> Self {
        self.key = key;
        self
    }

    /// The whole subject, one attribute per RDN in this order, such as
    /// `[("C", "DE"), ("O", "Example"), ("OU", "a"), ("OU", "b"), ("CN", "example.com")]`.
    /// Empty for a certificate that is named by its SANs only.
    #[must_use]
    pub fn subject(mut self, attributes: &[(&str, &str)]) -> Self {
        self.subject = rdns(attributes);
        self
    }

    /// The whole subject with RDNs of several attributes, such as `[&[("OU", "a"), ("CN", "b")]]`.
    #[must_use]
    pub fn multi_valued_subject(mut self, rdns: &[&[(&str, &str)]]) -> Self {
        let owned =
            |rdn: &&[(&str, &str)]| rdn.iter().map(|(kind, value)| ((*kind).to_owned(), (*value).to_owned())).collect();
        self.subject = rdns.iter().map(owned).collect();
        self
    }

    /// A DNS name among the SANs.
    #[must_use]
    pub fn dns(mut self, name: &str) -> Self {
        self.names.push(AltName::Dns(name.to_owned()));
        self
    }

    /// An IP address among the SANs.
    #[must_use]
    pub fn ip(mut self, address: IpAddr) -> Self {
        self.names.push(AltName::Ip(address));
        self
    }

    /// An e-mail address among the SANs.
    #[must_use]
    pub fn email(mut self, address: &str) -> Self {
        self.names.push(AltName::Email(address.to_owned()));
        self
    }

    /// A URI among the SANs.
    #[must_use]
    pub fn uri(mut self, uri: &str) -> Self {
        self.names.push(AltName::Uri(uri.to_owned()));
        self
    }

    /// The key usages, in ACM's names (`DIGITAL_SIGNATURE`); none leaves the extension out.
    #[must_use]
    pub fn key_usages(mut self, names: &[&str]) -> Self {
        self.key_usages = names.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// The extended key usages, in ACM's names (`TLS_WEB_SERVER_AUTHENTICATION`) or as OIDs; none leaves
    /// the extension out.
    #[must_use]
    pub fn extended_key_usages(mut self, names: &[&str]) -> Self {
        self.extended_key_usages = names.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// Start of validity; default: 365 days before expiry.
    #[must_use]
    pub fn not_before(mut self, at: Timestamp) -> Self {
        self.not_before = Some(at);
        self
    }

    /// Expiry; default: 30 days from the clock's now.
    #[must_use]
    pub fn not_after(mut self, at: Timestamp) -> Self {
        self.not_after = Some(at);
        self
    }

    /// Expiry, in days of 24 hours from the clock's now; negative for an expired certificate.
    #[must_use]
    pub fn days_left(mut self, days: i64) -> Self {
        self.days_left = Some(days);
        self
    }

    /// A tag.
    #[must_use]
    pub fn tag(mut self, key: &str, value: &str) -> Self {
        self.tags.push((key.to_owned(), value.to_owned()));
        self
    }

    /// The ARN of a resource that uses it.
    #[must_use]
    pub fn in_use_by(mut self, arn: &str) -> Self {
        self.in_use_by.push(arn.to_owned());
        self
    }

    /// Signed by this private CA, whose certificate is its chain.
    #[must_use]
    pub fn issued_by(mut self, ca_arn: &str) -> Self {
        self.ca = Some(ca_arn.to_owned());
        self
    }

    /// Without keys and PEM text: GetCertificate does not work, thousands are made in no time.
    #[must_use]
    pub fn thin(mut self) -> Self {
        self.thin = true;
        self
    }

    /// The status, such as `PENDING_VALIDATION` (then it has no NotAfter yet), `REVOKED` or `FAILED`.
    /// `EXPIRED` follows automatically when NotAfter is past.
    #[must_use]
    pub fn status(mut self, status: &str) -> Self {
        status.clone_into(&mut self.status);
        if status == "PENDING_VALIDATION" {
            status.clone_into(&mut self.validation_status);
        }
        self
    }

    /// The reason of status `FAILED`, such as `CAA_ERROR`.
    #[must_use]
    pub fn failure_reason(mut self, reason: &str) -> Self {
        self.failure_reason = Some(reason.to_owned());
        self
    }

    /// RenewalEligibility; default: by type and use.
    #[must_use]
    pub fn eligible(mut self, eligible: bool) -> Self {
        self.eligible = Some(eligible);
        self
    }

    /// A public certificate that may be exported.
    #[must_use]
    pub fn exportable(mut self) -> Self {
        self.exportable = true;
        self
    }

    /// CertificateKeyPairOrigin, such as `ACME`; default: by type.
    #[must_use]
    pub fn key_pair_origin(mut self, origin: &str) -> Self {
        self.key_pair_origin = Some(origin.to_owned());
        self
    }

    /// AcmeAccountId and AcmeEndpointArn of a certificate of this client's, which DescribeCertificate and
    /// SearchCertificates show.
    #[must_use]
    pub fn acme_client(mut self, account: &str, endpoint: &str) -> Self {
        self.acme = Some((account.to_owned(), endpoint.to_owned()));
        self.key_pair_origin("ACME").eligible(false)
    }

    /// ManagedBy: `CLOUDFRONT`; default: nobody.
    #[must_use]
    pub fn managed_by(mut self, service: &str) -> Self {
        self.managed_by = Some(service.to_owned());
        self
    }

    /// RootHierarchyType of an Amazon N2 certificate, such as `N2_AMAZON_MANAGED`; default: none, as of all certificates
    /// below older roots.
    #[must_use]
    pub fn root_hierarchy(mut self, hierarchy: &str) -> Self {
        self.root_hierarchy = Some(hierarchy.to_owned());
        self
    }

    /// An Amazon N2 certificate for TLS clients only: CertificateUsage `CLIENT_AUTH_ONLY`; default:
    /// `CLIENT_AND_SERVER_AUTH`.
    #[must_use]
    pub fn client_auth_only(mut self) -> Self {
        self.client_auth_only = true;
        self.extended_key_usages(&["TLS_WEB_CLIENT_AUTHENTICATION"])
    }

    /// Validated by e-mail instead of DNS.
    #[must_use]
    pub fn validated_by_email(mut self) -> Self {
        self.validation_method = "EMAIL";
        self
    }

    /// Validated by HTTP instead of DNS, as CloudFront does.
    #[must_use]
    pub fn validated_by_http(mut self) -> Self {
        self.validation_method = "HTTP";
        self
    }

    /// ValidationStatus of every domain: `SUCCESS` (default), `PENDING_VALIDATION` or `FAILED`.
    #[must_use]
    pub fn validation_status(mut self, status: &str) -> Self {
        status.clone_into(&mut self.validation_status);
        self
    }

    /// DomainValidationOptions without ResourceRecord, as in the seconds after the request.
    #[must_use]
    pub fn without_records(mut self) -> Self {
        self.with_records = false;
        self
    }

    /// A RenewalSummary: status such as `PENDING_VALIDATION`, and perhaps a reason such as `CAA_ERROR`.
    #[must_use]
    pub fn renewal(mut self, status: &str, reason: Option<&str>) -> Self {
        self.renewal = Some((status.to_owned(), reason.map(str::to_owned)));
        self
    }
}
