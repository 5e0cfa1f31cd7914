//! What AWS Config sends to a custom rule's function
//! ([example events](https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html)).

use certificates::Target;
use jiff::Timestamp;
use rules::facts::{Item, UnusableItem};
use rules::{InvalidParameters, Rule, Settings, select};
use serde_json::{Map, Value};

use crate::Error;

/// What an event asks for.
#[derive(Debug)]
pub struct Request {
    /// The name of the rule in AWS Config.
    pub config_rule: String,
    /// What results are sent with.
    pub token: ResultToken,
    pub trigger: Trigger,
    /// Our rule and its parameters, or what is wrong with them.
    pub rule: Result<(&'static Rule, Settings), InvalidParameters>,
}

/// The token by which AWS Config knows which invocation results belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultToken {
    pub text: String,
    /// Whether it is the one of sample events, for which AWS Config only checks what it gets.
    pub is_test: bool,
}

/// Why a rule is evaluated.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    Changed(Box<Item>),
    /// A resource changed, and its item is too large for a notification.
    Oversized(Box<Item>),
    /// A resource can no longer be evaluated, and why.
    Gone(Box<Item>, &'static str),
    /// All resources, as of this time.
    Scheduled(Timestamp),
}

/// The most characters of a rule's name
/// ([ConfigRuleName](https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigRule.html)).
const LONGEST_NAME: usize = 128;
/// The token of sample events: evaluations are checked, and not kept.
const TEST_TOKEN: &str = "TESTMODE";

impl Request {
    /// Reads an event. The error names the field that is wrong.
    pub fn read(event: &Value, here: &Target) -> Result<Self, Error> {
        if !event.is_object() {
            return Err(Error::bad_event("(whole event)", "is not a JSON object"));
        }
        let invoking = document(event, "invokingEvent")?
            .ok_or_else(|| Error::bad_event("invokingEvent", "is missing or empty"))?;
        let token = text(event, "resultToken")?;
        let config_rule = text(event, "configRuleName")?.to_owned();
        if config_rule.chars().count() > LONGEST_NAME {
            return Err(Error::bad_event("configRuleName", format!("is longer than {LONGEST_NAME} characters")));
        }
        let account = text(event, "accountId")?;
        if account != here.account {
            let problem = format!("is `{}`; this function works for account {}", excerpt(account), here.account);
            return Err(Error::bad_event("accountId", problem));
        }
        let left_scope = match &event["eventLeftScope"] {
            Value::Null => false,
            Value::Bool(left) => *left,
            _ => return Err(Error::bad_event("eventLeftScope", "is neither true nor false")),
        };
        let trigger = trigger(&invoking, left_scope)?;
        let rule = match document(event, "ruleParameters") {
            Ok(parameters) => select(&parameters.unwrap_or_default()),
            Err(_) => Err(InvalidParameters::Malformed),
        };
        let token = ResultToken { text: token.to_owned(), is_test: token == TEST_TOKEN };
        Ok(Self { config_rule, token, trigger, rule })
    }
}

impl Trigger {
    /// The name in logs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Changed(_) => "changed",
            Self::Oversized(_) => "changed-oversized",
            Self::Gone(..) => "gone",
            Self::Scheduled(_) => "scheduled",
        }
    }

    /// What results are ordered by: the time of the item, or of the notification
    /// ([Evaluation, `OrderingTimestamp`](https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html)).
    pub fn ordering(&self) -> Timestamp {
        match self {
            Self::Changed(item) | Self::Oversized(item) | Self::Gone(item, _) => item.captured_at,
            Self::Scheduled(at) => *at,
        }
    }
}

fn trigger(invoking: &Map<String, Value>, left_scope: bool) -> Result<Trigger, Error> {
    const KIND: &str = "invokingEvent.messageType";
    let unusable = |member: &str, error: &UnusableItem| {
        Error::bad_event(format!("invokingEvent.{member}.{}", error.member), error.problem)
    };
    let read = |member: &'static str| {
        let item = invoking.get(member).unwrap_or(&Value::Null);
        Item::read(item).map(Box::new).map_err(|error| unusable(member, &error))
    };
    let (item, oversized) = match invoking.get("messageType").and_then(Value::as_str) {
        Some("ConfigurationItemChangeNotification") => (read("configurationItem")?, false),
        Some("OversizedConfigurationItemChangeNotification") => (read("configurationItemSummary")?, true),
        Some("ScheduledNotification") => {
            const AT: &str = "notificationCreationTime";
            let at = invoking.get(AT).and_then(Value::as_str).and_then(|at| at.parse().ok());
            return at
                .map(Trigger::Scheduled)
                .ok_or_else(|| Error::bad_event(format!("invokingEvent.{AT}"), "is missing or not a time"));
        }
        Some(other) => {
            return Err(Error::bad_event(
                KIND,
                format!("is `{}`, which this function does not handle", excerpt(other)),
            ));
        }
        None => return Err(Error::bad_event(KIND, "is missing or not a string")),
    };
    Ok(match item.gone_reason() {
        Some(reason) => Trigger::Gone(item, reason),
        None if left_scope => Trigger::Gone(item, "The resource left the scope of the rule."),
        // A summary says all that is left of a resource that was deleted.
        None if oversized && !item.is_deleted() => Trigger::Oversized(item),
        None => Trigger::Changed(item),
    })
}

/// A field that is a text that holds a JSON object; `None` when it is missing or empty.
fn document(event: &Value, field: &'static str) -> Result<Option<Map<String, Value>>, Error> {
    match &event[field] {
        Value::Null => Ok(None),
        Value::String(text) if text.trim().is_empty() => Ok(None),
        Value::String(text) => serde_json::from_str(text)
            .map(Some)
            .map_err(|_| Error::bad_event(field, "is not a string that holds a JSON object")),
        _ => Err(Error::bad_event(field, "is not a string that holds JSON")),
    }
}

fn text<'a>(event: &'a Value, field: &'static str) -> Result<&'a str, Error> {
    event[field]
        .as_str()
        .filter(|text| !text.is_empty())
        .ok_or_else(|| Error::bad_event(field, "is missing or not a string"))
}

fn excerpt(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(100).collect()
}
