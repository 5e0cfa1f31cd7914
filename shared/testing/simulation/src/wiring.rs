//! The wiring in the template: rules, targets, queues and functions.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::SignedDuration;
use lambda::Environment;
use serde_json::Value;

use crate::pattern::Pattern;
use crate::template::Template;

/// Everything between an event and a function.
#[derive(Debug, Clone)]
pub struct Wiring {
    /// EventBridge's rules.
    pub rules: Vec<Rule>,
    /// The functions, by logical id.
    pub functions: BTreeMap<String, Function>,
    /// The queues, by logical id.
    pub queues: BTreeMap<String, Queue>,
    /// AWS Config's rules.
    pub config_rules: Vec<ConfigRule>,
}

/// A rule of EventBridge.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its logical id.
    pub id: String,
    /// Which events it takes; none for a schedule.
    pub pattern: Option<Pattern>,
    /// How often a scheduled rule fires.
    pub every: Option<SignedDuration>,
    /// The bus that it listens on.
    pub bus: String,
    /// Its targets.
    pub targets: Vec<Target>,
}

/// A rule's target.
#[derive(Debug, Clone)]
pub struct Target {
    /// Logical id of a function or of a queue.
    pub id: String,
    /// The input that replaces the event.
    pub input: Option<Value>,
}

/// A function of Lambda.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its `Timeout`.
    pub timeout: SignedDuration,
    /// Its environment variables.
    pub environment: BTreeMap<String, String>,
    /// The ARN of its role.
    pub role: String,
    /// How often Lambda retries an asynchronous invocation.
    pub retries: u32,
    /// The reserved concurrency, if there is one.
    pub concurrency: Option<u32>,
}

/// A custom rule of AWS Config.
#[derive(Debug, Clone)]
pub struct ConfigRule {
    /// Its `ConfigRuleName`.
    pub name: String,
    /// Logical id of the function that evaluates it.
    pub function: String,
    /// Its `InputParameters`.
    pub parameters: Value,
    /// The types of resources in its scope.
    pub resource_types: Vec<String>,
    /// Whether it is evaluated when a resource changes.
    pub on_change: bool,
    /// How often it is evaluated for all resources.
    pub every: Option<SignedDuration>,
}

/// A queue of SQS that feeds a function, one message at a time: an idle queue has no larger batches.
#[derive(Debug, Clone)]
pub struct Queue {
    /// How long a received message stays hidden.
    pub visibility: SignedDuration,
    /// How often a message is received before it goes to the dead-letter queue; none without one.
    pub most_receives: Option<u32>,
    /// The function that consumes it; none for a dead-letter queue.
    pub function: Option<String>,
    /// Whether the function reports which messages failed.
    pub reports_failures: bool,
}

impl Function {
    /// The environment as the function reads it.
    pub fn environment(&self) -> Environment {
        self.environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

/// The path of the deployment template.
pub fn template_path() -> PathBuf {
    infra("template.yaml")
}

/// The path of the template of compliance-rules and its rules.
pub fn compliance_template_path() -> PathBuf {
    infra("compliance-rules.yaml")
}

/// The path of the template of an organization's accounts.
pub fn spoke_template_path() -> PathBuf {
    infra("spoke.yaml")
}

fn infra(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../infra").join(file)
}

impl Wiring {
    /// Reads the wiring from a template.
    ///
    /// # Panics
    /// When the template contains something unknown, which would otherwise not be tested.
    pub fn read(template: &Template) -> Self {
        let globals = template.function_globals();
        let configs = template.resources("AWS::Lambda::EventInvokeConfig");
        let functions = template.resources("AWS::Serverless::Function");
        let functions = functions.iter().map(|(id, properties)| {
            let config = configs.iter().find(|(_, config)| config["FunctionName"] == **id).map(|(_, config)| config);
            (id.clone(), function(&globals, properties, config))
        });
        let mappings = template.resources("AWS::Lambda::EventSourceMapping");
        let queues = template.resources("AWS::SQS::Queue");
        let queues = queues.iter().map(|(id, properties)| {
            let mapping = mappings.iter().map(|(_, mapping)| mapping);
            let mapping = mapping.into_iter().find(|mapping| mapping["EventSourceArn"] == template.arn(id));
            (id.clone(), queue(properties, mapping))
        });
        let rules = template.resources("AWS::Events::Rule");
        let permissions = template.resources("AWS::Lambda::Permission");
        let config_rules = template.resources("AWS::Config::ConfigRule");
        let config_rules = config_rules.iter().map(|(id, properties)| config_rule(id, properties, &permissions));
        Self {
            rules: rules
                .iter()
                .filter(|(_, rule)| rule["State"] != "DISABLED")
                .map(|(id, rule)| read_rule(id, rule))
                .collect(),
            functions: functions.collect(),
            queues: queues.collect(),
            config_rules: config_rules.collect(),
        }
    }

    /// Both stacks in one account.
    pub fn and(mut self, mut other: Self) -> Self {
        self.rules.append(&mut other.rules);
        self.functions.append(&mut other.functions);
        self.queues.append(&mut other.queues);
        self.config_rules.append(&mut other.config_rules);
        self
    }

    /// The targets of an event on this bus.
    pub fn targets<'a>(&'a self, bus: &'a str, event: &'a Value) -> impl Iterator<Item = &'a Target> {
        let rules = self.rules.iter().filter(move |rule| rule.bus == bus);
        rules
            .filter(|rule| rule.pattern.as_ref().is_some_and(|pattern| pattern.matches(event)))
            .flat_map(|rule| &rule.targets)
    }
}

fn function(globals: &Value, properties: &Value, config: Option<&Value>) -> Function {
    let mut environment = BTreeMap::new();
    for of in [globals, properties] {
        for (name, value) in of["Environment"]["Variables"].as_object().into_iter().flatten() {
            environment.insert(name.clone(), value.as_str().unwrap_or_default().to_owned());
        }
    }
    let timeout = properties["Timeout"].as_i64().or_else(|| globals["Timeout"].as_i64());
    // Lambda's defaults: 3 seconds; two retries of an asynchronous event.
    Function {
        timeout: SignedDuration::from_secs(timeout.unwrap_or(3)),
        environment,
        role: properties["Role"].as_str().unwrap_or_default().to_owned(),
        retries: config.and_then(|config| small(&config["MaximumRetryAttempts"])).unwrap_or(2),
        concurrency: number(&properties["ReservedConcurrentExecutions"]),
    }
}

fn config_rule(id: &str, properties: &Value, permissions: &[(String, Value)]) -> ConfigRule {
    let source = &properties["Source"];
    assert_eq!(source["Owner"], "CUSTOM_LAMBDA", "{id}: other owners are not simulated");
    let function = source["SourceIdentifier"].as_str().and_then(|arn| arn.rsplit(':').next()).unwrap_or_default();
    let may_invoke = |permission: &Value| {
        permission["FunctionName"] == function && permission["Principal"] == "config.amazonaws.com"
    };
    assert!(permissions.iter().any(|(_, permission)| may_invoke(permission)), "AWS Config may not invoke {function}");
    let mut rule = ConfigRule {
        name: properties["ConfigRuleName"].as_str().unwrap_or(id).to_owned(),
        function: function.to_owned(),
        parameters: properties["InputParameters"].clone(),
        resource_types: texts(&properties["Scope"]["ComplianceResourceTypes"]),
        on_change: false,
        every: None,
    };
    for detail in source["SourceDetails"].as_array().into_iter().flatten() {
        match detail["MessageType"].as_str() {
            Some("ConfigurationItemChangeNotification") => rule.on_change = true,
            // No simulated resource has an item of that size.
            Some("OversizedConfigurationItemChangeNotification") => {}
            Some("ScheduledNotification") => {
                // API reference, SourceDetail, MaximumExecutionFrequency: by default every 24 hours.
                let frequency = detail["MaximumExecutionFrequency"].as_str().unwrap_or("TwentyFour_Hours");
                rule.every = Some(execution_frequency(frequency));
            }
            other => panic!("{id}: the message type {other:?}"),
        }
    }
    rule
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn execution_frequency(text: &str) -> SignedDuration {
    SignedDuration::from_hours(match text {
        "One_Hour" => 1,
        "Three_Hours" => 3,
        "Six_Hours" => 6,
        "Twelve_Hours" => 12,
        "TwentyFour_Hours" => 24,
        _ => panic!("{text} is not a frequency"),
    })
}

fn queue(properties: &Value, mapping: Option<&Value>) -> Queue {
    Queue {
        visibility: SignedDuration::from_secs(properties["VisibilityTimeout"].as_i64().unwrap_or(30)),
        most_receives: small(&properties["RedrivePolicy"]["maxReceiveCount"]),
        function: mapping.and_then(|mapping| mapping["FunctionName"].as_str()).map(str::to_owned),
        reports_failures: mapping.is_some_and(|mapping| {
            mapping["FunctionResponseTypes"]
                .as_array()
                .is_some_and(|types| types.contains(&"ReportBatchItemFailures".into()))
        }),
    }
}

fn read_rule(id: &str, properties: &Value) -> Rule {
    let pattern = properties
        .get("EventPattern")
        .map(|pattern| Pattern::read(pattern).unwrap_or_else(|unsupported| panic!("{id}: {}", unsupported.0)));
    let schedule = properties["ScheduleExpression"].as_str();
    let targets = properties["Targets"].as_array().into_iter().flatten().map(|target| Target {
        id: target["Arn"].as_str().and_then(|arn| arn.rsplit(':').next()).unwrap_or_default().to_owned(),
        input: target["Input"]
            .as_str()
            .map(|text| serde_json::from_str(text).unwrap_or_else(|_| panic!("{id}: Input"))),
    });
    Rule {
        id: id.to_owned(),
        pattern,
        every: schedule.map(rate),
        bus: properties["EventBusName"].as_str().unwrap_or("default").to_owned(),
        targets: targets.collect(),
    }
}

/// EventBridge user guide, "Rate expressions".
fn rate(text: &str) -> SignedDuration {
    let inner = text.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')'));
    let (count, unit) = inner.and_then(|inner| inner.split_once(' ')).unwrap_or_else(|| panic!("{text} is not a rate"));
    let count: i64 = count.parse().unwrap_or_else(|_| panic!("{text} is not a rate"));
    match unit.trim_end_matches('s') {
        "minute" => SignedDuration::from_mins(count),
        "hour" => SignedDuration::from_hours(count),
        "day" => SignedDuration::from_hours(24 * count),
        _ => panic!("{text} is not a rate"),
    }
}

/// A reference to a parameter evaluates to text.
fn number(value: &Value) -> Option<u32> {
    value.as_str().map_or_else(|| small(value), |text| text.parse().ok())
}

fn small(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|number| u32::try_from(number).ok())
}

#[cfg(test)]
mod tests;
