//! The messages in ASN.1 ([RFC 6960, appendix B.1](https://www.rfc-editor.org/rfc/rfc6960#appendix-B.1)). What is hashed
//! or signed is kept as the bytes that it is.

use der::asn1::{Any, AnyRef, BitString, GeneralizedTime, Int, Null, ObjectIdentifier, OctetString};
use der::{Choice, Sequence};

/// `id-pkix-ocsp-basic`.
pub(crate) const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");
/// `id-sha1` ([RFC 3370, 2.1](https://www.rfc-editor.org/rfc/rfc3370#section-2.1)).
pub(crate) const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");

#[derive(Sequence)]
pub(crate) struct OcspRequest {
    pub(crate) tbs_request: TbsRequest,
}

#[derive(Sequence)]
pub(crate) struct TbsRequest {
    pub(crate) request_list: Vec<Request>,
}

#[derive(Sequence)]
pub(crate) struct Request {
    pub(crate) cert_id: CertId,
}

#[derive(Clone, Sequence)]
pub(crate) struct CertId {
    pub(crate) hash_algorithm: HashAlgorithm,
    pub(crate) issuer_name_hash: OctetString,
    pub(crate) issuer_key_hash: OctetString,
    pub(crate) serial_number: Int,
}

#[derive(Clone, Sequence)]
pub(crate) struct HashAlgorithm {
    pub(crate) oid: ObjectIdentifier,
    pub(crate) parameters: Option<Any>,
}

#[derive(Sequence)]
pub(crate) struct OcspResponse<'a> {
    /// ENUMERATED, also of a number that is not known.
    pub(crate) response_status: AnyRef<'a>,
    #[asn1(context_specific = "0", optional = "true", tag_mode = "EXPLICIT")]
    pub(crate) response_bytes: Option<ResponseBytes>,
}

#[derive(Sequence)]
pub(crate) struct ResponseBytes {
    pub(crate) response_type: ObjectIdentifier,
    pub(crate) response: OctetString,
}

#[derive(Sequence)]
pub(crate) struct BasicResponse<'a> {
    pub(crate) tbs_response_data: AnyRef<'a>,
    pub(crate) signature_algorithm: AnyRef<'a>,
    pub(crate) signature: BitString,
    #[asn1(context_specific = "0", optional = "true", tag_mode = "EXPLICIT")]
    pub(crate) certs: Option<Vec<Any>>,
}

#[derive(Sequence)]
pub(crate) struct ResponseData {
    /// The default, 0 for version 1, must be absent in DER, and is not always.
    #[asn1(context_specific = "0", optional = "true", tag_mode = "EXPLICIT")]
    pub(crate) version: Option<u8>,
    pub(crate) responder_id: ResponderId,
    pub(crate) produced_at: GeneralizedTime,
    pub(crate) responses: Vec<SingleResponse>,
    #[asn1(context_specific = "1", optional = "true", tag_mode = "EXPLICIT")]
    pub(crate) response_extensions: Option<Vec<Extension>>,
}

#[derive(Choice)]
pub(crate) enum ResponderId {
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", constructed = "true")]
    ByName(Any),
    /// SHA-1 of the key, whatever else is hashed with.
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", constructed = "true")]
    ByKey(OctetString),
}

#[derive(Sequence)]
pub(crate) struct SingleResponse {
    pub(crate) cert_id: CertId,
    pub(crate) cert_status: CertStatus,
    pub(crate) this_update: GeneralizedTime,
    #[asn1(context_specific = "0", optional = "true", tag_mode = "EXPLICIT")]
    pub(crate) next_update: Option<GeneralizedTime>,
    #[asn1(context_specific = "1", optional = "true", tag_mode = "EXPLICIT")]
    pub(crate) single_extensions: Option<Vec<Extension>>,
}

#[derive(Choice)]
pub(crate) enum CertStatus {
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    Good(Null),
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true")]
    Revoked(RevokedInfo),
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT")]
    Unknown(Null),
}

#[derive(Sequence)]
pub(crate) struct RevokedInfo {
    pub(crate) revocation_time: GeneralizedTime,
    /// ENUMERATED, also of a number that is not known.
    #[asn1(context_specific = "0", optional = "true", tag_mode = "EXPLICIT")]
    pub(crate) revocation_reason: Option<Any>,
}

#[derive(Sequence)]
pub(crate) struct Extension {
    pub(crate) oid: ObjectIdentifier,
    #[asn1(default = "Default::default")]
    pub(crate) critical: bool,
    pub(crate) value: OctetString,
}
