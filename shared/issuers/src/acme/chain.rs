//! PEM, as ACME has it.

use certificates::{Failure, FailureReason};
use pem_rfc7468::LineEnding;
use x509::Certificate;

use crate::request::IssuedChain;

/// The certificate apart from those above it. RFC 8555, 7.4.2: the first one is the end entity's.
pub(super) fn split(pem: &str) -> Result<IssuedChain, Failure> {
    let unreadable =
        |what: String| Failure::new(FailureReason::ChainBroken, format!("the CA's chain cannot be read: {what}"));
    let all = Certificate::all_from_pem(pem).map_err(|error| unreadable(error.to_string()))?;
    let (leaf, above) = all.split_first().ok_or_else(|| unreadable("it is empty".to_owned()))?;
    let encode = |certificate: &Certificate| {
        pem_rfc7468::encode_string("CERTIFICATE", LineEnding::LF, certificate.der())
            .map_err(|error| unreadable(error.to_string()))
    };
    let chain: Vec<String> = above.iter().map(encode).collect::<Result<_, _>>()?;
    Ok(IssuedChain { certificate: encode(leaf)?, chain: chain.concat() })
}

/// The request in DER. One that is not PEM, which none of ours is, is refused by the CA.
pub(super) fn csr_der(pem: &str) -> Vec<u8> {
    pem_rfc7468::decode_vec(pem.as_bytes()).map(|(_, der)| der).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pem(name: &str) -> String {
        rcgen::generate_simple_self_signed([name.to_owned()]).unwrap().cert.pem()
    }

    #[test]
    fn the_first_is_the_leaf() {
        let (leaf, above) = (pem("www.example.com"), pem("ca.example"));
        let split = split(&format!("{leaf}\n{above}")).unwrap();
        assert_eq!(Certificate::from_pem(&split.certificate).unwrap().names.first().unwrap(), "www.example.com");
        assert_eq!(Certificate::all_from_pem(&split.chain).unwrap().len(), 1);
        for wrong in ["", "<html>", &leaf.replace("MII", "AAA")] {
            assert_eq!(super::split(wrong).unwrap_err().reason, FailureReason::ChainBroken, "{wrong}");
        }
    }
}
