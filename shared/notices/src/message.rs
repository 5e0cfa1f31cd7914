//! A notice as the message of an SNS topic.

use serde_json::{Value, json};

use crate::foreign::cut;
use crate::notice::Notice;

/// [Publish](https://docs.aws.amazon.com/sns/latest/api/API_Publish.html): 262,144 bytes for all forms together, of
/// which this leaves some for the attributes.
const LARGEST: usize = 250_000;
/// What remains of a notice that is too large.
const RECORDS: usize = 20;
const STEPS: usize = 20;
const SENTENCES: usize = 2_000;

/// One message per protocol
/// ([MessageStructure](https://docs.aws.amazon.com/sns/latest/api/API_Publish.html)).
pub(crate) fn per_protocol(notice: &Notice) -> String {
    let whole = encode(notice);
    if whole.len() <= LARGEST { whole } else { encode(&shortened(notice)) }
}

fn encode(notice: &Notice) -> String {
    for_all(&notice.subject, &notice.text(), &notice.json())
}

/// One message per protocol, of its forms.
pub(crate) fn for_all(subject: &str, text: &str, machines: &Value) -> String {
    let machines = machines.to_string();
    let message = json!({
        "default": text,
        "sms": subject,
        "sqs": machines,
        "lambda": machines,
        "firehose": machines,
        "http": machines,
        "https": machines,
    });
    message.to_string()
}

/// The notice with fewer records and shorter sentences: SNS would refuse the whole one.
fn shortened(notice: &Notice) -> Notice {
    let short = |text: &String| cut(text, SENTENCES);
    Notice {
        records: notice.records.iter().take(RECORDS).cloned().collect(),
        records_left_out: notice.records_left_out + notice.records.len().saturating_sub(RECORDS),
        to_paste: Vec::new(),
        what_happened: short(&notice.what_happened),
        why_it_matters: short(&notice.why_it_matters),
        what_happens_next: short(&notice.what_happens_next),
        what_to_do: notice.what_to_do.iter().take(STEPS).map(short).collect(),
        ..notice.clone()
    }
}
