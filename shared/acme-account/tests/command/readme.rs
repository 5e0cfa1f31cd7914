//! What README.md shows is what the program prints.

use std::path::PathBuf;

use crate::program::{program, said};
use crate::world::{MAC_KEY, World, file};

const README: &str = include_str!("../../README.md");
const SHOWN_ENDPOINT: &str = "http://127.0.0.1:4577";

/// The command lines and what each prints, in the order of the README.
fn examples() -> Vec<(String, String)> {
    let blocks = README.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next());
    let commands = blocks.flat_map(|block| block.split("$ acme-account ").skip(1));
    let examples = commands.filter_map(|command| command.split_once('\n'));
    examples.map(|(line, printed)| (line.to_owned(), printed.to_owned())).collect()
}

fn folder() -> PathBuf {
    let root = rcgen::generate_simple_self_signed(["root.example".to_owned()]).unwrap().cert.pem();
    file("roots.pem", &root);
    file("hmac.txt", MAC_KEY).parent().unwrap().to_owned()
}

#[test]
fn its_examples_are_true() {
    let world = World::new();
    world.aws.acme_server("google").add_external_account("kid-1", b"a key of thirty-two bytes or more");
    let server = world.aws.serve("127.0.0.1:0".parse().unwrap()).unwrap();
    let (endpoint, folder) = (server.endpoint_url(), folder());
    let examples = examples();
    assert_eq!(examples.len(), 8);
    for (line, printed) in examples {
        let (line, input) = line.split_once(" < ").map_or((line.as_str(), None), |(line, input)| (line, Some(input)));
        let line = line.replace(SHOWN_ENDPOINT, &endpoint).replace('\'', "");
        let mut program = program(&endpoint, &line.split_whitespace().collect::<Vec<_>>());
        if let Some(input) = input {
            program.stdin(std::fs::File::open(folder.join(input)).unwrap());
        }
        let (output, errors) = said(&program.current_dir(&folder).output().unwrap());
        assert_eq!(format!("{output}{errors}").replace(&endpoint, SHOWN_ENDPOINT), printed, "{line}");
    }
}
