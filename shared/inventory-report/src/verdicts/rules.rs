//! The compliance rules, asked of what the inventory stores, with their default parameters.
//!
//! A fact that was not read makes a rule's verdict unknown in the row. A fact that the inventory never stores (chains as
//! X.509, permissions and policies of CAs) would do so in every row: such a rule is listed once for the whole report.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use certificates::Target;
use inventory::{Entry, Header, Kind, Source, Unreadable};
use jiff::Timestamp;
use rules::facts::{Account, Certificate, Fact, Lookup, Missing, PrivateCa};
use rules::{Context, Evaluation, Evaluator, NoVerdict, Settings, Verdict};

use crate::facts;
use crate::model::{Row, RuleResult, RuleVerdict, UnevaluatedRule};
use crate::sources::Sources;
use crate::verdicts::{because, lack};

/// Rules that could not be asked, with the fact that is not stored and the number of rows.
#[derive(Debug, Default)]
pub(crate) struct Unevaluated(BTreeMap<&'static str, (&'static str, u64)>);

impl Unevaluated {
    pub(crate) fn into_list(self) -> Vec<UnevaluatedRule> {
        let item = |(rule, (fact, rows)): (&str, (&str, u64))| UnevaluatedRule {
            rule: rule.to_owned(),
            why: format!("It needs {fact}, which the inventory does not store."),
            rows,
        };
        self.0.into_iter().map(item).collect()
    }
}

/// The rules of an account and Region.
#[derive(Debug)]
pub(crate) struct TargetRules {
    here: Target,
    now: Timestamp,
    settings: Settings,
    /// By ARN.
    certificates: HashMap<String, Arc<Certificate>>,
    private_cas: Vec<PrivateCa>,
    /// Why a source of uses could not be read.
    unread_consumers: Option<Unreadable>,
    /// Why the list of certificates, or of CAs, may not have all.
    incomplete: Option<Unreadable>,
}

impl TargetRules {
    pub(crate) fn new(header: &Header, entries: &[Entry], now: Timestamp) -> Self {
        let sources = Sources::new(header);
        let incomplete = sources.unreadable(Source::Certificates).or_else(|| sources.unreadable(Source::PrivateCas));
        let mut certificates: HashMap<String, Arc<Certificate>> = entries
            .iter()
            .filter_map(|entry| Some((entry.arn.clone(), Arc::new(facts::certificate(entry, sources)?))))
            .collect();
        if sources.unreadable(Source::Certificates).is_none() {
            link_duplicates(&mut certificates);
        }
        Self {
            here: header.target(),
            now,
            settings: Settings::default(),
            certificates,
            private_cas: private_cas(entries, sources),
            unread_consumers: sources.unread_consumers().cloned(),
            incomplete: incomplete.cloned(),
        }
    }

    fn context(&self) -> Context<'_> {
        Context { now: self.now, settings: &self.settings, here: &self.here }
    }

    /// What the rules say of a row.
    pub(crate) fn of(&self, row: &Row, unevaluated: &mut Unevaluated) -> Vec<RuleResult> {
        let entry = &row.entry;
        let certificate = self.certificates.get(&entry.arn);
        let ca = || self.private_cas.iter().find(|ca| ca.arn.as_str() == entry.arn);
        let ca = if entry.kind == Kind::PrivateCa { ca() } else { None };
        let mut results = Vec::new();
        for rule in rules::all() {
            let evaluation = match (rule.evaluate, certificate, ca) {
                (Evaluator::Certificate(evaluate), Some(certificate), _) => evaluate(certificate, &self.context()),
                (Evaluator::PrivateCa(evaluate), _, Some(ca)) => evaluate(ca, &self.context()),
                _ => continue,
            };
            if let Err(NoVerdict::Missing(missing)) = evaluation
                && !is_stored(missing)
            {
                unevaluated.0.entry(rule.name).or_insert((missing.fact, 0)).1 += 1;
                continue;
            }
            results.extend(result(rule.name, evaluation, |missing| self.why(entry, missing)));
        }
        results
    }

    /// What the rules say of the account and Region as a whole.
    pub(crate) fn of_account(&self) -> Vec<RuleResult> {
        let mut account = Account::unknown(self.here.account.clone());
        if self.incomplete.is_none() {
            account.certificates = Fact::Known(self.certificates.values().cloned().collect());
            account.private_cas = Fact::Known(self.private_cas.iter().cloned().collect());
        }
        let mut results = Vec::new();
        for rule in rules::all() {
            let Evaluator::Account(evaluate) = rule.evaluate else { continue };
            let evaluation = evaluate(&account, &self.context());
            let why = |_| {
                self.incomplete
                    .as_ref()
                    .map_or(String::new(), |why| format!("The lists could not be read ({}).", because(why)))
            };
            results.extend(result(rule.name, evaluation, why));
        }
        results
    }

    fn why(&self, entry: &Entry, missing: Missing) -> String {
        let lack = match missing.lookup {
            Lookup::Tags => lack(&entry.tags, "its tags"),
            Lookup::AllCertificates | Lookup::AllPrivateCas => {
                self.incomplete.as_ref().map(|why| format!("the list could not be read ({})", because(why)))
            }
            Lookup::PrivateCertificates => Some("not all of them could be described".to_owned()),
            _ if entry.kind == Kind::PrivateCa => None,
            _ => lack(&entry.described, "its description")
                .or_else(|| self.unread_use(missing))
                .or_else(|| lack(&entry.identity, "its identity")),
        };
        let why = lack.unwrap_or_else(|| "AWS did not report it".into());
        format!("It needs {}; {why}.", missing.fact)
    }
}

impl TargetRules {
    fn unread_use(&self, missing: Missing) -> Option<String> {
        let why = self.unread_consumers.as_ref().filter(|_| missing.fact == "InUseBy")?;
        Some(format!("what may use it could not be read ({})", because(why)))
    }
}

/// Takes back what was said of a certificate before a use of it was seen in another Region.
pub(crate) fn without_unused(results: &mut Vec<RuleResult>) {
    results.retain(|result| result.rule != rules::certificate::unused_certificate::RULE.name);
}

/// Whether the inventory stores a fact when it can be read.
fn is_stored(missing: Missing) -> bool {
    match missing.lookup {
        Lookup::Tags | Lookup::AllCertificates | Lookup::AllPrivateCas => true,
        Lookup::Description | Lookup::PrivateCertificates => true,
        Lookup::Chain | Lookup::Permissions | Lookup::Policy => false,
    }
}

fn result(rule: &'static str, evaluation: Evaluation, why: impl Fn(Missing) -> String) -> Option<RuleResult> {
    let result = |verdict, why| Some(RuleResult { rule: rule.to_owned(), verdict, why });
    match evaluation {
        Ok(verdict @ Verdict::NonCompliant(_)) => result(RuleVerdict::NonCompliant, verdict.annotation()),
        Ok(_) | Err(NoVerdict::NotYet(_)) => None,
        Err(NoVerdict::Missing(missing)) => result(RuleVerdict::Unknown, why(missing)),
    }
}

/// The CAs, each with all private certificates, if all are listed and described: a listing does not say which CA issued.
fn private_cas(entries: &[Entry], sources: Sources<'_>) -> Vec<PrivateCa> {
    let mut cas: Vec<PrivateCa> = entries.iter().filter_map(facts::private_ca).collect();
    let issued = || entries.iter().filter(|entry| entry.kind == Kind::Private);
    let has_all = sources.unreadable(Source::Certificates).is_none();
    if has_all && !cas.is_empty() && issued().all(|entry| entry.described.known().is_some()) {
        let issued: Arc<[Certificate]> = issued().filter_map(|entry| facts::certificate(entry, sources)).collect();
        cas.iter_mut().for_each(|ca| ca.certificates = Fact::Known(Arc::clone(&issued)));
    }
    cas
}

/// Gives each certificate those of the same type, key and names: the rule about duplicates compares no others.
fn link_duplicates(certificates: &mut HashMap<String, Arc<Certificate>>) {
    let mut groups: HashMap<String, Vec<Arc<Certificate>>> = HashMap::new();
    for certificate in certificates.values() {
        if let Some(key) = duplicate_key(certificate) {
            groups.entry(key).or_default().push(Arc::clone(certificate));
        }
    }
    // Those that are alone are changed in place, the others are copied.
    groups.retain(|_, alike| alike.len() > 1);
    for certificate in certificates.values_mut() {
        let alike = duplicate_key(certificate).and_then(|key| groups.get(&key));
        let all: Arc<[Arc<Certificate>]> = alike.map_or_else(|| Arc::from([]), |alike| alike.as_slice().into());
        let one = Arc::make_mut(certificate);
        one.all = Fact::Known(all);
    }
}

fn duplicate_key(certificate: &Certificate) -> Option<String> {
    let (Fact::Known(names), Fact::Known(key), Fact::Known(kind)) =
        (&certificate.names, &certificate.key_algorithm, &certificate.certificate_type)
    else {
        return None;
    };
    let mut names: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    names.sort_unstable();
    Some(format!("{kind} {key} {}", names.join(" ")))
}
