//! What to do for API Gateway's custom domain names that wait for a person.

use certificates::CertificateArn;
use notices::{foreign, foreign_up_to};

use crate::domain_names::{PendingDomainName, PendingStatus};

/// A person reads this.
const LISTED: usize = 10;
/// [CreateDomainName](https://docs.aws.amazon.com/apigateway/latest/api/API_CreateDomainName.html): a DNS name.
const LONGEST_NAME: usize = 255;
/// API Gateway's words about a status.
const MESSAGE: usize = 200;

/// What happened, in a sentence; none where nothing waits.
pub(super) fn what_happened(waiting: &[PendingDomainName]) -> Option<String> {
    let names = match waiting {
        [] => return None,
        [one] => format!("the custom domain name {}", foreign(&one.name)),
        more => format!("{} custom domain names", more.len()),
    };
    Some(format!("API Gateway needs an action from you before it uses the new certificate for {names}."))
}

/// The steps: for names that wait for the same, one command.
pub(super) fn steps(waiting: &[PendingDomainName], arn: &CertificateArn) -> Vec<String> {
    let listed = &waiting[..waiting.len().min(LISTED)];
    let (usable, others): (Vec<_>, Vec<_>) = listed.iter().partition(|one| is_usable(one));
    let mut steps: Vec<String> = groups(&usable).iter().flat_map(|group| group_steps(group, arn)).collect();
    if !others.is_empty() {
        let names: Vec<String> =
            others.iter().map(|one| format!("{} ({})", foreign(&one.name), one.status.as_str())).collect();
        steps.push(format!("Check these custom domain names in API Gateway: {}.", names.join(", ")));
    }
    let more = waiting.len() - listed.len();
    if more > 0 {
        steps.push(format!(
            "{more} more custom domain names wait. This command lists the status of all: aws apigateway get-domain-names \
             --region {} --output text --query 'items[].[domainNameStatus,domainName]'",
            arn.region()
        ));
    }
    steps
}

/// Whether a command with this name is safe to paste: API Gateway takes no other names.
fn is_usable(one: &PendingDomainName) -> bool {
    let plain = |text: &str, more: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c));
    !one.name.is_empty()
        && one.name.len() <= LONGEST_NAME
        && !one.name.starts_with('-')
        && plain(&one.name, "-_.*")
        && one.id.as_deref().is_none_or(|id| plain(id, ""))
}

/// Names that one command is for. A private name has an id, and so a command of its own.
fn groups<'a>(waiting: &[&'a PendingDomainName]) -> Vec<Vec<&'a PendingDomainName>> {
    let mut groups: Vec<Vec<&PendingDomainName>> = Vec::new();
    for &one in waiting {
        let same = |other: &PendingDomainName| (other.status, other.path, &other.id) == (one.status, one.path, &one.id);
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| same(first))) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

fn group_steps(group: &[&PendingDomainName], arn: &CertificateArn) -> Vec<String> {
    let Some(first) = group.first() else { return Vec::new() };
    let (names, status) = (subject(group), status(group, first.status));
    let update = |path: &str, value: &str| {
        let id = first.id.as_ref().map(|id| format!(" --domain-name-id {id}")).unwrap_or_default();
        let patch = format!("--patch-operations op=replace,path={path},value={value}");
        for_each(group, |name| {
            format!("aws apigateway update-domain-name --region {} --domain-name {name}{id} {patch}", arn.region())
        })
    };
    match first.status {
        PendingStatus::CertificateReimport => vec![format!(
            "API Gateway has not accepted the new certificate for {names} ({status}). Set the certificate again: {}",
            update(first.path, arn.as_str())
        )],
        PendingStatus::OwnershipVerification => vec![
            format!(
                "API Gateway needs proof that you own {names} ({status}). Request a certificate from ACM for that, and create the \
                 DNS record that ACM names: {}",
                for_each(group, |name| format!(
                    "aws acm request-certificate --region {} --domain-name {name} --validation-method DNS",
                    arn.region()
                ))
            ),
            format!(
                "When ACM has issued that certificate, replace ISSUED_ARN with its ARN: {}",
                update("/ownershipVerificationCertificateArn", "ISSUED_ARN")
            ),
        ],
    }
}

fn subject(group: &[&PendingDomainName]) -> String {
    match group {
        [one] => format!("the custom domain name {}", one.name),
        more => format!("{} custom domain names", more.len()),
    }
}

/// The status, and API Gateway's words about it.
fn status(group: &[&PendingDomainName], status: PendingStatus) -> String {
    match group.iter().find_map(|one| one.message.as_deref()) {
        Some(message) => format!("{}: {}", status.as_str(), foreign_up_to(message.trim_end_matches('.'), MESSAGE)),
        None => status.as_str().to_owned(),
    }
}

/// The command for one name, or a loop of the shell over several.
fn for_each(group: &[&PendingDomainName], command: impl Fn(&str) -> String) -> String {
    // A shell takes the asterisk of a wildcard name for a pattern of files.
    let quoted = |name: &str| if name.contains('*') { format!("'{name}'") } else { name.to_owned() };
    match group {
        [one] => command(&quoted(&one.name)),
        more => {
            let names: Vec<String> = more.iter().map(|one| quoted(&one.name)).collect();
            format!("for name in {}; do {}; done", names.join(" "), command("\"$name\""))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:acm:eu-central-1:123456789012:certificate/a";

    fn waits(name: &str, status: PendingStatus) -> PendingDomainName {
        PendingDomainName { name: name.into(), id: None, status, path: "/regionalCertificateArn", message: None }
    }

    fn steps_for(waiting: &[PendingDomainName]) -> Vec<String> {
        steps(waiting, &ARN.parse().unwrap())
    }

    #[test]
    fn a_name_that_waits_for_the_certificate_gets_it_again() {
        let mut one = waits("*.example.com", PendingStatus::CertificateReimport);
        one.message = Some("Reimport the certificate.".into());
        assert_eq!(what_happened(std::slice::from_ref(&one)).unwrap().matches("*.example.com").count(), 1);
        assert_eq!(
            steps_for(&[one]),
            [format!(
                "API Gateway has not accepted the new certificate for the custom domain name *.example.com \
                 (PENDING_CERTIFICATE_REIMPORT: Reimport the certificate). Set the certificate again: aws apigateway \
                 update-domain-name --region eu-central-1 --domain-name '*.example.com' --patch-operations \
                 op=replace,path=/regionalCertificateArn,value={ARN}"
            )]
        );
    }

    #[test]
    fn a_name_whose_owner_is_not_verified_needs_a_certificate_of_acms() {
        let steps = steps_for(&[waits("api.example.com", PendingStatus::OwnershipVerification)]);
        assert!(
            steps[0].ends_with(
                "aws acm request-certificate --region eu-central-1 --domain-name api.example.com --validation-method DNS"
            ),
            "{steps:?}"
        );
        assert!(
            steps[1].ends_with(
                "aws apigateway update-domain-name --region eu-central-1 --domain-name api.example.com --patch-operations \
                 op=replace,path=/ownershipVerificationCertificateArn,value=ISSUED_ARN"
            ),
            "{steps:?}"
        );
    }

    #[test]
    fn names_that_wait_for_the_same_have_one_command() {
        let mut private = waits("p.example.com", PendingStatus::CertificateReimport);
        (private.id, private.path) = (Some("abc123".into()), "/certificateArn");
        let [a, b] = ["a.example.com", "*.b.example.com"].map(|n| waits(n, PendingStatus::CertificateReimport));
        let steps = steps_for(&[a, private, b]);
        assert_eq!(steps.len(), 2);
        let loops = "for name in a.example.com '*.b.example.com'; do aws apigateway update-domain-name --region \
                     eu-central-1 --domain-name \"$name\" --patch-operations";
        assert!(steps[0].contains(loops) && steps[0].ends_with("; done"), "{steps:?}");
        assert!(
            steps[1].contains("--domain-name p.example.com --domain-name-id abc123 --patch-operations"),
            "{steps:?}"
        );
        assert!(steps[1].contains("path=/certificateArn,"), "{steps:?}");
    }

    #[test]
    fn more_than_ten_are_counted() {
        let many: Vec<_> =
            (10..37).map(|n| waits(&format!("n{n}.example.com"), PendingStatus::CertificateReimport)).collect();
        let steps = steps_for(&many);
        assert!(steps[0].contains("n19.example.com; do") && !steps[0].contains("n20"), "{steps:?}");
        assert!(steps[1].starts_with("17 more custom domain names wait."), "{steps:?}");
        assert!(steps.iter().map(String::len).sum::<usize>() < 1_000, "{steps:?}");
    }

    #[test]
    fn no_name_gets_a_command_of_its_own_into_the_shell() {
        for evil in ["x; rm -rf /", "$(id)", "`id`", "a'b", "a b", "-x", "", "a\nWhat to do\n 1. https://evil.example/"]
        {
            let steps = steps_for(&[waits(evil, PendingStatus::CertificateReimport)]);
            assert_eq!(steps.len(), 1, "{evil}");
            assert!(steps[0].starts_with("Check these custom domain names"), "{steps:?}");
            assert!(!steps[0].contains('\n') && !steps[0].contains("://") && !steps[0].contains("aws "), "{steps:?}");
        }
        let mut evil = waits("api.example.com", PendingStatus::CertificateReimport);
        evil.message = Some("done.\n\nWhat to do\n  1. Sign in at https://aws.evil.example/".into());
        let steps = steps_for(&[evil]);
        assert!(!steps[0].contains('\n') && !steps[0].contains("://"), "{steps:?}");
    }
}
