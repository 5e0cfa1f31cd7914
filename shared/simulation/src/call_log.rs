//! The record of a life, in a text that is the same for the same seed.
//!
//! [`Aws::record`](simulated_aws::Aws::record) is another one, and neither can take the place of the other. That one is for
//! tests of a few calls: it shows each call's whole input, for which it reads the certificates in it, and needs all
//! calls, which a life makes by the hundred thousand and cannot keep. This one is written while calls are taken away:
//! a short line each, of which the last ones (of all, and about each certificate) and a digest of all are kept;
//! and between them stand the remarks on what operators, ACM and the world did without any call.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hasher};

use simulated_aws::{Call, CallResult};

/// How many calls a report shows.
const SHOWN: usize = 40;

/// Every call, as a line: all of them or, to save memory, the last ones and a digest of all.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) keep: bool,
    /// The world's Region, which differs between worlds of one process.
    region: String,
    pub(crate) lines: Vec<String>,
    last: VecDeque<String>,
    /// The last lines about each certificate.
    about: BTreeMap<String, VecDeque<String>>,
    pub(crate) calls: u64,
    /// Calls that changed something or told somebody.
    pub(crate) effects: u64,
    digest: DefaultHasher,
}

impl Record {
    pub(crate) fn of(region: &str) -> Self {
        Self { region: region.to_owned(), ..Self::default() }
    }

    /// `by_second`: of two runs at the same time the second one made it.
    pub(crate) fn add(&mut self, call: &Call, by_second: bool) {
        let mut line = line(call);
        if by_second {
            line.push_str(" (second run)");
        }
        self.calls += 1;
        self.effects += u64::from(crate::workload::is_effect(call));
        if let Some(arn) = call.input["CertificateArn"].as_str().filter(|_| call.service == "acm") {
            push(self.about.entry(arn.to_owned()).or_default(), line.clone());
        }
        self.remark(line);
    }

    /// Says what happened between calls.
    pub(crate) fn remark(&mut self, text: String) {
        let text = if text.contains(&self.region) { text.replace(&self.region, "REGION") } else { text };
        self.digest.write(text.as_bytes());
        if self.keep {
            self.lines.push(text.clone());
        }
        push(&mut self.last, text);
    }

    /// Says what happened to a certificate between calls.
    pub(crate) fn remark_about(&mut self, arn: &str, text: String) {
        push(self.about.entry(arn.to_owned()).or_default(), text.clone());
        self.remark(text);
    }

    pub(crate) fn last(&self) -> Vec<String> {
        self.last.iter().cloned().collect()
    }

    pub(crate) fn last_about(&self, arn: &str) -> Vec<String> {
        self.about.get(arn).into_iter().flatten().cloned().collect()
    }

    pub(crate) fn digest(&self) -> u64 {
        self.digest.finish()
    }
}

fn push(lines: &mut VecDeque<String>, line: String) {
    if lines.len() == SHOWN {
        lines.pop_front();
    }
    lines.push_back(line);
}

/// Without what random keys change: certificates and CSRs.
fn line(call: &Call) -> String {
    let result = match &call.result {
        CallResult::Ok => "ok".to_owned(),
        CallResult::Error(code) => code.clone(),
        CallResult::NoAnswer { effect } => format!("no answer, effect: {effect}"),
    };
    let input = &call.input;
    let about = ["CertificateArn", "CertificateAuthorityArn", "Subject", "Id", "RoleArn"]
        .into_iter()
        .filter_map(|member| input[member].as_str())
        .map(|text| text.rsplit('/').next().unwrap_or(text))
        .collect::<Vec<_>>()
        .join(" ");
    let tags: Vec<String> = input["Tags"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|tag| {
            let key = tag["Key"].as_str().unwrap_or_default();
            tag["Value"].as_str().map_or(key.to_owned(), |value| format!("{key}={value}"))
        })
        .collect();
    let changes = input["ChangeBatch"]["Changes"].as_array().into_iter().flatten();
    let changes = changes.filter_map(|change| change["ResourceRecordSet"]["Name"].as_str()).map(str::to_owned);
    let what: Vec<String> = tags.into_iter().chain(changes).collect();
    format!("{} {}:{} {about} {}-> {result}", call.at, call.service, call.operation, join(&what))
}

fn join(tags: &[String]) -> String {
    if tags.is_empty() { String::new() } else { format!("[{}] ", tags.join(", ")) }
}
