//! What is known before it is issued.

use super::*;

/// What is known before anything is paid for.
#[test]
fn before_a_certificate_is_issued() {
    let good = case(|_| ());
    let offer = || Offer {
        issuer_chain: good.new.above.clone(),
        key_usage: 0b101,
        extended_key_usage: [SERVER_AUTH, CLIENT_AUTH].map(str::to_owned).into(),
        not_after: good.new.leaf.not_after,
    };
    let server = BTreeSet::from([SERVER_AUTH.to_owned()]);
    let stranger = || vec![read(&named_root("Stranger").pem())];
    let reversed: Vec<Certificate> = good.new.above.iter().rev().cloned().collect();
    let before = "2026-12-10T00:00:00Z".parse().unwrap();
    let late = "2036-01-02T00:00:00Z";
    for (title, offer, now, issuer_may_change, expected) in [
        ("good", offer(), good.now, false, None),
        ("client's usage goes", Offer { extended_key_usage: server, ..offer() }, good.now, false, None),
        ("no longer", Offer { not_after: before, ..offer() }, good.now, false, Some(FailureReason::NotLonger)),
        ("no usage", Offer { key_usage: 0, ..offer() }, good.now, false, Some(FailureReason::KeyUsageLost)),
        (
            "no extended usage",
            Offer { extended_key_usage: BTreeSet::new(), ..offer() },
            good.now,
            false,
            Some(FailureReason::KeyUsageLost),
        ),
        ("no chain", Offer { issuer_chain: Vec::new(), ..offer() }, good.now, false, Some(FailureReason::ChainBroken)),
        ("no chain", Offer { issuer_chain: Vec::new(), ..offer() }, good.now, true, Some(FailureReason::ChainBroken)),
        ("wrong order", Offer { issuer_chain: reversed, ..offer() }, good.now, false, Some(FailureReason::ChainBroken)),
        ("over", offer(), late, false, Some(FailureReason::ChainBroken)),
        (
            "a stranger",
            Offer { issuer_chain: stranger(), ..offer() },
            good.now,
            false,
            Some(FailureReason::IssuerChanged),
        ),
        ("an allowed stranger", Offer { issuer_chain: stranger(), ..offer() }, good.now, true, None),
    ] {
        let checked = check_offer(&good.current, issuer_may_change, &offer, now.parse().unwrap());
        assert_eq!(checked.err().map(|failure| failure.reason), expected, "{title}");
    }
}
