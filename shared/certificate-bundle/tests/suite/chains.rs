//! Which certificate is the leaf, which of several, and what is above it.

use certificate_bundle::{Known, NoBundle, SecretValue, Unusable, read};
use rcgen::KeyPair;

use crate::pki::{Ca, Leaf, Pki, ca, ca_params, leaf, leaf_with_key, lf, pki, read_text, reason, text};

fn chain(secret: &str) -> String {
    read_text(secret).unwrap().chain_pem()
}

fn pair(leaf: &Leaf) -> String {
    format!("{}{}", leaf.key, leaf.pem)
}

fn chosen(leaves: &[&Leaf], names: &[&str]) -> Result<String, NoBundle> {
    let secret: String = leaves.iter().map(|leaf| pair(leaf)).collect();
    let known = Known { names, ..Known::default() };
    Ok(read(SecretValue::Text(&secret), known)?.leaf_pem().to_owned())
}

/// The same CA, signed by another one.
fn cross_signed(name: &str, by: &Ca, of: &Ca) -> String {
    lf(&ca_params(name).signed_by(of.issuer.key(), &by.issuer).unwrap().pem())
}

#[test]
fn a_root_is_left_out_unless_it_is_the_issuer() {
    let Pki { root, ca, leaf } = pki();
    let secret = pair(leaf);
    assert_eq!(chain(&format!("{secret}{}{}", root.pem(), ca.pem())), ca.pem());
    assert_eq!(chain(&format!("{secret}{}", root.pem())), "", "a root that did not issue it");
    assert_eq!(chain(&secret), "");
    let below_root = crate::pki::leaf(&["a.example"], 2050, root);
    assert_eq!(chain(&format!("{}{}", pair(&below_root), root.pem())), root.pem());
}

#[test]
fn a_chain_is_built_by_signatures() {
    let Pki { root, ca, leaf } = pki();
    // Of the same names, with other keys.
    let (other_root, impostor) = (crate::pki::ca("Example Root", None), crate::pki::ca("Example CA", None));
    let unrelated = crate::pki::ca("Unrelated", Some(root));
    for above in [
        [&impostor, &other_root, &unrelated, ca, root],
        [ca, root, &impostor, &other_root, &unrelated],
        [root, &unrelated, ca, &other_root, &impostor],
    ] {
        let above: String = above.iter().map(|one| one.pem()).collect();
        assert_eq!(chain(&format!("{above}{}", pair(leaf))), ca.pem());
    }
}

#[test]
fn a_cross_signed_root_is_left_out_where_the_root_is_there_and_kept_where_it_is_not() {
    let (old, new) = (ca("Old Root", None), ca("New Root", None));
    let middle = ca("Middle", Some(&new));
    let server = leaf(&["a.example"], 2050, &middle);
    let cross = cross_signed("New Root", &old, &new);
    let (secret, middle) = (pair(&server), middle.pem());
    for (above, expected) in [
        (format!("{middle}{cross}{}{}", new.pem(), old.pem()), middle.clone()),
        (format!("{middle}{}{cross}", new.pem()), middle.clone()),
        (format!("{middle}{cross}"), format!("{middle}{cross}")),
        (format!("{}{cross}{middle}", old.pem()), format!("{middle}{cross}")),
    ] {
        assert_eq!(chain(&format!("{secret}{above}")), expected);
    }
}

#[test]
fn cas_that_signed_each_other_end() {
    let (one, two) = (ca("One", None), ca("Two", None));
    let server = leaf(&["a.example"], 2050, &one);
    let (one_by_two, two_by_one) = (cross_signed("One", &two, &one), cross_signed("Two", &one, &two));
    assert_eq!(chain(&format!("{}{two_by_one}{one_by_two}", pair(&server))), format!("{one_by_two}{two_by_one}"));
}

#[test]
fn chains_of_old_kinds_of_strings_are_built() {
    // Its names are in Latin-1. Its key is nowhere, so that only its root can be looked for.
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../x509/tests/pem/");
    let read = |name: &str| std::fs::read_to_string(format!("{folder}{name}")).unwrap();
    assert_eq!(reason(&[read("teletex-leaf.pem"), read("teletex-root-a.pem")].concat()), "certificate-without-key");
}

#[test]
fn of_several_the_one_with_the_present_names_is_chosen() {
    let issuer = &pki().ca;
    let [a, b] = ["a.example", "b.example"].map(|name| leaf(&[name, "192.0.2.1"], 2050, issuer));
    let wildcard = leaf(&["*.example", "192.0.2.1"], 2060, issuer);
    for (names, expected) in [
        (&["a.example"][..], &a),
        (&["b.example"], &b),
        (&["B.Example", "192.0.2.1"], &b),
        // Literally comes before by a wildcard, although that one lasts longer.
        (&["c.example"], &wildcard),
        (&["a.example", "c.example"], &wildcard),
        (&["*.example"], &wildcard),
    ] {
        assert_eq!(chosen(&[&a, &b, &wildcard], names).as_deref(), Ok(expected.pem.as_str()), "{names:?}");
    }
    for names in [&["d.c.example"][..], &["example"], &["a.example", "192.0.2.2"]] {
        assert_eq!(chosen(&[&a, &b, &wildcard], names), Err(Unusable::NoneHasTheNames.into()), "{names:?}");
    }
}

#[test]
fn of_several_with_the_names_the_one_that_expires_last_is_chosen() {
    let issuer = &pki().ca;
    let [old, new] = [2040, 2041].map(|year| leaf(&["a.example"], year, issuer));
    for leaves in [[&old, &new], [&new, &old]] {
        assert_eq!(chosen(&leaves, &["a.example"]).as_deref(), Ok(new.pem.as_str()));
        assert_eq!(chosen(&leaves, &[]).as_deref(), Ok(new.pem.as_str()));
    }
}

#[test]
fn a_renewed_certificate_for_the_same_key_is_chosen() {
    let key = KeyPair::generate().unwrap();
    let again = KeyPair::from_pem(&key.serialize_pem()).unwrap();
    let old = leaf_with_key(&["a.example"], 2040, &pki().ca, key);
    let new = leaf_with_key(&["a.example"], 2041, &pki().ca, again);
    assert_eq!(read_text(&format!("{}{}{}", old.pem, new.pem, old.key)).unwrap().leaf_pem(), new.pem);
}

#[test]
fn a_single_one_is_not_judged_by_its_names() {
    let Pki { ca, leaf, .. } = pki();
    assert_eq!(chosen(&[leaf], &["other.example"]).as_deref(), Ok(leaf.pem.as_str()));
    // Nor is it beside the key of its CA.
    let secret = format!("{}{}{}", pair(leaf), ca.pem(), ca.issuer.key().serialize_pem());
    assert_eq!(read_text(&secret).unwrap().leaf_pem(), leaf.pem);
}

#[test]
fn a_damaged_issuer_is_not_a_missing_one() {
    let Pki { ca, leaf, .. } = pki();
    let damaged = ca.pem().replacen("MI", "NI", 1);
    assert_eq!(reason(&format!("{}{damaged}", pair(leaf))), "certificate-unreadable");
    assert!(read_text(&format!("{}{}{damaged}", pair(leaf), ca.pem())).is_ok());
    let self_signed = [text("rsa-2048.crt.pem"), text("rsa-2048.pkcs8.pem")].concat();
    assert!(read_text(&format!("{self_signed}{damaged}")).is_ok());
}

#[test]
fn more_than_anybody_needs_is_refused() {
    let tiny =
        |number: u8| format!("-----BEGIN CERTIFICATE-----MAcwADAAAgE{}-----END CERTIFICATE-----", char::from(number));
    assert_eq!(reason(&tiny(b'A').repeat(129)), "too-many");
    assert_eq!(reason(&"x".repeat(65_537)), "too-large");
    assert_eq!(reason(&"x".repeat(65_536)), "no-certificate");
}
