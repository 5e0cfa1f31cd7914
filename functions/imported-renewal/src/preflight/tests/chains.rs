//! Its chain.

use super::*;

#[test]
fn a_broken_chain() {
    let good = || case(|_| ());
    let broken = |change: &dyn Fn(&mut Case)| {
        let mut case = good();
        change(&mut case);
        let refusal = case.check().unwrap_err();
        assert_eq!(refusal.reason, FailureReason::ChainBroken);
        refusal.detail
    };
    assert!(broken(&|case| case.new.above.clear()).contains("no chain"));
    assert!(broken(&|case| case.new.above.reverse()).contains("certificate 1"));
    assert!(broken(&|case| drop(case.new.above.remove(0))).contains("certificate 1"));
    assert!(broken(&|case| case.new.above.insert(0, case.new.leaf.clone())).contains("certificate 1"));
    assert!(broken(&|case| case.new.above.push(case.new.above[0].clone())).contains("certificate 3"));
    // The same name, another key.
    assert!(broken(&|case| case.new.above[1] = read(&root().pem())).contains("certificate 2"));
    assert!(broken(&|case| case.new.above[0].is_ca = false).contains("not a CA's"));
    assert!(
        broken(&|case| case.new.above[1].not_after = "2026-11-20T07:00:00Z".parse().unwrap()).contains("not valid now")
    );
    assert!(
        broken(&|case| case.new.above[1].not_before = "2026-11-20T09:00:00Z".parse().unwrap())
            .contains("not valid now")
    );
}

#[test]
fn a_chain_is_valid_from_its_first_moment_to_its_last() {
    let mut case = case(|_| ());
    case.new.above[0].not_before = case.now.parse().unwrap();
    case.new.above[1].not_after = case.now.parse().unwrap();
    assert_eq!(case.check(), Ok(()));
}

#[test]
fn roots_as_others_make_them() {
    for (title, pem) in [("SHA-1", SHA1_ROOT), ("version 1", VERSION_1_ROOT), ("without an expiry", ENDLESS_ROOT)] {
        assert_eq!(of_pem(pem).check(), Ok(()), "{title}");
    }
    // Only a root may be of an earlier version.
    let mut middle = case(|_| ());
    (middle.new.above[0].is_ca, middle.new.above[0].is_version_3) = (false, false);
    assert_eq!(middle.refused(), FailureReason::ChainBroken);
    // SHA-1 counts of a root alone.
    let mut weak = of_pem(SHA1_ROOT);
    let root = weak.new.above.pop().unwrap();
    weak.new.leaf = root.clone();
    weak.new.leaf.is_ca = false;
    weak.new.above = vec![root];
    (weak.current.leaf.names, weak.current.leaf.subject) = (weak.new.leaf.names.clone(), weak.new.leaf.subject.clone());
    weak.current.leaf.key_usage = None;
    weak.current.leaf.extended_key_usage.clear();
    weak.key.clone_from(&weak.new.leaf.public_key);
    assert_eq!(weak.refused(), FailureReason::ChainBroken);
}

/// What clients refuse is not imported instead of what they accept.
#[test]
fn chains_as_clients_judge_them() {
    for sample in samples::all() {
        let above: Vec<Certificate> = sample.above.iter().map(|pem| read(pem)).collect();
        let root = above.last().cloned().into_iter().collect();
        let current = Chain { leaf: read(&sample.in_place), above: root };
        let new = Chain { leaf: read(&sample.leaf), above };
        let mut case = Case { current, key: new.leaf.public_key.clone(), new, ..case(|_| ()) };
        match (case.check(), sample.refused) {
            (Ok(()), None) => {}
            (Err(refusal), Some(piece)) if refusal.reason == FailureReason::ChainRefused => {
                assert!(refusal.detail.contains(piece), "{}: {}", sample.title, refusal.detail);
            }
            (checked, _) => panic!("{}: {checked:?}", sample.title),
        }
        // It was so before.
        let not_after = case.current.leaf.not_after;
        case.current = case.new.clone();
        (case.current.leaf.serial, case.current.leaf.not_after) = (SerialNumber::parse("1").unwrap(), not_after);
        assert_eq!(case.check(), Ok(()), "{}, in place", sample.title);
    }
}
