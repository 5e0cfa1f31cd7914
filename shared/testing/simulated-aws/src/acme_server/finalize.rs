//! Finalizing an order with a CSR (RFC 8555, 7.4).

use base64ct::{Base64UrlUnpadded, Encoding};
use jiff::SignedDuration;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::cri_attributes::ParsedCriAttribute;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::FromDer;

use super::identifiers::Identifier;
use super::issuer::Csr;
use super::jws::Jws;
use super::orders::Finalized;
use super::problem::Problem;
use super::{Answer, Exchange, Reply};
use crate::reading::{key_kind, signature_is_valid};

/// CA/Browser Forum baseline requirements, 3.2.2.8: CAA is checked again when it was checked more than 8 hours ago;
/// Boulder does it after 7.
const CAA_LIFETIME: SignedDuration = SignedDuration::from_hours(7);

impl Exchange<'_> {
    pub(super) fn finalize(&mut self, jws: &Jws, account: usize, id: usize) -> Answer {
        let order = self.own_order(account, id)?;
        let status = self.status(order);
        if status != "ready" {
            let why = format!("Order's status ({status:?}) is not acceptable for finalization");
            return Err(Problem::new("orderNotReady", why));
        }
        let payload = jws.object()?;
        let der = Base64UrlUnpadded::decode_vec(payload["csr"].as_str().unwrap_or_default());
        let csr = der.map_err(|_| "Error parsing certificate request".to_owned()).and_then(|der| read(&der));
        let csr = csr.and_then(|csr| matches(&csr, &order.identifiers).map(|()| csr));
        let csr = csr.map_err(|why| Problem::new("badCSR", why))?;
        if *csr.public_key == *self.server.accounts[account].key.point() {
            return Err(Problem::new("badCSR", "certificate public key must be different than account key"));
        }
        let finalized = match self.recheck_caa(account, id) {
            Some(problem) => Finalized::Failed(problem),
            None => self.issue(id, &csr),
        };
        self.server.orders[id].finalized = Some(finalized);
        let works = self.status(&self.server.orders[id]) == "processing";
        let reply = Reply::json(self.order_json(id)).header("location", self.order_url(id));
        Ok(self.waiting(reply, works))
    }

    fn recheck_caa(&self, account: usize, id: usize) -> Option<Problem> {
        let authorizations = self.server.orders[id].authorizations.iter().map(|id| &self.server.authorizations[*id]);
        let old = authorizations.filter(|one| {
            one.attempt.as_ref().is_some_and(|attempt| self.now.duration_since(attempt.shown_at) > CAA_LIFETIME)
        });
        let refused =
            old.filter_map(|one| Some((one.identifier.clone(), self.check_caa(account, &one.identifier.value).err()?)));
        Problem::of_identifiers(refused.collect())
    }
}

fn read(der: &[u8]) -> Result<Csr, String> {
    let (rest, csr) = X509CertificationRequest::from_der(der).map_err(|error| format!("not PKCS #10: {error}"))?;
    let info = &csr.certification_request_info;
    let key = key_kind(&info.subject_pki)?;
    let algorithm = csr.signature_algorithm.algorithm.to_id_string();
    if !rest.is_empty() || !signature_is_valid(&info.subject_pki, &algorithm, info.raw, &csr.signature_value.data) {
        return Err("invalid signature on CSR".to_owned());
    }
    let requested = info.attributes().iter().find_map(|attribute| match attribute.parsed_attribute() {
        ParsedCriAttribute::ExtensionRequest(request) => Some(&request.extensions),
        _ => None,
    });
    let names = requested.into_iter().flatten().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectAlternativeName(names) => Some(names.general_names.iter().map(text).collect()),
        _ => None,
    });
    let common_name = info.subject.iter_common_name().next().and_then(|name| name.as_str().ok());
    Ok(Csr {
        names: names.unwrap_or_default(),
        common_name: common_name.map(str::to_ascii_lowercase),
        key,
        public_key_info: info.subject_pki.raw.to_vec(),
        public_key: info.subject_pki.subject_public_key.data.to_vec(),
    })
}

/// Kinds other than names and addresses are in no order.
fn text(name: &GeneralName<'_>) -> String {
    match name {
        GeneralName::DNSName(name) => name.to_ascii_lowercase(),
        GeneralName::IPAddress(bytes) => match <[u8; 4]>::try_from(*bytes) {
            Ok(address) => std::net::IpAddr::from(address).to_string(),
            Err(_) => <[u8; 16]>::try_from(*bytes)
                .map_or_else(|_| "?".to_owned(), |ip| std::net::IpAddr::from(ip).to_string()),
        },
        other => other.to_string(),
    }
}

/// RFC 8555, 7.4: "The CSR MUST indicate the exact same set of requested identifiers as the initial newOrder request."
fn matches(csr: &Csr, identifiers: &[Identifier]) -> Result<(), String> {
    let mut asked: Vec<_> = csr.names.iter().chain(&csr.common_name).map(String::as_str).collect();
    asked.sort_unstable();
    asked.dedup();
    let mut ordered: Vec<_> = identifiers.iter().map(|identifier| identifier.value.as_str()).collect();
    ordered.sort_unstable();
    if asked == ordered {
        return Ok(());
    }
    Err(format!("CSR does not specify same identifiers as Order: {asked:?} vs. {ordered:?}"))
}
