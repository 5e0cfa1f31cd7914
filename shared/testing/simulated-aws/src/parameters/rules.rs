//! `parameter-rules/rules.json`, read once for each process.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use regex::Regex;
use serde_json::{Map, Value};

use crate::services::Service;

static FILE: &str = include_str!("../../parameter-rules/rules.json");

/// By the service's name, or that of its SDK.
static RULES: LazyLock<HashMap<String, ServiceRules>> = LazyLock::new(|| {
    let mut file: Map<String, Value> = serde_json::from_str(FILE).expect("the generator writes JSON");
    file.remove("source");
    file.iter().map(|(name, service)| (name.clone(), ServiceRules::read(service))).collect()
});

/// The rules of a service.
pub(super) fn of(service: &Service) -> Option<&'static ServiceRules> {
    RULES.get(service.sdk_name).or_else(|| RULES.get(service.name))
}

/// What the model of a service says.
pub(super) struct ServiceRules {
    /// The shape of each operation's input; `None` where it has no members.
    pub(super) operations: HashMap<String, Option<usize>>,
    pub(super) shapes: Vec<Shape>,
}

/// A shape's type, with the places of the shapes that it leads to.
pub(super) enum Kind {
    Structure(Vec<Member>),
    List(usize),
    Map { key: usize, value: usize },
    Text,
    Blob,
    Integer,
    Float,
    Boolean,
    Time,
}

pub(super) struct Shape {
    pub(super) kind: Kind,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    pub(super) values: Vec<String>,
    pub(super) pattern: Option<Pattern>,
}

pub(super) struct Member {
    /// As messages have it: its first letter is small.
    pub(super) name: String,
    /// As requests have it.
    pub(super) wire: String,
    pub(super) shape: usize,
    pub(super) required: bool,
}

/// Compiled when it is first needed: most tests need a few of them.
pub(super) struct Pattern {
    /// As the model has it.
    pub(super) shown: String,
    syntax: String,
    compiled: OnceLock<Compiled>,
}

struct Compiled {
    regex: Regex,
    /// Of patterns that are one class of characters, repeated: which ASCII characters it has.
    ascii: Option<[bool; 128]>,
}

impl Pattern {
    /// Services match the whole text.
    pub(super) fn matches(&self, text: &str) -> bool {
        let Compiled { regex, ascii } = self.compiled.get_or_init(|| self.compile());
        match ascii {
            // Most texts are of these: a table is faster than any automaton.
            Some(class) if text.is_ascii() && !text.is_empty() => text.bytes().all(|byte| class[usize::from(byte)]),
            _ => regex.is_match(text),
        }
    }

    fn compile(&self) -> Compiled {
        let regex = Regex::new(&format!(r"\A(?:{})\z", self.syntax)).expect("the generator translates patterns");
        let has = |byte: u8| regex.is_match(char::from(byte).encode_utf8(&mut [0; 4]));
        let ascii = is_one_class(&self.syntax).then(|| std::array::from_fn(|n| u8::try_from(n).is_ok_and(has)));
        Compiled { regex, ascii }
    }
}

/// Such as `[a-z]+`: nothing but one class, and its repetition.
fn is_one_class(syntax: &str) -> bool {
    let inner = syntax.strip_prefix('[').and_then(|rest| rest.strip_suffix("]*").or_else(|| rest.strip_suffix("]+")));
    inner.is_some_and(|inner| !inner.contains(['[', ']']))
}

impl ServiceRules {
    fn read(service: &Value) -> Self {
        let shapes = service["shapes"].as_object().expect("a service has shapes");
        let places: HashMap<&str, usize> =
            shapes.keys().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
        let place = |name: &Value| name.as_str().map(|name| places[name]);
        let operations = service["operations"].as_object().into_iter().flatten();
        Self {
            operations: operations.map(|(name, input)| (name.clone(), place(input))).collect(),
            shapes: shapes.values().map(|shape| Shape::read(shape, &|name| place(name).unwrap_or_default())).collect(),
        }
    }
}

impl Shape {
    fn read(shape: &Value, place: &dyn Fn(&Value) -> usize) -> Self {
        let texts = shape["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let pattern = shape["pattern"].as_str().zip(shape["regex"].as_str());
        Self {
            kind: Kind::read(shape, place),
            min: shape["min"].as_f64(),
            max: shape["max"].as_f64(),
            values: texts.map(str::to_owned).collect(),
            pattern: pattern.map(|(shown, syntax)| Pattern {
                shown: shown.to_owned(),
                syntax: syntax.to_owned(),
                compiled: OnceLock::new(),
            }),
        }
    }
}

impl Kind {
    fn read(shape: &Value, place: &dyn Fn(&Value) -> usize) -> Self {
        match shape["type"].as_str().unwrap_or_default() {
            "structure" => Self::Structure(
                shape["members"]
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(name, it)| Member::read(name, it, place))
                    .collect(),
            ),
            "list" => Self::List(place(&shape["member"])),
            "map" => Self::Map { key: place(&shape["key"]), value: place(&shape["value"]) },
            "string" => Self::Text,
            "blob" => Self::Blob,
            "integer" | "long" => Self::Integer,
            "float" | "double" => Self::Float,
            "boolean" => Self::Boolean,
            "timestamp" => Self::Time,
            other => panic!("{other} is not a type of shapes"),
        }
    }
}

impl Member {
    fn read(name: &str, member: &Value, place: &dyn Fn(&Value) -> usize) -> Self {
        let mut letters = name.chars();
        let first = letters.next().map(|first| first.to_ascii_lowercase());
        Self {
            name: first.into_iter().chain(letters).collect(),
            wire: member["wire"].as_str().unwrap_or(name).to_owned(),
            shape: place(&member["shape"]),
            required: member["required"] == true,
        }
    }
}
