//! After a plan was applied, deciding again gives an empty one, whatever the state was.

use certificates::tags::{self, Tags};
use certificates::{
    CertificateDetail, CertificateSummary, CertificateType, FailureReason, KeyPairOrigin, Renewal, RenewalEligibility,
    RenewalStatus,
};
use expiry_events::plan::{Plan, plan};
use expiry_events::policy::RenewalRequest;
use expiry_events::{CertificateState, Obstacle, Occasion};
use jiff::SignedDuration;
use proptest::prelude::*;

use super::world::{NOW, at, certificate, retagged, settings};

fn occasions() -> impl Strategy<Value = Occasion> {
    prop::sample::select(vec![
        Occasion::ApproachingExpiration,
        Occasion::Expired,
        Occasion::Available,
        Occasion::Renewed,
        Occasion::RenewalActionRequired,
        Occasion::Revoked,
        Occasion::RevokedByCa,
        Occasion::Rotated,
        Occasion::RenewalStateChange,
        Occasion::Sweep,
        Occasion::Other,
    ])
}

prop_compose! {
    fn certificates()(
        kind in prop::sample::select(vec![CertificateType::Imported, CertificateType::AmazonIssued, CertificateType::Private]),
        hours_left in -2_000i64..10_000,
        lifetime_hours in 1i64..9_600,
        eligible in any::<bool>(),
        in_use in any::<Option<bool>>(),
        renewal in proptest::option::of(prop::sample::select(vec!["PENDING_AUTO_RENEWAL", "PENDING_VALIDATION", "SUCCESS", "FAILED"])),
        status in prop::sample::select(vec!["ISSUED", "ISSUED", "ISSUED", "REVOKED", "PENDING_VALIDATION"]),
        acme in prop::bool::weighted(0.2),
        clients_only in prop::bool::weighted(0.2),
    ) -> CertificateDetail {
        let end = at(NOW) + SignedDuration::from_hours(hours_left);
        let issued = status != "PENDING_VALIDATION";
        CertificateDetail { summary: CertificateSummary { certificate_type: kind, not_before: issued.then(|| end - SignedDuration::from_hours(lifetime_hours)), not_after: issued.then_some(end), renewal_eligibility: Some(if eligible { RenewalEligibility::Eligible } else { RenewalEligibility::Ineligible }), in_use, key_pair_origin: acme.then_some(KeyPairOrigin::Acme), usage: clients_only.then(|| "CLIENT_AUTH_ONLY".into()), status: status.into(), ..certificate(NOW).summary.clone() }, renewal: renewal.map(|status| Renewal { status: status.into(), reason: None, domains: Vec::new() }), ..certificate(NOW) }
    }
}

prop_compose! {
    fn states()(
        renew_from in proptest::option::of(prop::sample::select(vec!["private-ca", "secret", "acme", "moon"])),
        status in proptest::option::of(prop::sample::select(RenewalStatus::ALL.map(RenewalStatus::as_str).to_vec())),
        minutes in proptest::option::of(-100i64..5_000),
        reason in proptest::option::of(prop::sample::select(FailureReason::ALL.to_vec())),
        attempts in 0u32..5,
        notified in proptest::option::of("(45|30|15|7|3|1|0|-|expired|x)@2026-1[12]-[0-2][1-9](/renewed|/renewal-action-required|/revoked)?(/critical-2026-11-2[01])?(/secret-checked-2026-11-2[01])?"),
        mute in proptest::option::of(prop::sample::select(vec!["on", "off", "off-until:2026-11-21", "off-until:2026-11-22"])),
        others in prop_oneof![3 => Just(0usize), 1 => 38usize..50],
    ) -> Tags {
        let mut tags: Tags = (0..others).map(|n| (format!("key-{n}"), "x")).collect();
        let values = [
            (tags::RENEW_FROM, renew_from.map(str::to_owned)),
            (tags::STATUS, status.map(str::to_owned)),
            (tags::STATUS_SINCE, minutes.map(|minutes| tags::format_time(at(NOW) - SignedDuration::from_mins(minutes)))),
            (tags::STATUS_REASON, reason.map(|reason| reason.to_string())),
            (tags::ATTEMPTS, (attempts > 0).then(|| attempts.to_string())),
            (tags::NOTIFIED, notified),
            (tags::NOTICES, mute.map(str::to_owned)),
        ];
        for (key, value) in values {
            if let Some(value) = value && tags.iter().count() < tags::LIMIT {
                tags = tags.with(key, value);
            }
        }
        tags
    }
}

/// What the tags are after this plan.
fn applied(state: &CertificateState, plan: &Plan) -> Tags {
    let mut after: Tags = state.tags.clone();
    let checked = plan.request.as_ref().and_then(|request| request.secret_checked.as_ref());
    if let Some(notified) = plan.record_notified.as_ref().or(checked) {
        after = after.with(tags::NOTIFIED, notified.to_string());
    }
    if let Some(pending) = plan.request.as_ref().and_then(|request| request.pending_tags.as_ref()) {
        after = after.with(tags::STATUS, "pending-renewal").with(tags::STATUS_SINCE, tags::format_time(pending.since));
        if let Some(serial) = &pending.renewal_of {
            after = after.with(tags::RENEWAL_OF, serial);
        }
        if pending.clear_reason {
            after = after.iter().filter(|(key, _)| *key != tags::STATUS_REASON).collect();
        }
    }
    after
}

fn obstacles() -> impl Strategy<Value = Option<Obstacle>> {
    prop_oneof![
        4 => Just(None),
        1 => Just(Some(Obstacle::TagsRefused("acm:AddTagsToCertificate failed (AccessDeniedException): no".into()))),
        1 => Just(Some(Obstacle::RequestFailed("events:PutEvents failed (InternalFailure): no".into()))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4 * ProptestConfig::default().cases, ..Default::default() })]

    #[test]
    fn deciding_again_gives_an_empty_plan(certificate in certificates(), tags in states(), occasion in occasions()) {
        let state = CertificateState::new(occasion, certificate, tags, at(NOW));
        let plan = plan(&state, &settings());
        let after = applied(&state, &plan);
        prop_assert!(after.iter().count() <= tags::LIMIT, "{after:?}");
        let again = expiry_events::plan::plan(&retagged(&state, after), &settings());

        // Without room for its tag a notice is sent for an hour: see the README.
        let forgetful = !plan.publish.is_empty() && plan.record_notified.is_none();
        if !forgetful {
            prop_assert_eq!(again.publish, []);
        }
        prop_assert_eq!(again.record_notified, None);
        // A request that was only repeated is repeated until somebody takes it up.
        let is_repeated = |request: &RenewalRequest| request.pending_tags.is_none() && request.secret_checked.is_none();
        let repeated = plan.request.as_ref().is_some_and(is_repeated);
        prop_assert_eq!(again.request.is_some(), repeated);
    }

    #[test]
    fn where_tags_are_refused_no_tag_is_planned(certificate in certificates(), tags in states(), occasion in occasions()) {
        let obstacle = Some(Obstacle::TagsRefused("no".into()));
        let plan = plan(&CertificateState { obstacle, ..CertificateState::new(occasion, certificate, tags, at(NOW)) }, &settings());
        prop_assert_eq!((&plan.record_notified, &plan.try_notified), (&None, &None));
        prop_assert!(plan.request.is_none_or(|request| request.pending_tags.is_none() && request.secret_checked.is_none()));
    }

    #[test]
    fn every_notice_says_all_that_it_has_to(
        certificate in certificates(),
        tags in states(),
        occasion in occasions(),
        obstacle in obstacles(),
    ) {
        let state = CertificateState { obstacle, ..CertificateState::new(occasion, certificate, tags, at(NOW)) };
        let plan = plan(&state, &settings());
        for notice in plan.publish {
            prop_assert!(!notice.what_happened.is_empty() && !notice.why_it_matters.is_empty());
            prop_assert!(!notice.what_happens_next.is_empty());
            let harmless = notice.severity == notices::Severity::Info;
            prop_assert!(harmless || !notice.what_to_do.is_empty(), "{notice:?}");
            prop_assert!(notice.subject.contains("example.com"), "{}", notice.subject);
            prop_assert!(!notice.subject.contains("..."), "cut: {}", notice.subject);
            if let Some(notified) = &plan.record_notified {
                prop_assert!(tags::is_allowed_value(&notified.to_string()));
            }
        }
    }
}
