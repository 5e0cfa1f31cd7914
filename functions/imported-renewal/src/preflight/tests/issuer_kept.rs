//! Who issued it.

use super::*;

#[test]
fn an_issuer_is_known_by_its_key() {
    // The same name, another key; and a chain of the real CA, that did not sign the current certificate.
    let real = root();
    let mut current = leaf();
    current.not_after = date_time_ymd(2026, 12, 10);
    let forged = issued(current, &RcgenKey::generate().unwrap(), &root());
    let middle = middle("Middle", &real);
    let key = RcgenKey::generate().unwrap();
    let new = issued(leaf(), &key, &middle);
    let chain = vec![read(&middle.pem()), read(&real.pem())];
    let forged = Case {
        current: Chain { leaf: forged, above: chain.clone() },
        key: new.public_key.clone(),
        new: Chain { leaf: new, above: chain },
        ..case(|_| ())
    };
    assert_eq!(forged.refused(), FailureReason::IssuerChanged);

    // The same key under another name.
    let mut renamed = case(|_| ());
    let name = read(&named_root("Renamed").pem()).subject;
    (renamed.current.leaf.issuer, renamed.current.above[0].subject) = (name.clone(), name);
    assert_eq!(renamed.check(), Ok(()));
}

#[test]
fn names_in_latin_1_are_not_all_the_same() {
    let [leaf, a, b] = [TELETEX_LEAF, TELETEX_ROOT_A, TELETEX_ROOT_B].map(read);
    let changed = issuer::changed(&leaf, &b.subject);
    assert!(changed.contains("`O=Müller, CN=Wurzel A`, the new one by `O=Söhne, CN=Wurzel B`, and"), "{changed}");
    assert!(issuer::changed(&leaf, &a.subject).contains("the same name and another key"));
    let alone = Chain { leaf, above: Vec::new() };
    assert!(issuer::is_kept(&alone, std::slice::from_ref(&a)));
    assert!(!issuer::is_kept(&alone, std::slice::from_ref(&b)));

    let mut case = of_pem(&[TELETEX_LEAF, TELETEX_ROOT_A].concat());
    assert_eq!(case.check(), Ok(()));
    case.current.leaf.subject = b.subject;
    let refusal = case.check().unwrap_err();
    assert_eq!(refusal.reason, FailureReason::NameLost);
    assert!(refusal.detail.starts_with("the subject changed from `O=Söhne, CN=Wurzel B` to `"), "{}", refusal.detail);
}

#[test]
fn another_issuer() {
    let named = |name| CertifiedIssuer::self_signed(ca_params(name), RcgenKey::generate().unwrap()).unwrap();
    let (root, public) = (root(), named("Public Root"));
    let (same, sibling, foreign) = (middle("Middle", &root), middle("Sibling", &root), middle("Foreign", &public));
    let namesake = middle("Middle", &public);
    // Whoever has one certificate of the CA, and signs others with its key.
    let customer = CertifiedIssuer::signed_by(leaf(), RcgenKey::generate().unwrap(), &same).unwrap();
    // A new certificate of `same`, instead of one that was issued like this.
    let instead_of = |issuer: &Issuer, chain: &[&Issuer]| {
        let mut current = leaf();
        current.not_after = date_time_ymd(2026, 12, 10);
        let mut case = case_of(&root, &same, |_| ());
        case.current.leaf = issued(current, &RcgenKey::generate().unwrap(), issuer);
        case.current.above = chain.iter().map(|one| read(&one.pem())).collect();
        case
    };

    // The same issuer, with or without a chain; another one below the same root.
    for kept in [
        instead_of(&same, &[]),
        instead_of(&same, &[&same, &root]),
        instead_of(&root, &[]),
        instead_of(&sibling, &[&sibling]),
        instead_of(&sibling, &[&sibling, &root]),
    ] {
        assert_eq!(kept.check(), Ok(()));
    }
    // Without its chain, nothing shows what was above the issuer.
    for mut changed in [
        instead_of(&public, &[&public]),
        instead_of(&foreign, &[]),
        instead_of(&foreign, &[&foreign, &public]),
        instead_of(&sibling, &[]),
        // The issuer's name alone makes nobody its issuer.
        instead_of(&namesake, &[]),
        instead_of(&namesake, &[&same, &root]),
        instead_of(&customer, &[&customer, &same, &root]),
    ] {
        let refusal = changed.check().unwrap_err();
        assert_eq!(refusal.reason, FailureReason::IssuerChanged);
        let issuer = name_text(&changed.current.leaf.issuer);
        assert!(refusal.detail.contains(&issuer) && refusal.detail.contains("CN=Middle"), "{}", refusal.detail);
        changed.issuer_may_change = true;
        assert_eq!(changed.check(), Ok(()));
    }
}

/// Public CAs change intermediates at any time, and serve no root: nothing that is above one certificate is above the next.
#[test]
fn intermediates_may_rotate_under_the_configured_issuers() {
    let named = |name| CertifiedIssuer::self_signed(ca_params(name), RcgenKey::generate().unwrap()).unwrap();
    let (root, second_root, stranger) = (root(), named("Second Root"), named("Stranger"));
    let (before, after) = (middle("R10", &root), middle("R11", &root));
    let elsewhere = middle("E7", &second_root);
    let mut case = case_of(&root, &after, |_| ());
    case.new.above = vec![read(&after.pem())];
    let by = |issuer: &Issuer| {
        let mut current = leaf();
        current.not_after = date_time_ymd(2026, 12, 10);
        Chain { leaf: issued(current, &RcgenKey::generate().unwrap(), issuer), above: vec![read(&issuer.pem())] }
    };
    // Whether it may be replaced, and whether that is a change.
    for (current, issuers, may_be, is_change) in [
        (by(&before), vec![], false, true),
        (by(&before), vec![&root], true, false),
        (by(&elsewhere), vec![&root], false, true),
        (by(&elsewhere), vec![&root, &second_root], true, false),
        (by(&elsewhere), vec![&second_root], true, true),
        (by(&stranger), vec![&root, &second_root], false, true),
    ] {
        (case.current, case.issuers) = (current, issuers.iter().map(|one| read(&one.pem())).collect());
        assert_eq!(case.check().is_ok(), may_be, "{:?}", case.current.leaf.issuer);
        assert_eq!(issuer_change(&case.current, &case.new, &case.issuers).is_some(), is_change);
    }
    // A chain that did not sign the certificate proves nothing.
    let forged = Chain { leaf: by(&stranger).leaf, above: vec![read(&before.pem())] };
    (case.current, case.issuers) = (forged, vec![read(&root.pem())]);
    assert_eq!(case.refused(), FailureReason::IssuerChanged);
}
