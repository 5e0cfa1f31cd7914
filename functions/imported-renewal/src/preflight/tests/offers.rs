//! What is known before it is issued, and so before anything is paid for.

use super::*;

#[test]
fn before_a_certificate_is_issued() {
    let good = case(|_| ());
    let usages = |key_usage, extended: &[&str]| {
        Some(Usages { key_usage, extended_key_usage: extended.iter().map(|&oid| oid.to_owned()).collect() })
    };
    let both = usages(0b101, &[SERVER_AUTH, CLIENT_AUTH]);
    let offer = || Offer {
        issuer_chain: Some(good.new.above.clone()),
        issuers: None,
        usages: both.clone(),
        not_after: Some(good.new.leaf.not_after),
        revocation_is_ahead: false,
    };
    let by = |chain: &[Certificate]| Offer { issuer_chain: Some(chain.to_vec()), ..offer() };
    let stranger = [read(&named_root("Stranger").pem())];
    let reversed: Vec<Certificate> = good.new.above.iter().rev().cloned().collect();
    let before = Some("2026-12-10T00:00:00Z".parse().unwrap());
    let nothing_known =
        Offer { issuer_chain: None, issuers: None, usages: None, not_after: None, revocation_is_ahead: false };
    let among = |issuers: &[Certificate]| Offer { issuers: Some(issuers.to_vec()), ..nothing_known.clone() };
    for (title, offer, issuer_may_change, expected) in [
        ("good", offer(), false, None),
        ("nothing is known", nothing_known.clone(), false, None),
        ("client's usage goes", Offer { usages: usages(0b101, &[SERVER_AUTH]), ..offer() }, false, None),
        ("no longer", Offer { not_after: before, ..offer() }, false, Some(FailureReason::NotLonger)),
        (
            "no longer, instead of what is revoked",
            Offer { not_after: before, revocation_is_ahead: true, ..offer() },
            false,
            None,
        ),
        (
            "no usage",
            Offer { usages: usages(0, &[SERVER_AUTH, CLIENT_AUTH]), ..offer() },
            false,
            Some(FailureReason::KeyUsageLost),
        ),
        (
            "no extended usage",
            Offer { usages: usages(0b101, &[]), ..offer() },
            false,
            Some(FailureReason::KeyUsageLost),
        ),
        ("no chain", by(&[]), false, Some(FailureReason::ChainBroken)),
        ("no chain, whatever is allowed", by(&[]), true, Some(FailureReason::ChainBroken)),
        ("wrong order", by(&reversed), false, Some(FailureReason::ChainBroken)),
        ("a stranger", by(&stranger), false, Some(FailureReason::IssuerChanged)),
        ("an allowed stranger", by(&stranger), true, None),
        ("one of several", among(&[stranger[0].clone(), good.current.above[0].clone()]), false, None),
        ("none at all", among(&[]), false, Some(FailureReason::IssuerChanged)),
        ("none of several", among(&stranger), false, Some(FailureReason::IssuerChanged)),
        ("none of several, which is allowed", among(&stranger), true, None),
    ] {
        let checked = check_offer(&good.current, issuer_may_change, &offer, good.now.parse().unwrap());
        assert_eq!(checked.err().map(|failure| failure.reason), expected, "{title}");
    }
    let expired = check_offer(&good.current, false, &offer(), "2036-01-02T00:00:00Z".parse().unwrap());
    assert_eq!(expired.unwrap_err().reason, FailureReason::ChainBroken);
}
