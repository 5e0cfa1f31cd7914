//! Whether what a disturbed pass shows differs from what a calm one shows only where it says that something is missing.

use inventory::{Entry, Identity, Kind, Reading, Shard, Source, Usage};

/// The differences that nothing explains.
pub(crate) fn unexplained(calm: &Shard, disturbed: &Shard) -> Vec<String> {
    let find = |arn: &str| disturbed.entries.iter().find(|entry| entry.arn == arn);
    let invented = disturbed.entries.iter().filter(|entry| !calm.entries.iter().any(|one| one.arn == entry.arn));
    let invented = invented.map(|entry| format!("{} does not exist", entry.name));
    let differences = calm.entries.iter().filter_map(|entry| match find(&entry.arn) {
        None if is_unreadable(disturbed, list_of(entry.kind)) => None,
        None => Some(format!("{} is missing, and no list says so", entry.name)),
        Some(other) => difference(entry, other, disturbed),
    });
    invented.chain(differences).collect()
}

fn difference(calm: &Entry, disturbed: &Entry, shard: &Shard) -> Option<String> {
    let mut expected = calm.clone();
    let mut found = disturbed.clone();
    // What uses a server certificate is known without a description.
    let describes = found.kind == Kind::IamServer || found.described.known().is_some();
    explain(&mut expected.described, &mut found.described);
    // Without a description, the certificate itself was not asked for.
    if !describes && found.chain == Reading::NotAsked {
        found.chain = expected.chain.clone();
    }
    explain(&mut expected.chain, &mut found.chain);
    // Signatures are others in each world.
    if let (Reading::Known { value: one, .. }, Reading::Known { value: other, .. }) =
        (&expected.chain, &mut found.chain)
    {
        other.fingerprint.clone_from(&one.fingerprint);
    }
    if disturbed.tags.unreadable().is_some() {
        assert_eq!(disturbed.purpose, None);
        found.purpose = expected.purpose.clone();
    }
    explain(&mut expected.tags, &mut found.tags);
    // Of a server certificate the list has neither names nor key.
    if disturbed.kind == Kind::IamServer && disturbed.identity.unreadable().is_some() {
        found.names.clone_from(&expected.names);
        (found.key_algorithm, found.not_before) = (expected.key_algorithm.clone(), expected.not_before);
    }
    explain(&mut expected.owner, &mut found.owner);
    if is_unreadable(shard, Source::Identities) {
        explain_identity(&mut expected.identity, &mut found.identity);
    }
    explain(&mut expected.identity, &mut found.identity);
    if !describes || shows_uses_in_part(shard) {
        // What AWS owns stays what it is where nobody could say for whom it is.
        let is_known = |usage: &Usage| expected.uses.iter().any(|other| other.resource == usage.resource);
        assert!(found.uses.iter().all(|usage| usage.is_aws_owned || is_known(usage)), "{:#?}", found.uses);
        found.uses = expected.uses.clone();
        assert_eq!(found.unused_since, None, "{} has no verdict: uses may be missing", found.name);
        expected.unused_since = None;
    }
    // The time of the pass is another one.
    if expected.unused_since.is_some() && found.unused_since.is_some() {
        found.unused_since = expected.unused_since;
    }
    (expected != found).then(|| format!("{}\nexpected {expected:#?}\nfound {found:#?}", calm.name))
}

/// What says that it is not known is as good as what is known.
fn explain<T: Clone>(expected: &mut Reading<T>, found: &mut Reading<T>) {
    match (&*expected, &mut *found) {
        (_, Reading::Unreadable(unreadable)) => {
            assert!(
                !unreadable.code.is_empty() && unreadable.action.contains(':') && !unreadable.explanation.is_empty()
            );
            *found = expected.clone();
        }
        (Reading::Known { as_of, .. }, Reading::Known { as_of: other, .. }) => *other = *as_of,
        _ => {}
    }
}

/// DescribeCertificate spells names in another way, and has all of them.
fn explain_identity(expected: &mut Reading<Identity>, found: &mut Reading<Identity>) {
    let (Reading::Known { value: calm, .. }, Reading::Known { value, .. }) = (&*expected, &mut *found) else { return };
    for (calm, value) in [(&calm.issuer, &mut value.issuer), (&calm.subject, &mut value.subject)] {
        assert!(calm.is_none() || value.is_some());
        value.clone_from(calm);
    }
}

fn list_of(kind: Kind) -> Source {
    match kind {
        Kind::Imported | Kind::AmazonIssued | Kind::Private | Kind::Acme => Source::Certificates,
        Kind::IamServer => Source::ServerCertificates,
        Kind::ApiClient => Source::ClientCertificates,
        Kind::PrivateCa => Source::PrivateCas,
        Kind::AcmeEndpoint | Kind::AcmeBinding | Kind::AcmeAccount => Source::AcmeEndpoints,
    }
}

pub(crate) fn is_unreadable(shard: &Shard, source: Source) -> bool {
    shard.header.sources.iter().any(|one| one.source == source && one.found.unreadable().is_some())
}

fn shows_uses_in_part(shard: &Shard) -> bool {
    let about_certificates = [
        Source::Identities,
        Source::Tags,
        Source::Requesters,
        Source::ServerCertificates,
        Source::ClientCertificates,
        Source::PrivateCas,
        Source::AcmeEndpoints,
    ];
    let unreadable = shard.header.sources.iter().filter(|one| one.found.unreadable().is_some());
    unreadable.into_iter().any(|one| !about_certificates.contains(&one.source))
}
