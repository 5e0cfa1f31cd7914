//! A log of calls that is identical for the same seed.
//!
//! [`Aws::record`](simulated_aws::Aws::record) serves another purpose: it shows the whole input of a few calls, for tests, and
//! needs all of them in memory. A world makes hundreds of thousands of calls. This log writes a short line for each as
//! it is taken from the record, keeps the last lines (of all calls, and for each certificate) and a digest, and adds
//! notes about what operators, ACM and the world did without a call.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hasher};

use simulated_aws::{Call, CallResult};

/// How many calls a report shows.
const SHOWN: usize = 40;

/// Every call as a line: all lines, or the last ones and a digest of all.
#[derive(Debug, Default)]
pub(crate) struct CallLog {
    pub(crate) keep: bool,
    /// The world's Regions, which differ between the worlds of a process.
    regions: Vec<String>,
    pub(crate) lines: Vec<String>,
    last: VecDeque<String>,
    /// The last lines about each certificate.
    about: BTreeMap<String, VecDeque<String>>,
    pub(crate) calls: u64,
    /// How many calls changed something or sent a notice.
    pub(crate) effects: u64,
    digest: DefaultHasher,
}

impl CallLog {
    pub(crate) fn new(regions: Vec<String>) -> Self {
        Self { regions, ..Self::default() }
    }

    /// `by_second`: the second of two concurrent runs made the call.
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
        self.note(line);
    }

    /// Adds what happened between calls.
    pub(crate) fn note(&mut self, mut text: String) {
        for (number, region) in (1..).zip(&self.regions) {
            if text.contains(region) {
                text = text.replace(region, &format!("REGION-{number}"));
            }
        }
        self.digest.write(text.as_bytes());
        if self.keep {
            self.lines.push(text.clone());
        }
        push(&mut self.last, text);
    }

    /// Adds what happened to a certificate between calls.
    pub(crate) fn note_about(&mut self, arn: &str, text: String) {
        push(self.about.entry(arn.to_owned()).or_default(), text.clone());
        self.note(text);
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

/// Omits what random keys change: certificates and CSRs.
fn line(call: &Call) -> String {
    let result = match &call.result {
        CallResult::Ok => "ok".to_owned(),
        CallResult::Error(code) => code.clone(),
        CallResult::NoAnswer { effect } => format!("no answer, effect: {effect}"),
    };
    let input = &call.input;
    let about = ["CertificateArn", "CertificateAuthorityArn", "Subject", "Id", "RoleArn", "SecretId"]
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
