//! Holds a request's members against the rules.

use serde_json::Value;

use super::constraints::{Failure, blob_length};
use super::rules::{Kind, Member, Shape};
use super::types::{self, WrongType};

/// One constraint that is not satisfied.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Violation {
    /// Such as `tags.1.member.key`.
    pub(super) path: String,
    /// As messages show it, in quotes; `null` where there is none.
    pub(super) value: String,
    pub(super) failure: Failure,
}

/// One way through a request. Paths are made for violations only, since nearly all requests have none.
pub(super) struct Walk<'a> {
    shapes: &'a [Shape],
    /// All values are text: of XML, a form or a query string.
    text_only: bool,
    path: Vec<Step<'a>>,
    pub(super) violations: Vec<Violation>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Member(&'a str),
    Item(usize),
    Entry(&'a str),
}

impl<'a> Walk<'a> {
    pub(super) fn new(shapes: &'a [Shape], text_only: bool) -> Self {
        Self { shapes, text_only, path: Vec::new(), violations: Vec::new() }
    }

    /// Checks the members of a structure.
    pub(super) fn structure(&mut self, shape: usize, value: &'a Value) -> Result<(), WrongType> {
        self.value(&self.shapes[shape], value)
    }

    fn value(&mut self, shape: &'a Shape, value: &'a Value) -> Result<(), WrongType> {
        types::check(&shape.kind, value, self.text_only)?;
        match &shape.kind {
            Kind::Structure(members) => members.iter().try_for_each(|member| self.member(member, value)),
            Kind::List(item) => self.list(shape, &self.shapes[*item], value),
            Kind::Map { key, value: inner } => self.map(shape, &self.shapes[*key], &self.shapes[*inner], value),
            _ => {
                self.scalar(shape, value);
                Ok(())
            }
        }
    }

    fn member(&mut self, member: &'a Member, structure: &'a Value) -> Result<(), WrongType> {
        self.path.push(Step::Member(&member.name));
        let value = structure.get(&member.wire).filter(|value| !value.is_null());
        let result = match value {
            Some(value) => self.value(&self.shapes[member.shape], value),
            None => {
                if member.required {
                    self.violated("null".to_owned(), Failure::Missing);
                }
                Ok(())
            }
        };
        self.path.pop();
        result
    }

    fn list(&mut self, shape: &'a Shape, item: &'a Shape, value: &'a Value) -> Result<(), WrongType> {
        let items = value.as_array().map_or(&[][..], Vec::as_slice);
        self.length(shape, items.len(), value);
        if item.is_compound() {
            for (place, one) in items.iter().enumerate() {
                self.path.push(Step::Item(place + 1));
                let result = self.value(item, one);
                self.path.pop();
                result?;
            }
            return Ok(());
        }
        items.iter().try_for_each(|one| types::check(&item.kind, one, self.text_only))?;
        if !items.iter().all(|one| item.failures(one).is_empty()) {
            let all = item.constraints().into_iter().map(|one| format!("Member must {one}")).collect::<Vec<_>>();
            self.violated(shown(value), Failure::Other(format!("satisfy constraint: [{}]", all.join(", "))));
        }
        Ok(())
    }

    fn map(&mut self, shape: &'a Shape, key: &'a Shape, inner: &'a Shape, value: &'a Value) -> Result<(), WrongType> {
        let entries = value.as_object();
        self.length(shape, entries.map_or(0, serde_json::Map::len), value);
        for (name, one) in entries.into_iter().flatten() {
            for failure in key.failures_of_text(name) {
                self.violated(format!("'{name}'"), failure);
            }
            self.path.push(Step::Entry(name));
            let result = self.value(inner, one);
            self.path.pop();
            result?;
        }
        Ok(())
    }

    fn scalar(&mut self, shape: &'a Shape, value: &'a Value) {
        for failure in shape.failures(value) {
            let value = match shape.kind {
                // As Java shows them.
                Kind::Blob => {
                    let length = blob_length(value);
                    format!("'java.nio.HeapByteBuffer[pos=0 lim={length} cap={length}]'")
                }
                _ => shown(value),
            };
            self.violated(value, failure);
        }
    }

    fn length(&mut self, shape: &'a Shape, length: usize, value: &'a Value) {
        for failure in shape.wrong_size(length) {
            self.violated(shown(value), failure);
        }
    }

    fn violated(&mut self, value: String, failure: Failure) {
        let mut path = String::new();
        for step in &self.path {
            match step {
                Step::Member(name) if path.is_empty() => path.push_str(name),
                Step::Member(name) => path.extend([".", name]),
                Step::Item(place) => path.push_str(&format!(".{place}.member")),
                Step::Entry(name) => path.extend([".", name, ".member"]),
            }
        }
        self.violations.push(Violation { path, value, failure });
    }
}

fn shown(value: &Value) -> String {
    format!("'{}'", bare(value))
}

/// Lists as Java shows them.
fn bare(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(bare).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
