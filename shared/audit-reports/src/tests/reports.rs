//! Reports.

use jiff::Timestamp;

use crate::{CsvRows, JsonRows, Row, RowError};

pub(crate) const HEADER: &str = "awsAccountId,requestedByServicePrincipal,certificateArn,serial,subject,notBefore,\
                                 notAfter,issuedAt,revokedAt,revocationReason,templateArn\n";

/// The rows of AWS's example.
pub(crate) const CSV: &str = "\
123456789012,,arn:aws:acm-pca:region:account:certificate-authority/CA_ID/certificate/certificate_ID,\
00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff,\"2.5.4.5=#012345678901,2.5.4.44=#0a1b3c4d,CN=www.example1.com,OU=Sales,\
O=Example Company,L=Seattle,ST=Washington,C=US\",2020-03-02T21:43:57+0000,2020-04-07T22:43:57+0000,\
2020-03-02T22:43:58+0000,,UNSPECIFIED,arn:aws:acm-pca:::template/EndEntityCertificate/V1
123456789012,acm.amazonaws.com,arn:aws:acm-pca:region:account:certificate-authority/CA_ID/certificate/certificate_ID,\
ff:ee:dd:cc:bb:aa:99:88:77:66:55:44:33:22:11:00,\"CN=www.example1.com,OU=Sales\",2020-03-02T20:53:39+0000,\
2020-04-07T21:53:39+0000,2020-03-02T21:53:40+0000,2020-03-05T21:53:40+0000,KEY_COMPROMISE,\
arn:aws:acm-pca:::template/EndEntityCertificate/V1
";

pub(crate) const JSON: &str = r#"[
   {
      "awsAccountId":"123456789012",
      "certificateArn":"arn:aws:acm-pca:region:account:certificate-authority/CA_ID/certificate/certificate_ID",
      "serial":"00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff",
      "subject":"2.5.4.5=#012345678901,2.5.4.44=#0a1b3c4d,CN=www.example1.com,OU=Sales,O=Example Company,L=Seattle,ST=Washington,C=US",
      "notBefore":"2020-03-02T21:43:57+0000",
      "notAfter":"2020-04-07T22:43:57+0000",
      "issuedAt":"2020-03-02T22:43:58+0000",
      "revocationReason":"UNSPECIFIED",
      "templateArn":"arn:aws:acm-pca:::template/EndEntityCertificate/V1"
   },
   {
      "awsAccountId":"123456789012",
      "requestedByServicePrincipal":"acm.amazonaws.com",
      "certificateArn":"arn:aws:acm-pca:region:account:certificate-authority/CA_ID/certificate/certificate_ID",
      "serial":"ff:ee:dd:cc:bb:aa:99:88:77:66:55:44:33:22:11:00",
      "subject":"CN=www.example1.com,OU=Sales",
      "notBefore":"2020-03-02T20:53:39+0000",
      "notAfter":"2020-04-07T21:53:39+0000",
      "issuedAt":"2020-03-02T21:53:40+0000",
      "revokedAt":"2020-03-05T21:53:40+0000",
      "revocationReason":"KEY_COMPROMISE",
      "templateArn":"arn:aws:acm-pca:::template/EndEntityCertificate/V1"
   }
]
"#;

pub(crate) const MAX: usize = 2_000;

pub(crate) fn csv(text: impl AsRef<[u8]>) -> Result<Vec<Row>, RowError> {
    CsvRows::new(text.as_ref(), MAX)?.collect()
}

pub(crate) fn json(text: impl AsRef<[u8]>) -> Result<Vec<Row>, RowError> {
    JsonRows::new(text.as_ref(), MAX)?.collect()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
