//! A notice as Amazon Q Developer in chat applications shows it, in Slack, Microsoft Teams or Amazon Chime.

use serde_json::{Map, Value, json};

use crate::foreign::{cut, foreign, one_line};
use crate::kind::Kind;
use crate::notice::Notice;

/// Somebody reads this on a phone.
const LONGEST: usize = 600;
const STEPS: usize = 5;
const RECORDS: usize = 10;

/// The form of
/// [custom notifications](https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html): the only one that
/// is shown of messages that are not AWS's own. Notices of one certificate make one thread.
pub(crate) fn chat(notice: &Notice) -> Value {
    let arn = notice.certificate_arn.as_str();
    let mut content = json!({
        "textType": "client-markdown",
        "title": plain(&notice.subject),
        "description": description(notice),
        "keywords": keywords(notice),
    });
    if !notice.what_to_do.is_empty() {
        content["nextSteps"] = notice.what_to_do.iter().take(STEPS).map(|step| plain(step)).collect();
    }
    json!({
        "version": "1.0",
        "source": "custom",
        "content": content,
        "metadata": {
            "threadId": arn,
            "summary": plain(&notice.subject),
            "eventType": notice.kind.as_str(),
            "relatedResources": [arn],
            "additionalContext": context(notice),
        },
    })
}

fn description(notice: &Notice) -> String {
    let mut lines: Vec<String> = [&notice.what_happened, &notice.why_it_matters, &notice.what_happens_next]
        .into_iter()
        .filter(|sentence| !sentence.is_empty())
        .map(|sentence| plain(sentence))
        .collect();
    lines.push(format!("Certificate: `{}`", notice.certificate_arn));
    lines.extend(notice.owner_for_people().map(|owner| format!("Owner: {}", plain(&owner))));
    lines.extend(notice.purpose.as_deref().map(|purpose| format!("Purpose: {}", plain(&foreign(purpose)))));
    lines.extend(records(notice));
    if notice.kind != Kind::RenewalFailed {
        lines.push(format!("To mute this certificate: `{}`", notice.mute_command()));
    }
    lines.join("\n")
}

fn records(notice: &Notice) -> Option<String> {
    if notice.records.is_empty() {
        return None;
    }
    let listed = notice.records.iter().take(RECORDS);
    let lines: Vec<String> =
        listed.map(|record| plain(&format!("{} {} {}", record.name, record.kind, record.value))).collect();
    let more = (notice.records.len() + notice.records_left_out).saturating_sub(lines.len());
    let more = if more == 0 { String::new() } else { format!("\n{more} more: `{}`", notice.describe_command()) };
    Some(format!("Required DNS records:\n```\n{}\n```{more}", lines.join("\n")))
}

fn keywords(notice: &Notice) -> Vec<String> {
    let owner = notice.owner.as_deref().map(|owner| plain(&foreign(owner)));
    let words = [notice.severity.as_str().to_owned(), notice.kind.as_str().to_owned()];
    words.into_iter().chain(owner).collect()
}

/// Texts only, as the form wants it.
fn context(notice: &Notice) -> Map<String, Value> {
    notice.attributes().into_iter().map(|(name, value)| (name.to_owned(), plain(&foreign(&value)).into())).collect()
}

/// A text in which nobody can mention a channel (`<!channel>`), hide a link or end a block of code.
pub(crate) fn plain(text: &str) -> String {
    let line = one_line(text);
    let harmless = line.chars().map(|c| match c {
        '<' => '‹',
        '>' => '›',
        '`' => '\'',
        other => other,
    });
    cut(&harmless.collect::<String>(), LONGEST)
}
