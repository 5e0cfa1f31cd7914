//! `infra/rules.json` and the README say what the rules are.

use rules::{Parameter, all, describe};

#[test]
fn the_list_of_rules_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/rules.json");
    let written = std::fs::read_to_string(path).unwrap_or_default();
    let update = concat!(env!("CARGO_TARGET_TMPDIR"), "/rules.json");
    std::fs::write(update, describe()).unwrap();
    assert!(written == describe(), "cp {update} infra/rules.json && python3 infra/rules.py");
}

fn default_of(parameter: &Parameter) -> String {
    let (name, default) = (parameter.name(), parameter.default_text());
    if default.is_empty() { format!("`{name}`") } else { format!("`{name}` = {}", default.replace(',', ", ")) }
}

#[test]
fn the_readme_lists_every_rule_with_its_parameters() {
    let mut expected = String::new();
    for (title, kind) in [
        ("Certificates", "AWS::ACM::Certificate"),
        ("Private CAs", "AWS::ACMPCA::CertificateAuthority"),
        ("The account", "AWS::::Account"),
    ] {
        expected += &format!("\n### {title}\n\n| rule | requires | parameters and defaults |\n|---|---|---|\n");
        for rule in all().filter(|rule| rule.resource_type() == kind) {
            let parameters: Vec<String> = rule.parameters.iter().map(default_of).collect();
            expected += &format!("| `{}` | {} | {} |\n", rule.name, rule.about, parameters.join("; "));
        }
    }
    let readme = include_str!("../../README.md");
    let (_, section) = readme.split_once("\n## Rules\n").unwrap();
    let table = section.find("\n### ").map_or("", |start| &section[start..]);
    let table = table.split_once("\n## ").map_or(table, |(table, _)| table);
    assert_eq!(table.trim(), expected.trim(), "put this into the README's section Rules:\n{expected}");
}
