//! What the page may load and run: what is in it, and nothing else.

use aws_lc_rs::digest::{SHA256, digest};
use base64ct::{Base64, Encoding};

/// Content-Security-Policy by hashes of the page's own scripts and styles
/// ([CSP Level 3](https://www.w3.org/TR/CSP3/#grammardef-hash-source)). Trusted types, of which there is none, keep
/// scripts from making HTML out of text.
pub(crate) fn content_security_policy(scripts: &[&str], styles: &[&str]) -> String {
    format!(
        "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        hashes(scripts),
        hashes(styles)
    )
}

fn hashes(texts: &[&str]) -> String {
    let hash = |text: &&str| format!("'sha256-{}'", Base64::encode_string(digest(&SHA256, text.as_bytes()).as_ref()));
    texts.iter().map(hash).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_has_its_hash() {
        // printf 'alert(1)' | openssl dgst -sha256 -binary | base64
        let policy = content_security_policy(&["alert(1)"], &[""]);
        assert!(policy.contains("script-src 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"), "{policy}");
        assert!(policy.contains("style-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"), "{policy}");
    }
}
